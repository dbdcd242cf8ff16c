/**
 * A token bucket: so many at once, so many a minute after that. It is two numbers and asks no timer for anything; what
 * has flowed back is worked out when somebody takes.
 */

import { MINUTE } from "./clock.ts";

/** How much is allowed. */
export interface Rate {
  /** How many at once. */
  readonly burst: number;
  /** How many flow back a minute. */
  readonly perMinute: number;
}

/** What is left of a {@linkcode Rate}. */
export class TokenBucket {
  readonly #rate: Rate;
  /** What is left; a token costs {@linkcode MINUTE}, so that all sums are of whole numbers and a wait told is true. */
  #credit: number;
  #at: number;

  /** One that has so much `credit`, a full one unless told otherwise; `now` in clock milliseconds. */
  constructor(rate: Rate, now: number, credit = rate.burst * MINUTE) {
    this.#rate = rate;
    this.#credit = credit;
    this.#at = Math.floor(now);
  }

  /** What there is now, a token being {@linkcode MINUTE}; for one that goes on elsewhere. */
  credit(now: number): number {
    const { burst, perMinute } = this.#rate;
    const at = Math.floor(now);
    this.#credit = Math.min(burst * MINUTE, this.#credit + (at - this.#at) * perMinute);
    this.#at = at;
    return this.#credit;
  }

  /** Takes one token. The answer is 0, or in how many milliseconds there will be one. */
  take(now: number): number {
    const credit = this.credit(now);
    if (credit < MINUTE) return Math.ceil((MINUTE - credit) / this.#rate.perMinute);
    this.#credit -= MINUTE;
    return 0;
  }
}
