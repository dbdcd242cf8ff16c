/** IDs of sessions, searches and nodes. The type checker keeps these numbers apart. */

/**
 * Identifies a session within a cluster. It is never sent to a page or logged. Each node has a different range of
 * numbers (`numbersFrom`), so no two nodes use the same ID.
 */
export type SessionId = number & { readonly brand: "SessionId" };

/**
 * Identifies one search, not one session: a claim in progress must not take the next search of the same session. A
 * ticket is never reused.
 */
export type Ticket = number & { readonly brand: "Ticket" };

/** Identifies a node of a cluster. */
export type NodeId = number & { readonly brand: "NodeId" };

/** The ID of a single node, without a cluster. */
export const ALONE = 0 as NodeId;

/** How many sessions or searches a node can number. */
export const NUMBERS_A_NODE = 2 ** 32;

/** Upper bound of node IDs, exclusive. It keeps every session ID a safe integer. */
export const MAX_NODES = 2 ** 21;

/** The first number of a node, for its sessions and searches. */
export function numbersFrom(node: NodeId): number {
  return node * NUMBERS_A_NODE + 1;
}
