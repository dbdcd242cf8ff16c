import assert from "node:assert/strict";
import { choose, type SearchRequest, sharedInterests } from "../../../server/matching/policy.ts";
import { searchRequest } from "../../support/fixtures.ts";

function chosen(
  seeker: SearchRequest,
  ...candidates: SearchRequest[]
): [partner: number, met: boolean] | undefined {
  const choice = choose(seeker, candidates);
  return choice && [choice.partner.id, choice.met];
}

Deno.test("Pairing prefers the longest wait", () => {
  assert.deepEqual(chosen(searchRequest(9), searchRequest(2), searchRequest(1), searchRequest(3)), [
    1,
    false,
  ]);
});

Deno.test("Pairing never chooses the search itself", () => {
  const seeker = searchRequest(1);
  assert.equal(chosen(seeker, seeker), undefined);
});

Deno.test("Pairing separates text and video", () => {
  assert.equal(chosen(searchRequest(1), searchRequest(2, { mode: "video" })), undefined);
});

Deno.test("Pairing prefers shared interests to a longer wait, and more of them to fewer", () => {
  const seeker = searchRequest(9, { interests: ["a", "b"], open: true });
  const one = searchRequest(2, { interests: ["a"] });
  const two = searchRequest(3, { interests: ["b", "a"] });
  assert.deepEqual(chosen(seeker, searchRequest(1), one), [2, false]);
  assert.deepEqual(chosen(seeker, searchRequest(1), one, two), [3, false]);
});

Deno.test("Pairing skips searches that require a shared interest, unless they share one", () => {
  const picky = searchRequest(1, { interests: ["chess"] });
  assert.equal(chosen(searchRequest(2), picky), undefined);
  assert.equal(chosen(searchRequest(2, { interests: ["go"] }), picky), undefined);
  assert.equal(chosen(searchRequest(2, { interests: ["go"], open: true }), picky), undefined);
  assert.deepEqual(chosen(searchRequest(2, { interests: ["go", "chess"] }), picky), [1, false]);
});

Deno.test("Pairing avoids a recent partner while another one is suitable", () => {
  const seeker = searchRequest(9, { interests: ["a"], open: true, met: [1] });
  const recent = searchRequest(1, { interests: ["a"] });
  assert.deepEqual(chosen(seeker, recent, searchRequest(2)), [2, false]);
  assert.deepEqual(chosen(seeker, recent), [1, true]);
});

Deno.test("Pairing checks the recent partners of both sides", () => {
  assert.deepEqual(chosen(searchRequest(2), searchRequest(1, { met: [2] })), [1, true]);
  assert.deepEqual(chosen(searchRequest(2, { met: [1] }), searchRequest(1)), [1, true]);
});

Deno.test("Pairing names the interests that both have", () => {
  assert.deepEqual(
    sharedInterests(
      searchRequest(1, { interests: ["a", "b", "c"] }),
      searchRequest(2, { interests: ["c", "a", "x"] }),
    ),
    ["a", "c"],
  );
});
