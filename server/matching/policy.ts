/**
 * Who would talk to whom: the pairing policy as pure functions, so that every machine of a cluster can apply the
 * same one and a test can compare it with a brute-force search.
 *
 *   picky   has interests, and its window has not ended: takes only somebody who shares one
 *   open    has none, or its window has ended: takes anybody who is open, or shares an interest
 *
 * Among those who would take each other, somebody new comes before a recent partner, then more shared interests
 * before fewer, then who has waited longer. A recent partner is thus taken only when nobody else is there.
 */

import type { Mode } from "../../protocol.ts";
import type { NodeId, SessionId, Ticket } from "../ids.ts";

/** What somebody looks for. */
export interface SearchRequest {
  readonly ticket: Ticket;
  /** Whose it is, and which machine they are on. */
  readonly id: SessionId;
  readonly node: NodeId;
  readonly mode: Mode;
  /** Normalized, without doubles. */
  readonly interests: readonly string[];
  /** Whether anybody is welcome, shared interests or not. */
  readonly open: boolean;
  /** Position in the order of arrival: the lower, the longer the wait. */
  readonly order: number;
  /** The recent partners. */
  readonly recent: readonly SessionId[];
}

/** Whom to pair somebody with. */
export interface Choice<W extends SearchRequest> {
  readonly partner: W;
  readonly interests: string[];
  /** Whether they met a short while ago. */
  readonly met: boolean;
}

/** The interests both have, in the first one's order. */
export function sharedInterests(a: SearchRequest, b: SearchRequest): string[] {
  return a.interests.filter((interest) => b.interests.includes(interest));
}

/** Whether either remembers the other as a recent partner. */
export function haveMet(a: SearchRequest, b: SearchRequest): boolean {
  return a.recent.includes(b.id) || b.recent.includes(a.id);
}

/** The best partner for `seeker` among `candidates`, or none; never the seeker itself. */
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
