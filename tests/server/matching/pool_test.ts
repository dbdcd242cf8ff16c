import assert from "node:assert/strict";
import fc from "fast-check";
import { MAX_INTERESTS, MAX_LANGUAGES, MAX_SUITES } from "../../../protocol.ts";
import {
  acceptEachOther,
  choose,
  haveMet,
  type SearchRequest,
  sharedLanguages,
} from "../../../server/matching/policy.ts";
import { MAX_PLACES, placesOf, Pool, SPARE_PLACES } from "../../../server/matching/pool.ts";
import { searchRequest } from "../../support/fixtures.ts";
import { aSearch, requestOf } from "../../support/populations.ts";
import { trials } from "../../support/repeats.ts";

/** A pool in which none of `requests` can be paired with another. */
function pool(...requests: SearchRequest[]): Pool<SearchRequest> {
  const filled = new Pool<SearchRequest>();
  for (const one of requests) assert.equal(filled.offer(one), undefined);
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
  assert.deepEqual([filled.size, filled.has(a)], [1, false]);
  assert.equal(filled.offer(searchRequest(3, { interests: ["chess"] })), undefined);
});

Deno.test("Pool takes a pair out, and adds a search only if it finds no partner", () => {
  const a = searchRequest(1, { interests: ["chess"] });
  const filled = pool(a, searchRequest(2, { interests: ["jazz"] }));
  assert.equal(filled.offer(searchRequest(3, { interests: ["chess"] })), a);
  assert.deepEqual([filled.size, filled.has(a)], [1, false]);
});

Deno.test("Pool keeps one search of a session", () => {
  const older = searchRequest(1);
  const filled = pool(older);
  const newer = { ...older, ticket: 99 as SearchRequest["ticket"] };
  assert.equal(filled.offer(newer), undefined);
  assert.deepEqual([filled.size, filled.has(older), filled.has(newer)], [1, false, true]);
  assert.equal(filled.offer(searchRequest(2)), newer);
});

Deno.test("Pool keeps a limited number of empty places, however many interests come and go", () => {
  const filled = pool(
    ...range(0, 100).map((id) => searchRequest(id, { interests: [`kept ${id}`] })),
  );
  for (const id of range(1000, 9000)) {
    const passing = searchRequest(id, { interests: [`passing ${id}`] });
    assert.equal(filled.offer(passing), undefined);
    filled.remove(passing);
    assert.ok(filled.places <= 2 * (100 + SPARE_PLACES) + 1, `${filled.places} places`);
  }
  assert.equal(filled.offer(searchRequest(1000, { interests: ["kept 7"] }))?.id, 7);
});

Deno.test("Pool deletes the interests and languages without searches when it is pruned, and no others", () => {
  const chess = searchRequest(1, { interests: ["chess"] });
  const german = searchRequest(2, { languages: ["de"] });
  const filled = pool(chess, german, searchRequest(3, { interests: ["jazz"] }));
  assert.equal(filled.places, 3);
  filled.remove(chess);
  filled.prune();
  assert.equal(filled.places, 2);
  assert.equal(filled.offer(searchRequest(4, { languages: ["de"] })), german);
  filled.prune();
  assert.equal(filled.places, 1);
  assert.equal(filled.offer(searchRequest(5, { interests: ["jazz"] }))?.id, 3);
});

Deno.test("Pool pairs nobody across modes", () => {
  assert.equal(pool(searchRequest(1, { mode: "video" })).offer(searchRequest(2)), undefined);
});

Deno.test("Pool keeps pages without a common suite apart, and finds one of several suites in each", () => {
  const [older, newer] = [searchRequest(1, { suites: [1] }), searchRequest(2, { suites: [2] })];
  const filled = pool(older, newer);
  assert.equal(filled.offer(searchRequest(3, { suites: [3, 2] })), newer);
  assert.equal(filled.offer(searchRequest(4, { suites: [2, 1] })), older);
  assert.equal(filled.size, 0);
});

Deno.test("Pool looks at a limited number of places, and a search that names most has exactly so many", () => {
  const interests = range(0, MAX_INTERESTS).map((n) => `interest ${n}`);
  const languages = range(0, MAX_LANGUAGES).map((n) => `l${n}`);
  const suites = range(0, MAX_SUITES);
  const places = placesOf(searchRequest(1, { interests, languages, suites, step: "anyone" }));
  assert.equal(places.length, MAX_PLACES);
  assert.equal(new Set(places).size, MAX_PLACES);
});

Deno.test("Pool's places: two searches accept each other exactly if they have a place in common", () => {
  fc.assert(
    fc.property(aSearch, aSearch, (one, two) => {
      const [a, b] = [requestOf(1, one), requestOf(2, two)];
      const isShared = placesOf(a).some((place) => placesOf(b).includes(place));
      assert.equal(isShared, acceptEachOther(a, b));
    }),
    trials({ sample: 5_000, long: 200_000 }),
  );
});

const aPopulation = fc.record({
  drawn: fc.array(aSearch, { minLength: 1, maxLength: 16 }),
  leaving: fc.array(fc.nat(15), { maxLength: 4 }),
});

Deno.test("Pool chooses the same partner as an examination of all searches", () => {
  fc.assert(
    fc.property(aPopulation, ({ drawn, leaving }) => {
      const filled = new Pool<SearchRequest>();
      const waiting = new Set<SearchRequest>();
      for (const [id, one] of drawn.entries()) {
        const seeker = requestOf(id, one);
        const expected = choose(seeker, waiting);
        const partner = filled.offer(seeker);
        assert.equal(partner, expected);
        if (partner === undefined) waiting.add(seeker);
        else waiting.delete(partner);
        for (const gone of waiting) {
          if (leaving.includes(gone.id) && filled.remove(gone)) waiting.delete(gone);
        }
        assert.equal(filled.size, waiting.size);
      }
    }),
    trials({ sample: 2_000, long: 100_000 }),
  );
});

Deno.test("Pool chooses somebody new who shares a language whenever such a search waits", () => {
  fc.assert(
    fc.property(fc.array(aSearch, { minLength: 2, maxLength: 16 }), (drawn) => {
      const filled = new Pool<SearchRequest>();
      const waiting = new Set<SearchRequest>();
      for (const [id, one] of drawn.entries()) {
        const seeker = requestOf(id, one);
        const isSpeaker = (other: SearchRequest): boolean =>
          acceptEachOther(seeker, other) && !haveMet(seeker, other) &&
          sharedLanguages(seeker, other).length > 0;
        const speakers = [...waiting].filter(isSpeaker);
        const partner = filled.offer(seeker);
        if (speakers.length > 0) assert.ok(partner !== undefined && speakers.includes(partner));
        if (partner === undefined) waiting.add(seeker);
        else waiting.delete(partner);
      }
    }),
    trials({ sample: 2_000, long: 50_000 }),
  );
});
