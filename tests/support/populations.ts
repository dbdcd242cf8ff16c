/** Random populations of searches for property tests of pairing. */

import fc from "fast-check";
import { type Mode, SEARCH_STEPS } from "../../protocol.ts";
import { type SearchRequest, stepsOf } from "../../server/matching/policy.ts";
import { searchRequest } from "./fixtures.ts";

/** A search as fast-check draws it. `step` counts the steps that the search has. */
export interface DrawnSearch {
  readonly mode: Mode;
  readonly interests: string[];
  readonly languages: string[];
  readonly step: number;
  readonly met: number[];
}

/** Few values of each kind, so that searches often match. */
export const aSearch: fc.Arbitrary<DrawnSearch> = fc.record({
  mode: fc.constantFrom("text", "text", "text", "video"),
  interests: fc.shuffledSubarray(["a", "b", "c"]),
  languages: fc.shuffledSubarray(["de", "en", "zh-Hant"]),
  step: fc.nat(SEARCH_STEPS.length - 1),
  met: fc.array(fc.nat(12), { maxLength: 6 }),
});

/** The search request of a drawn search, in a step that such a search has. */
export function requestOf(id: number, { step, ...drawn }: DrawnSearch): SearchRequest {
  const steps = stepsOf(drawn);
  return searchRequest(id, { ...drawn, step: steps[step % steps.length]!.step });
}
