/** Makes people who look for a partner, for tests of who would take whom. */

import type { SearchRequest } from "../../server/matching/policy.ts";
import { ALONE, type SessionId, type Ticket } from "../../server/ids.ts";

/** A wish; who has no interests is open, and a higher id has come later. */
export function wish(
  id: number,
  change: Partial<Omit<SearchRequest, "id" | "ticket" | "recent">> & { met?: readonly number[] } =
    {},
): SearchRequest {
  const { met = [], interests = [], ...rest } = change;
  return {
    ticket: id as Ticket,
    id: id as SessionId,
    node: ALONE,
    mode: "text",
    interests,
    open: interests.length === 0,
    order: id,
    recent: met as SessionId[],
    ...rest,
  };
}
