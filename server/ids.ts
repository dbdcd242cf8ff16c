/** What names a session, a search and a machine; numbers of kinds that can't be mixed up. */

/**
 * Names a session among the machines of a cluster and nowhere else: no page is told, and nothing logs it. A machine
 * counts from its node's number on, so that two never name alike (`numbersFrom`).
 */
export type SessionId = number & { readonly brand: "SessionId" };

/**
 * Names one search, not one person: a claim that is under way must not take what the same person looks for next.
 * Never used twice.
 */
export type Ticket = number & { readonly brand: "Ticket" };

/** Names a machine of a cluster. */
export type NodeId = number & { readonly brand: "NodeId" };

/** The machine that is alone. */
export const ALONE = 0 as NodeId;

/** How many sessions or searches a machine can number. */
export const NUMBERS_A_NODE = 2 ** 32;

/** Above all machines' numbers, so that every session's is a safe integer. */
export const MAX_NODES = 2 ** 21;

/** Where a machine begins to number what is its own. */
export function numbersFrom(node: NodeId): number {
  return node * NUMBERS_A_NODE + 1;
}
