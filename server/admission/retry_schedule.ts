/**
 * When the refused clients of one address may try again. The pages behind one address can't be told apart, so they are
 * scheduled together: each refusal is followed by the next free time. The more clients wait, the longer each of them
 * waits, and together they try no more often than `RETRIES.spacing` allows.
 *
 *     refused  refused  refused                     now ──> time
 *        │        └────────┼───────────┐
 *        └──────────┐      └──────┐    │
 *     ──────────────┴─────────────┴────┴──────────  one attempt each is expected from here on
 *
 * An attempt that arrives when one is expected is no offence, however many there are. All other refused attempts count
 * as such. A client that doesn't wait gets no further by it: its attempts are not expected yet.
 *
 * A browser hides the response to a refused handshake, so a page asks for its wait with a second request. That request
 * is told the oldest time that has not been told yet.
 */

import { RETRIES } from "../limits/rate_limits.ts";

/** The expected attempts of one address. */
export class RetrySchedule {
  /** When attempts are expected, in clock milliseconds and in ascending order. */
  readonly #expected: number[] = [];
  /** How many of the last ones have not been told to a page yet, and when the last one was added. */
  #untold = 0;
  #addedAt = -Infinity;

  /** The number of expected attempts. */
  get size(): number {
    return this.#expected.length;
  }

  /** Expects one more attempt, after at least `least` milliseconds. Returns the wait, in milliseconds. */
  add(least: number, now: number): number {
    this.#forget(now);
    const latest = now + RETRIES.longest;
    const next = (this.#expected.at(-1) ?? -Infinity) + RETRIES.spacing;
    const at = Math.min(latest, Math.max(now + least, next));
    if (this.size < RETRIES.most) {
      this.#expected.push(at);
      this.#untold++;
    }
    this.#addedAt = now;
    return at - now;
  }

  /** Whether an attempt is expected by now. It is expected once. */
  take(now: number): boolean {
    this.#forget(now);
    const first = this.#expected[0];
    if (first === undefined || first > now) return false;
    this.#expected.shift();
    this.#untold = Math.min(this.#untold, this.size);
    return true;
  }

  /** The wait of a client that was just refused, in milliseconds; `undefined` if each has been told. */
  tell(now: number): number | undefined {
    this.#forget(now);
    const at = this.#untold === 0 ? undefined : this.#expected.at(-this.#untold);
    if (at === undefined) return undefined;
    this.#untold--;
    return Math.max(at - now, 0);
  }

  /** Drops attempts that didn't come, and waits that no page has asked for. */
  #forget(now: number): void {
    const stale = this.#expected.findIndex((at) => at > now - RETRIES.patience);
    this.#expected.splice(0, stale === -1 ? this.size : stale);
    if (now - this.#addedAt > RETRIES.toldWithin) this.#untold = 0;
    this.#untold = Math.min(this.#untold, this.size);
  }
}
