/** Creates search requests, for tests of which requests are paired. */

import type { SearchRequest } from "../../server/matching/policy.ts";
import { ALONE, type SessionId, type Ticket } from "../../server/ids.ts";

/** A search request. It is open if it has no interests, and a higher id is a later request. */
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
