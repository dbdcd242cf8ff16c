/**
 * The pairing policy as pure functions, so that every node of a cluster applies the same policy and tests can compare
 * it with a brute-force search. `cluster/pool_script.ts` repeats it in Lua, and a test compares the two.
 *
 * A search accepts more partners from step to step, and a pair needs both sides to accept each other:
 *
 *             exact                       either                     anyone
 *   names     a shared language and,      a shared language or       any partner
 *             if it names any, a shared   a shared interest
 *             interest
 *
 *   both      for EXACT_WINDOW            for EITHER_WINDOW          then
 *   one       for EXACT_WINDOW                                       then
 *   neither                                                          immediately
 *
 * Each step accepts whatever the step before accepted. In every step, a pair also needs a suite that both pages offer:
 * without one, they could not agree on keys, and the chat would fail (`Suite` in `protocol.ts`). The server only compares
 * the numbers of suites, so it pairs pages of later releases, too.
 *
 * Among acceptable partners, a new one is preferred to a recent
 * one, then one who shares a language, then more shared interests to fewer, then a longer wait to a shorter one. So a
 * recent partner is chosen only when there is no other.
 */

import type { Mode, SearchStep } from "../../protocol.ts";
import { SECOND } from "../base/clock.ts";
import type { NodeId, SessionId, Ticket } from "../ids.ts";

/** How long a search insists on everything that it names, in milliseconds. */
export const EXACT_WINDOW = 5 * SECOND;

/** How long after that a search with languages and interests insists on one of them, in milliseconds. */
export const EITHER_WINDOW = 5 * SECOND;

/** What a visitor asks for. */
export interface Wish {
  readonly mode: Mode;
  /** Normalized, without duplicates. */
  readonly interests: readonly string[];
  /** Tags of spoken languages, without duplicates. */
  readonly languages: readonly string[];
  /** The suites that the page offers, without duplicates, never empty. */
  readonly suites: readonly number[];
}

/** What a session searches for. */
export interface SearchRequest extends Wish {
  readonly ticket: Ticket;
  /** The session, and its node. */
  readonly id: SessionId;
  readonly node: NodeId;
  readonly step: SearchStep;
  /** Position in the order of arrival: the lower, the longer the wait. */
  readonly order: number;
  readonly recent: readonly SessionId[];
}

/** A step of a search, and its duration in milliseconds. */
export interface TimedStep {
  readonly step: SearchStep;
  /** Infinite for the last step. */
  readonly lasts: number;
}

/** The steps of a search for this, in order. */
export function stepsOf({ interests, languages }: Omit<Wish, "suites">): TimedStep[] {
  const exact: TimedStep = { step: "exact", lasts: EXACT_WINDOW };
  const either: TimedStep = { step: "either", lasts: EITHER_WINDOW };
  const anyone: TimedStep = { step: "anyone", lasts: Infinity };
  if (interests.length > 0 && languages.length > 0) return [exact, either, anyone];
  return interests.length > 0 || languages.length > 0 ? [exact, anyone] : [anyone];
}

/** Chats keep what their two people share, mostly nothing. */
const NONE: readonly string[] = [];

/** The shared interests, in the order of `a`. */
export function sharedInterests(a: Wish, b: Wish): readonly string[] {
  if (a.interests.length === 0) return NONE;
  return a.interests.filter((interest) => b.interests.includes(interest));
}

/** The shared languages, in the order of `a`. */
export function sharedLanguages(a: Wish, b: Wish): readonly string[] {
  if (a.languages.length === 0) return NONE;
  return a.languages.filter((language) => b.languages.includes(language));
}

/** Whether the two pages offer a common suite. */
export function shareSuite(a: Wish, b: Wish): boolean {
  return a.suites.some((suite) => b.suites.includes(suite));
}

/** Whether either remembers the other as a recent partner. */
export function haveMet(a: SearchRequest, b: SearchRequest): boolean {
  return a.recent.includes(b.id) || b.recent.includes(a.id);
}

/** Whether the two may be paired. A session is never paired with itself. */
export function acceptEachOther(a: SearchRequest, b: SearchRequest): boolean {
  if (a.id === b.id || a.mode !== b.mode || !shareSuite(a, b)) return false;
  const shared = {
    language: sharedLanguages(a, b).length > 0,
    interest: sharedInterests(a, b).length > 0,
  };
  return accepts(a, shared) && accepts(b, shared);
}

/** The best partner for `seeker` among `candidates`, if any. */
export function choose<W extends SearchRequest>(
  seeker: W,
  candidates: Iterable<W>,
): W | undefined {
  let best: { readonly partner: W; readonly rank: Rank } | undefined;
  for (const partner of candidates) {
    if (!acceptEachOther(seeker, partner)) continue;
    const rank = rankOf(seeker, partner);
    if (best === undefined || isLower(rank, best.rank)) best = { partner, rank };
  }
  return best?.partner;
}

function accepts(
  { step, languages, interests }: SearchRequest,
  shared: { readonly language: boolean; readonly interest: boolean },
): boolean {
  switch (step) {
    case "exact":
      return (languages.length === 0 || shared.language) &&
        (interests.length === 0 || shared.interest);
    case "either":
      return shared.language || shared.interest;
    case "anyone":
      return true;
  }
}

/** How good a partner is. The first number that differs decides, and the lower one is better. */
type Rank = readonly number[];

function rankOf(seeker: SearchRequest, partner: SearchRequest): Rank {
  return [
    haveMet(seeker, partner) ? 1 : 0,
    sharedLanguages(seeker, partner).length > 0 ? 0 : 1,
    -sharedInterests(seeker, partner).length,
    partner.order,
    partner.ticket,
  ];
}

function isLower(a: Rank, b: Rank): boolean {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && a[at]! < b[at]!;
}
