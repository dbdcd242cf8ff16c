/** Enforces the rate limits of one session, with a token bucket for each of `SESSION_LIMITS` (`rate_limits.ts`). */

import { FRAME_UNIT, type SessionLimitName, type SessionRates } from "./rate_limits.ts";
import { TokenBucket } from "../base/token_bucket.ts";

/** The `credit` of each bucket. A bucket that has not been used yet is full, and is omitted. */
export type TokenBalances = Partial<Record<SessionLimitName, number>>;

/** All buckets of a session. Each is created, full, when it is first used. */
export class SessionRateLimiter {
  readonly #rates: SessionRates;
  readonly #buckets: Partial<Record<SessionLimitName, TokenBucket>> = {};

  constructor(rates: SessionRates) {
    this.#rates = rates;
  }

  /** Takes a token at `now` (clock milliseconds). Returns 0, or the number of milliseconds until one is available. */
  take(name: SessionLimitName, now: number): number {
    return this.#bucket(name, now).take(now);
  }

  /** Takes a token of a kind of frames, and those for its length. Returns 0, or the number of milliseconds to wait. */
  takeFrame(kind: "messages" | "signals", length: number, now: number): number {
    const wait = this.take(kind, now) || this.take("bytes", now);
    if (wait === 0) this.#bucket("bytes", now).charge(Math.ceil(length / FRAME_UNIT) - 1, now);
    return wait;
  }

  #bucket(name: SessionLimitName, now: number): TokenBucket {
    return this.#buckets[name] ??= new TokenBucket(this.#rates[name], now);
  }

  /** The content of the buckets, for a session that moves to another node. */
  balances(now: number): TokenBalances {
    const buckets = Object.entries(this.#buckets);
    return Object.fromEntries(buckets.map(([name, bucket]) => [name, bucket.credit(now)]));
  }

  /** Restores balances from another node. Names that are not limits are ignored. */
  restore(balances: TokenBalances, now: number): void {
    for (const name of Object.keys(this.#rates) as SessionLimitName[]) {
      const credit = balances[name];
      if (credit === undefined) continue;
      this.#buckets[name] = new TokenBucket(this.#rates[name], now, credit);
    }
  }
}
