/** Makes people who look for a partner, for tests of who would take whom. */

import type { SessionId, Wish } from "../server/pairing.ts";

/** A wish; who has no interests is open, and a higher id has come later. */
export function wish(
  id: number,
  change: Partial<Omit<Wish, "id" | "hasMet">> & { met?: readonly number[] } = {},
): Wish {
  const { met = [], interests = [], ...rest } = change;
  return {
    id: id as SessionId,
    mode: "text",
    interests,
    open: interests.length === 0,
    order: id,
    hasMet: (other) => met.includes(other),
    ...rest,
  };
}
