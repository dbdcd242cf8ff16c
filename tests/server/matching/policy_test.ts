import assert from "node:assert/strict";
import { SEARCH_STEPS, type SearchStep } from "../../../protocol.ts";
import {
  acceptEachOther,
  choose,
  EITHER_WINDOW,
  EXACT_WINDOW,
  haveMet,
  type SearchRequest,
  sharedInterests,
  sharedLanguages,
  stepsOf,
} from "../../../server/matching/policy.ts";
import { searchRequest } from "../../support/fixtures.ts";

function chosen(
  seeker: SearchRequest,
  ...candidates: SearchRequest[]
): [partner: number, met: boolean] | undefined {
  const choice = choose(seeker, candidates);
  return choice && [choice.id, haveMet(seeker, choice)];
}

/** A search that names languages or interests, in a step. */
function naming(
  id: number,
  step: SearchStep,
  languages: string[],
  interests: string[] = [],
): SearchRequest {
  return searchRequest(id, { step, languages, interests });
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

Deno.test("Pairing needs a common suite in every step, and prefers none", () => {
  const offers = [[1], [2], [3], [1, 2], [3, 1], [2, 3], [3, 2, 1]];
  for (const step of SEARCH_STEPS) {
    for (const own of offers) {
      for (const other of offers) {
        const common = new Set(own).intersection(new Set(other));
        const shared = { step, languages: ["de"], interests: ["a"] };
        const a = searchRequest(1, { ...shared, suites: own });
        const b = searchRequest(2, { ...shared, suites: other });
        assert.equal(acceptEachOther(a, b), common.size > 0, `${step}: ${own} and ${other}`);
      }
    }
  }
  const seeker = searchRequest(9, { suites: [1, 2] });
  const [first, second] = [1, 2].map((id) => searchRequest(id, { suites: [3 - id] }));
  assert.deepEqual(chosen(seeker, second!, first!), [1, false]);
});

Deno.test("Pairing prefers shared interests to a longer wait, and more of them to fewer", () => {
  const seeker = searchRequest(9, { interests: ["a", "b"], step: "anyone" });
  const one = searchRequest(2, { interests: ["a"] });
  const two = searchRequest(3, { interests: ["b", "a"] });
  assert.deepEqual(chosen(seeker, searchRequest(1), one), [2, false]);
  assert.deepEqual(chosen(seeker, searchRequest(1), one, two), [3, false]);
});

Deno.test("Pairing prefers a shared language to shared interests", () => {
  const seeker = naming(9, "anyone", ["de", "en"], ["a", "b"]);
  const friend = naming(1, "anyone", ["fr"], ["a", "b"]);
  const speaker = naming(2, "anyone", ["en"]);
  const both = naming(3, "anyone", ["en"], ["b"]);
  assert.deepEqual(chosen(seeker, friend, speaker), [2, false]);
  assert.deepEqual(chosen(seeker, friend, speaker, both), [3, false]);
});

Deno.test("Pairing skips searches that require a shared interest, unless they share one", () => {
  const picky = searchRequest(1, { interests: ["chess"] });
  assert.equal(chosen(searchRequest(2), picky), undefined);
  assert.equal(chosen(searchRequest(2, { interests: ["go"] }), picky), undefined);
  assert.equal(chosen(searchRequest(2, { interests: ["go"], step: "anyone" }), picky), undefined);
  assert.deepEqual(chosen(searchRequest(2, { interests: ["go", "chess"] }), picky), [1, false]);
});

Deno.test("Pairing needs both sides to accept each other in their steps", () => {
  const open = naming(1, "anyone", []);
  const cases: [a: SearchRequest, b: SearchRequest, isAccepted: boolean][] = [
    [naming(2, "exact", ["de"]), open, false],
    [naming(2, "exact", ["de"]), naming(3, "exact", ["en"]), false],
    [naming(2, "exact", ["de"]), naming(3, "exact", ["en", "de"]), true],
    [naming(2, "exact", ["de"]), naming(3, "exact", ["de"], ["chess"]), false],
    [naming(2, "exact", ["de"]), naming(3, "either", ["de"], ["chess"]), true],
    [naming(2, "exact", ["de"], ["chess"]), naming(3, "exact", ["de"], ["chess"]), true],
    [naming(2, "exact", ["de"], ["chess"]), naming(3, "anyone", ["de"], ["go"]), false],
    [naming(2, "exact", ["de"], ["chess"]), naming(3, "exact", [], ["chess"]), false],
    [naming(2, "either", ["de"], ["chess"]), naming(3, "exact", [], ["chess"]), true],
    [naming(2, "either", ["de"], ["chess"]), naming(3, "either", ["en"], ["chess"]), true],
    [naming(2, "either", ["de"], ["chess"]), naming(3, "either", ["en"], ["go"]), false],
    [naming(2, "either", ["de"], ["chess"]), open, false],
    [naming(2, "anyone", ["de"], ["chess"]), open, true],
    [naming(2, "anyone", ["de"], ["chess"]), naming(3, "anyone", ["en"], ["go"]), true],
  ];
  for (const [a, b, isAccepted] of cases) {
    const pair = JSON.stringify([a, b]);
    assert.equal(acceptEachOther(a, b), isAccepted, pair);
    assert.equal(acceptEachOther(b, a), isAccepted, pair);
  }
});

Deno.test("Pairing widens after the named windows, by what a search names", () => {
  const steps = (languages: string[], interests: string[]): unknown[] =>
    stepsOf({ mode: "text", languages, interests }).map(({ step, lasts }) => [step, lasts]);
  assert.deepEqual(steps([], []), [["anyone", Infinity]]);
  for (const [languages, interests] of [[["de"], []], [[], ["chess"]]] as const) {
    assert.deepEqual(steps([...languages], [...interests]), [
      ["exact", EXACT_WINDOW],
      ["anyone", Infinity],
    ]);
  }
  assert.deepEqual(steps(["de"], ["chess"]), [
    ["exact", EXACT_WINDOW],
    ["either", EITHER_WINDOW],
    ["anyone", Infinity],
  ]);
});

Deno.test("Pairing avoids a recent partner while another one is suitable", () => {
  const seeker = searchRequest(9, {
    interests: ["a"],
    languages: ["de"],
    step: "anyone",
    met: [1],
  });
  const recent = searchRequest(1, { interests: ["a"], languages: ["de"] });
  assert.deepEqual(chosen(seeker, recent, searchRequest(2)), [2, false]);
  assert.deepEqual(chosen(seeker, recent), [1, true]);
});

Deno.test("Pairing checks the recent partners of both sides", () => {
  assert.deepEqual(chosen(searchRequest(2), searchRequest(1, { met: [2] })), [1, true]);
  assert.deepEqual(chosen(searchRequest(2, { met: [1] }), searchRequest(1)), [1, true]);
});

Deno.test("Pairing names the interests and languages that both have, in the order of the reader", () => {
  const own = searchRequest(1, { interests: ["a", "b", "c"], languages: ["fr", "de", "en"] });
  const other = searchRequest(2, { interests: ["c", "a", "x"], languages: ["en", "fr"] });
  assert.deepEqual(sharedInterests(own, other), ["a", "c"]);
  assert.deepEqual(sharedLanguages(own, other), ["fr", "en"]);
});
