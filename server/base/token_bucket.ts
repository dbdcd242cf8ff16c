/**
 * A token bucket: it allows a burst, then a steady rate per minute. It consists of two numbers and needs no timer. The
 * refill is computed when a token is taken.
 */

import { MINUTE } from "./clock.ts";

/** The capacity and refill of a token bucket. */
export interface Rate {
  /** Capacity, in tokens. */
  readonly burst: number;
  /** Refill, in tokens per minute. */
  readonly perMinute: number;
}

/** A bucket that enforces a {@linkcode Rate}. */
export class TokenBucket {
  readonly #rate: Rate;
  /** What is left. A token costs {@linkcode MINUTE}, so all sums are whole numbers and reported waits are exact. */
  #credit: number;
  #at: number;

  /** `now` is in clock milliseconds. `credit` is the initial content. By default the bucket is full. */
  constructor(rate: Rate, now: number, credit = rate.burst * MINUTE) {
    this.#rate = rate;
    this.#credit = credit;
    this.#at = Math.floor(now);
  }

  /** The current content, {@linkcode MINUTE} per token. It can be passed to a new bucket on another node. */
  credit(now: number): number {
    const { burst, perMinute } = this.#rate;
    const at = Math.floor(now);
    this.#credit = Math.min(burst * MINUTE, this.#credit + (at - this.#at) * perMinute);
    this.#at = at;
    return this.#credit;
  }

  /** Takes one token. Returns 0, or the number of milliseconds until a token is available. */
  take(now: number): number {
    const credit = this.credit(now);
    if (credit < MINUTE) return Math.ceil((MINUTE - credit) / this.#rate.perMinute);
    this.#credit -= MINUTE;
    return 0;
  }

  /** Takes tokens even if they are not available. The next ones then take longer. Takes nothing if `tokens` < 0. */
  charge(tokens: number, now: number): void {
    this.#credit = this.credit(now) - Math.max(0, tokens) * MINUTE;
  }
}
