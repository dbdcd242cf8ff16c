/**
 * How busy this process is: its memory, its processor time, and how far the event loop lags behind. A timer fires late
 * if other work blocks the event loop. Visitors notice this lag before the processor looks busy.
 *
 * The reported lag is the maximum of the current window and the one before. A short spike is therefore still visible at
 * the next query, and the result doesn't depend on how often it is queried.
 */

import process from "node:process";
import { type Clock, SECOND } from "./clock.ts";

/** Interval of the timer, in milliseconds. */
export const LAG_INTERVAL = SECOND / 4;

/** Length of a window, in milliseconds. */
export const LAG_WINDOW = 15 * SECOND;

/** Measures the lag of the event loop. */
export class EventLoop {
  readonly #clock: Pick<Clock, "now">;
  /** When the timer last fired. `undefined` until the first time, so that the startup is not measured. */
  #last: number | undefined;
  #windowBegan: number;
  #worst = 0;
  #worstBefore = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#windowBegan = clock.now();
  }

  /** The recent maximum lag of the timer, in milliseconds. */
  get lag(): number {
    return Math.max(this.#worst, this.#worstBefore);
  }

  /** Takes a sample. Must run as an interval task, every `LAG_INTERVAL`. */
  sample(): void {
    const now = this.#clock.now();
    if (now - this.#windowBegan >= LAG_WINDOW) {
      this.#windowBegan = now;
      this.#worstBefore = this.#worst;
      this.#worst = 0;
    }
    this.#worst = Math.max(this.#worst, now - (this.#last ?? now) - LAG_INTERVAL);
    this.#last = now;
  }
}

/** Microseconds in a second. */
const MICROSECONDS = 1e6;

/** Memory in use, in bytes. */
export function memory(): { rss: number; heapUsed: number } {
  return Deno.memoryUsage();
}

/** Processor time of all threads so far, in seconds. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}
