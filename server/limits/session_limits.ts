/** What one session may still do: a token bucket for each kind of thing that it can do too fast (`rate_limits.ts`). */

import type { SessionRates } from "./rate_limits.ts";
import { TokenBucket } from "../base/token_bucket.ts";

/** A kind of thing that is counted. */
export type LimitKind = keyof SessionRates;

/** What is left of each bucket, as its `credit`; one that has not been needed yet is full and is not named. */
export type TokenBalances = Partial<Record<LimitKind, number>>;

/** All buckets of a session. Each is full until it is first needed, and made then. */
export class SessionLimits {
  readonly #rates: SessionRates;
  readonly #buckets: Partial<Record<LimitKind, TokenBucket>> = {};

  constructor(rates: SessionRates) {
    this.#rates = rates;
  }

  /** Takes a token at `now` (clock milliseconds). The answer is 0, or in how many milliseconds there will be one. */
  take(kind: LimitKind, now: number): number {
    return (this.#buckets[kind] ??= new TokenBucket(this.#rates[kind], now)).take(now);
  }

  /** What is left, to go on with on another machine. */
  balances(now: number): TokenBalances {
    const buckets = Object.entries(this.#buckets);
    return Object.fromEntries(buckets.map(([kind, bucket]) => [kind, bucket.credit(now)]));
  }

  /** Goes on with what was left on another machine; what that machine made up is ignored. */
  restore(balances: TokenBalances, now: number): void {
    for (const kind of Object.keys(this.#rates) as LimitKind[]) {
      const credit = balances[kind];
      if (credit === undefined) continue;
      this.#buckets[kind] = new TokenBucket(this.#rates[kind], now, credit);
    }
  }
}
