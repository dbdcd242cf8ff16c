import assert from "node:assert/strict";
import fc from "fast-check";
import { choose, type SearchRequest } from "../../../server/matching/policy.ts";
import { LOOK_AHEAD, Pool, SPARE_QUEUES } from "../../../server/matching/pool.ts";
import { searchRequest } from "../../support/fixtures.ts";
import { trials } from "../../support/repeats.ts";

function pool(...wishes: SearchRequest[]): Pool<SearchRequest> {
  const filled = new Pool<SearchRequest>();
  for (const one of wishes) filled.add(one);
  return filled;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, n) => from + n);
}

Deno.test("Pool knows its searches, and removes only those", () => {
  const a = searchRequest(1, { interests: ["chess", "jazz"] });
  const filled = pool(a, searchRequest(2));
  assert.deepEqual([filled.size, filled.has(a)], [2, true]);
  assert.deepEqual([filled.remove(a), filled.remove(a)], [true, false]);
  assert.deepEqual([filled.size, filled.has(a), [...filled.candidates(a)]], [1, false, []]);
});

Deno.test("Pool keeps a limited number of empty queues, however many interests come and go", () => {
  const filled = pool(
    ...range(0, 100).map((id) => searchRequest(id, { interests: [`kept ${id}`] })),
  );
  for (const id of range(1000, 9000)) {
    const passing = searchRequest(id, { interests: [`passing ${id}`] });
    filled.add(passing);
    filled.remove(passing);
    assert.ok(filled.queues <= 2 * (100 + SPARE_QUEUES) + 1, `${filled.queues} lines`);
  }
  assert.deepEqual(
    [...filled.candidates(searchRequest(1, { interests: ["kept 7"] }))].map(({ id }) => id),
    [
      7,
    ],
  );
});

Deno.test("Pool removes the interests without searches when it is cleaned up, and no others", () => {
  const filled = pool(
    searchRequest(1, { interests: ["chess", "jazz"] }),
    searchRequest(2, { interests: ["jazz"] }),
  );
  const chess = searchRequest(3, { interests: ["chess"] });
  filled.add(chess);
  filled.remove(chess);
  filled.prune();
  assert.equal(filled.queues, 2);
  for (const one of filled.candidates(searchRequest(4, { interests: ["chess"] }))) {
    filled.remove(one);
  }
  filled.prune();
  assert.equal(filled.queues, 1);
  assert.equal([...filled.candidates(searchRequest(4, { interests: ["jazz"] }))].length, 1);
});

Deno.test("Pool offers no search of another mode", () => {
  assert.deepEqual([...pool(searchRequest(1, { mode: "video" })).candidates(searchRequest(2))], []);
});

Deno.test("Pool skips recent partners, up to a limit", () => {
  const strangerAfter = (recent: number): boolean => {
    const others = range(1, recent + 1);
    const filled = pool(...others.map((id) => searchRequest(id)), searchRequest(500));
    const found = choose(
      searchRequest(1000, { met: others }),
      filled.candidates(searchRequest(1000, { met: others })),
    );
    return found?.partner.id === 500;
  };
  assert.equal(strangerAfter(LOOK_AHEAD - 1), true);
  assert.equal(strangerAfter(LOOK_AHEAD), false);
});

Deno.test("Pool examines only a few searches, however many wait", () => {
  const filled = pool(
    ...range(0, 5000).map((id) => searchRequest(id, { interests: ["a", "b"], open: true })),
  );
  assert.deepEqual(
    [...filled.candidates(searchRequest(9999, { interests: ["b", "c"], open: true }))].length,
    2,
  );
});

Deno.test("Pool finds the same partner as an examination of all searches", () => {
  const aWish = fc.record({
    interests: fc.subarray(["a", "b", "c"]),
    widened: fc.boolean(),
    mode: fc.constantFrom("text" as const, "video" as const),
    met: fc.array(fc.nat(12), { maxLength: 6 }),
  });
  fc.assert(
    fc.property(fc.array(aWish, { minLength: 1, maxLength: 12 }), fc.nat(11), (made, gone) => {
      const wishes = made.map(({ widened, ...rest }, id) =>
        searchRequest(id, { ...rest, open: widened || rest.interests.length === 0 })
      );
      const seeker = wishes.pop()!;
      const filled = pool(...wishes);
      const left = wishes.filter(({ id }) => id !== gone || !filled.remove(wishes[gone]!));
      assert.deepEqual(
        quality(choose(seeker, filled.candidates(seeker))),
        quality(choose(seeker, left)),
      );
    }),
    trials({ sample: 2_000, long: 100_000 }),
  );
});

/** Whether a choice has met, and whether it shares an interest. Among equal candidates any may be chosen. */
function quality(choice: ReturnType<typeof choose>): unknown {
  return choice && { met: choice.met, shares: choice.interests.length > 0 };
}
