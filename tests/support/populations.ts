/** Random populations of searches for property tests of pairing. */

import fc from "fast-check";
import { type Mode, SEARCH_STEPS } from "../../protocol.ts";
import {
  acceptEachOther,
  type SearchRequest,
  stepsOf,
  type Wish,
} from "../../server/matching/policy.ts";
import { searchRequest } from "./fixtures.ts";

/** A search as fast-check draws it. `step` counts the steps that the search has. */
export interface DrawnSearch {
  readonly mode: Mode;
  readonly interests: string[];
  readonly languages: string[];
  readonly suites: number[];
  readonly step: number;
  readonly met: number[];
}

/** Few values of each kind, so that searches often match. */
export const aSearch: fc.Arbitrary<DrawnSearch> = fc.record({
  mode: fc.constantFrom("text", "text", "text", "video"),
  interests: fc.shuffledSubarray(["a", "b", "c"]),
  languages: fc.shuffledSubarray(["de", "en", "zh-Hant"]),
  suites: fc.oneof(fc.constant<number[]>([2]), fc.shuffledSubarray([1, 2, 3], { minLength: 1 })),
  step: fc.nat(SEARCH_STEPS.length - 1),
  met: fc.array(fc.nat(12), { maxLength: 6 }),
});

/** Whether two of these searches could be paired in their last steps. */
export function couldPair(wishes: readonly Wish[]): boolean {
  const requests = wishes.map((wish, id) => searchRequest(id, { ...wish, step: "anyone" }));
  return requests.some((one) => requests.some((other) => acceptEachOther(one, other)));
}

/** The search request of a drawn search, in a step that such a search has. */
export function requestOf(id: number, { step, ...drawn }: DrawnSearch): SearchRequest {
  const steps = stepsOf(drawn);
  return searchRequest(id, { ...drawn, step: steps[step % steps.length]!.step });
}
