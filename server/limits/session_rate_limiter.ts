/** Enforces the rate limits of one session, with a token bucket for each of `SESSION_LIMITS` (`rate_limits.ts`). */

import type { SessionLimitName, SessionRates } from "./rate_limits.ts";
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
    return (this.#buckets[name] ??= new TokenBucket(this.#rates[name], now)).take(now);
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
