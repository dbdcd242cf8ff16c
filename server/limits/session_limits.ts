/** The rate limits of one session: a token bucket for each limit of a session in `rate_limits.ts`. */

import type { SessionRates } from "./rate_limits.ts";
import { TokenBucket } from "../base/token_bucket.ts";

/** The name of a limit of a session. */
export type LimitKind = keyof SessionRates;

/** The `credit` of each bucket. A bucket that has not been used yet is full, and is omitted. */
export type TokenBalances = Partial<Record<LimitKind, number>>;

/** All buckets of a session. Each is created, full, when it is first used. */
export class SessionLimits {
  readonly #rates: SessionRates;
  readonly #buckets: Partial<Record<LimitKind, TokenBucket>> = {};

  constructor(rates: SessionRates) {
    this.#rates = rates;
  }

  /** Takes a token at `now` (clock milliseconds). Returns 0, or the number of milliseconds until one is available. */
  take(kind: LimitKind, now: number): number {
    return (this.#buckets[kind] ??= new TokenBucket(this.#rates[kind], now)).take(now);
  }

  /** The content of the buckets, for a session that moves to another node. */
  balances(now: number): TokenBalances {
    const buckets = Object.entries(this.#buckets);
    return Object.fromEntries(buckets.map(([kind, bucket]) => [kind, bucket.credit(now)]));
  }

  /** Restores balances from another node. Names that are not limits are ignored. */
  restore(balances: TokenBalances, now: number): void {
    for (const kind of Object.keys(this.#rates) as LimitKind[]) {
      const credit = balances[kind];
      if (credit === undefined) continue;
      this.#buckets[kind] = new TokenBucket(this.#rates[kind], now, credit);
    }
  }
}
