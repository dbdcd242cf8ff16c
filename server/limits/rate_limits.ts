/**
 * How fast anybody may go, in one table, which the code obeys and docs/rate-limits.md shows. Each limit is a token bucket: so
 * many at once, so many a minute after that. Those of an address hang on its entry in the registry, those of a session
 * on the session, so there are never more buckets than entries and sessions.
 *
 * Limits also guard people from each other: whoever comes back has their partner's page send again what they missed, at
 * most MAX_WAITING messages (`client/state/delivery.ts`). Twenty resumes a minute keep that within what the partner may send.
 *
 * No honest person comes near those of a session: somebody who types all the time sends two messages a second. Forty
 * pages behind one address that come back after a restart are let in at once; more are told to wait, and pages that
 * wait as they do are never blocked.
 */

import { MINUTE } from "../base/clock.ts";
import type { Rate } from "../base/token_bucket.ts";

/** A limit, and what becomes of who goes over it. */
export interface Limit extends Rate {
  /** Whose bucket it is. */
  readonly of: "address" | "session" | "socket";
  /** What takes a token. */
  readonly counts: string;
  /** What happens when there is none. */
  readonly otherwise: string;
}

/** How long an address that went on against refusals is blocked, in milliseconds. */
export const FLOOD_BLOCK_TIME = 10 * MINUTE;

/** Every limit on speed. */
export const LIMITS = {
  connections: {
    of: "address",
    counts: "connections opened",
    burst: 40,
    perMinute: 60,
    otherwise: "HTTP 429 with `Retry-After`",
  },
  refusals: {
    of: "address",
    counts: "connections refused by the limit above",
    burst: 300,
    perMinute: 120,
    otherwise: `blocked for ${FLOOD_BLOCK_TIME / MINUTE} minutes`,
  },
  searches: {
    of: "address",
    counts: "`find` messages",
    burst: 60,
    perMinute: 120,
    otherwise: "error `too-fast` with the time to wait",
  },
  controls: {
    of: "session",
    counts: "control messages",
    burst: 40,
    perMinute: 180,
    otherwise: "closed with 1008",
  },
  resumes: {
    of: "session",
    counts: "`resume` messages",
    burst: 20,
    perMinute: 20,
    otherwise: "session ended",
  },
  reports: {
    of: "session",
    counts: "`report` messages",
    burst: 5,
    perMinute: 5,
    otherwise: "error `too-fast` with the time to wait",
  },
  calls: {
    of: "session",
    counts: "`ice` messages",
    burst: 6,
    perMinute: 12,
    otherwise: "error `too-fast` with the time to wait",
  },
  messages: {
    of: "session",
    counts: "frames of kind 1",
    burst: 120,
    perMinute: 600,
    otherwise: "closed with 1008",
  },
  signals: {
    of: "session",
    counts: "frames of other kinds",
    burst: 120,
    perMinute: 1200,
    otherwise: "closed with 1008",
  },
  unasked: {
    of: "socket",
    counts: "pings and pongs, and frames after the closing handshake began",
    burst: 20,
    perMinute: 1200,
    otherwise: "connection dropped",
  },
} as const satisfies Record<string, Limit>;

/** The names of the limits. */
export type LimitName = keyof typeof LIMITS;

/** How fast a session may go; tests that are about something else allow more. */
export type SessionRates = Readonly<
  Record<
    { [N in LimitName]: (typeof LIMITS)[N]["of"] extends "session" ? N : never }[LimitName],
    Rate
  >
>;
