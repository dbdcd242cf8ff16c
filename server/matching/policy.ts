/**
 * The pairing policy as pure functions, so that every node of a cluster applies the same policy and tests can compare
 * it with a brute-force search.
 *
 *   picky   has interests, and its window has not ended: accepts only a partner that shares one
 *   open    has none, or its window has ended: accepts any open partner, or one that shares an interest
 *
 * Among acceptable partners, a new one is preferred to a recent one, then more shared interests to fewer, then a longer
 * wait to a shorter one. So a recent partner is chosen only when there is no other.
 */

import type { Mode } from "../../protocol.ts";
import type { NodeId, SessionId, Ticket } from "../ids.ts";

/** What a session searches for. */
export interface SearchRequest {
  readonly ticket: Ticket;
  /** The session, and its node. */
  readonly id: SessionId;
  readonly node: NodeId;
  readonly mode: Mode;
  /** Normalized, without duplicates. */
  readonly interests: readonly string[];
  /** Whether it accepts any open partner, without shared interests. */
  readonly open: boolean;
  /** Position in the order of arrival: the lower, the longer the wait. */
  readonly order: number;
  readonly recent: readonly SessionId[];
}

/** The partner chosen for a search. */
export interface Choice<W extends SearchRequest> {
  readonly partner: W;
  readonly interests: string[];
  /** Whether they met recently. */
  readonly met: boolean;
}

/** The shared interests, in the order of `a`. */
export function sharedInterests(a: SearchRequest, b: SearchRequest): string[] {
  return a.interests.filter((interest) => b.interests.includes(interest));
}

/** Whether either remembers the other as a recent partner. */
export function haveMet(a: SearchRequest, b: SearchRequest): boolean {
  return a.recent.includes(b.id) || b.recent.includes(a.id);
}

/** The best partner for `seeker` among `candidates`, if any; never the seeker itself. */
export function choose<W extends SearchRequest>(
  seeker: W,
  candidates: Iterable<W>,
): Choice<W> | undefined {
  let best: Choice<W> | undefined;
  for (const partner of candidates) {
    const choice = consider(seeker, partner);
    if (choice !== undefined && (best === undefined || better(choice, best))) best = choice;
  }
  return best;
}

function consider<W extends SearchRequest>(seeker: W, partner: W): Choice<W> | undefined {
  if (partner.id === seeker.id || partner.mode !== seeker.mode) return undefined;
  const interests = sharedInterests(seeker, partner);
  if (interests.length === 0 && !(seeker.open && partner.open)) return undefined;
  return { partner, interests, met: haveMet(seeker, partner) };
}

function better<W extends SearchRequest>(a: Choice<W>, b: Choice<W>): boolean {
  if (a.met !== b.met) return b.met;
  if (a.interests.length !== b.interests.length) return a.interests.length > b.interests.length;
  return a.partner.order < b.partner.order;
}
