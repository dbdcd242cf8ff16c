/**
 * How an address has behaved: how fast it connects, how often it was told to slow down, and whether it is blocked for
 * not listening. This hangs on the registry's entry of the address and is gone with it.
 *
 * Being told to slow down is no offence by itself: a busy household behind one address, or a page that comes back after
 * a restart, is told so too. Who goes on all the same, refusal after refusal, is blocked for a while.
 */

import { MINUTE } from "./clock.ts";
import { type Rate, TokenBucket } from "./rate_limit.ts";

/** How fast one address may connect. */
export const CONNECTION_RATE: Rate = { burst: 40, perMinute: 60 };

/** How often one address may be refused before it is blocked. */
export const REFUSAL_RATE: Rate = { burst: 60, perMinute: 6 };

/** How long a block lasts, in milliseconds. */
export const BLOCK_TIME = 10 * MINUTE;

/** What becomes of an attempt to connect. */
export type Verdict =
  | { kind: "welcome" }
  /** Come back in `wait` milliseconds. */
  | { kind: "too-fast" | "blocked"; wait: number };

/** The behaviour of one address. */
export class Conduct {
  readonly #connections: TokenBucket;
  #refusals: TokenBucket;
  #blockedUntil: number;

  constructor(now: number) {
    this.#connections = new TokenBucket(CONNECTION_RATE, now);
    this.#refusals = new TokenBucket(REFUSAL_RATE, now);
    this.#blockedUntil = now;
  }

  /** Judges one attempt to connect, at `now` in clock milliseconds. */
  attempt(now: number): Verdict {
    if (now < this.#blockedUntil) return { kind: "blocked", wait: this.#blockedUntil - now };
    const wait = this.#connections.take(now);
    return wait === 0 ? { kind: "welcome" } : this.refuse(now, wait);
  }

  /** Notes that an attempt is refused for being one too many. */
  refuse(now: number, wait: number): Verdict {
    if (this.#refusals.take(now) === 0) return { kind: "too-fast", wait };
    this.#blockedUntil = now + BLOCK_TIME;
    this.#refusals = new TokenBucket(REFUSAL_RATE, now);
    return { kind: "blocked", wait: BLOCK_TIME };
  }
}
