/**
 * All rate limits, in three tables. The code enforces them and docs/rate-limits.md shows them. Each limit is a token
 * bucket: a burst, then a rate per minute. The buckets of an address belong to its record, those of a session to the
 * session, those of a WebSocket to its connection. So their number is bounded by the number of these.
 *
 * Limits also protect visitors from each other. When a session resumes, the partner's page resends what was missed, at
 * most MAX_WAITING messages (`client/state/delivery.ts`). Twenty resumes a minute keep that within the partner's
 * limits.
 *
 * Honest visitors stay far below the limits of a session: a visitor who types all the time sends two messages a second.
 * When 200 pages behind one address reconnect after a restart, they are admitted immediately. Further pages are told to
 * wait (`admission/retry_schedule.ts`). Our page waits as told, and is never blocked, whatever the size of the crowd.
 */

import { MINUTE, SECOND } from "../base/clock.ts";
import type { Rate } from "../base/token_bucket.ts";

/** A limit, and the consequence of exceeding it. */
export interface Limit extends Rate {
  /** What each bucket belongs to. */
  readonly of: "address" | "session" | "socket";
  /** What costs a token. */
  readonly counts: string;
  /** What happens if no token is left. */
  readonly otherwise: string;
}

/** A table of limits that belong to the same thing. */
type LimitsOf<Owner extends Limit["of"]> = Readonly<Record<string, Limit & { readonly of: Owner }>>;

/** How long an address that keeps trying despite refusals is blocked, in milliseconds. */
export const FLOOD_BLOCK_TIME = 10 * MINUTE;

/** Number of bytes of a frame that cost a token of `bytes`. */
export const FRAME_UNIT = 1024;

/** Number of bytes of a response that cost as much as a request. */
export const RESPONSE_UNIT = 16 * 1024;

/** Default of `--max-connections-per-address`, which the limits of an address are meant for. */
export const CONNECTIONS_PER_ADDRESS = 200;

/** When refused clients of one address may try again (`admission/retry_schedule.ts`), in milliseconds. */
export const RETRIES = {
  /** Minimum wait of a client that is refused for lack of room. */
  shortest: 10 * SECOND,
  /** The same while the server stops, because another process will soon serve its port. */
  whileStopping: 3 * SECOND,
  longest: 5 * MINUTE,
  /** Minimum time between the attempts of two clients. */
  spacing: SECOND / 4,
  /** Maximum number of attempts that are expected: as many as the longest wait has room for. */
  most: 1_200,
  /** How late an expected attempt may be. A page in the background may sleep for a minute. */
  patience: 2 * MINUTE,
  /** How long after its refusal a page may ask for its wait. */
  toldWithin: 15 * SECOND,
} as const;

/** Limits of an address, enforced by its record (`admission/address_record.ts`), in a cluster by all nodes together. */
export const ADDRESS_LIMITS = {
  connections: {
    of: "address",
    counts: "connections opened",
    burst: 240,
    perMinute: 240,
    otherwise: "HTTP 429 with `Retry-After`",
  },
  refusals: {
    of: "address",
    counts: "refused attempts that came before the time they were told",
    burst: 720,
    perMinute: 600,
    otherwise: `blocked for ${FLOOD_BLOCK_TIME / MINUTE} minutes`,
  },
  searches: {
    of: "address",
    counts: "`find` and `again` messages",
    burst: 240,
    perMinute: 480,
    otherwise: "error `too-fast` with the time to wait; no answer to `again`",
  },
  /** Enforced by each node (`admission/request_budget.ts`). Enough for 200 people who arrive within a minute. */
  requests: {
    of: "address",
    counts: `HTTP requests that are not upgrades, and every further ${
      RESPONSE_UNIT / 1024
    } KiB of a response`,
    burst: 3000,
    perMinute: 3000,
    otherwise: "HTTP 429 with `Retry-After`, and the connection is closed",
  },
} as const satisfies LimitsOf<"address">;

/** The rates of an address that may have `connections`: those above, or more in proportion to the default. */
export function addressRates(connections: number): AddressRates {
  const factor = connections / CONNECTIONS_PER_ADDRESS;
  if (factor <= 1) return ADDRESS_LIMITS; // Nearly every address. The rates are not copied.
  const scaled = ({ burst, perMinute }: Rate): Rate => ({
    burst: Math.ceil(burst * factor),
    perMinute: Math.ceil(perMinute * factor),
  });
  return {
    connections: scaled(ADDRESS_LIMITS.connections),
    refusals: scaled(ADDRESS_LIMITS.refusals),
    searches: scaled(ADDRESS_LIMITS.searches),
    requests: scaled(ADDRESS_LIMITS.requests),
  };
}

/** Limits of a session, enforced by its rate limiter (`session_rate_limiter.ts`). */
export const SESSION_LIMITS = {
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
  /** 4 MiB, then 16 KiB per second. docs/rate-limits.md says what an honest page needs. */
  bytes: {
    of: "session",
    counts: "KiB of frames, each frame rounded up",
    burst: 4096,
    perMinute: 960,
    otherwise: "closed with 1008",
  },
} as const satisfies LimitsOf<"session">;

/** Limits of a WebSocket, enforced by the listener. */
export const SOCKET_LIMITS = {
  unsolicited: {
    of: "socket",
    counts: "pings and pongs, and frames after the closing handshake began",
    burst: 20,
    perMinute: 1200,
    otherwise: "connection dropped",
  },
} as const satisfies LimitsOf<"socket">;

/** Every rate limit. */
export const LIMITS = { ...ADDRESS_LIMITS, ...SESSION_LIMITS, ...SOCKET_LIMITS } as const;

export type LimitName = keyof typeof LIMITS;

/** The rates of the limits of an address. */
export type AddressRates = Readonly<Record<keyof typeof ADDRESS_LIMITS, Rate>>;

export type SessionLimitName = keyof typeof SESSION_LIMITS;

/** The rates of the limits of a session. Tests of other features raise them. */
export type SessionRates = Readonly<Record<SessionLimitName, Rate>>;
