/**
 * How late the program is with what it has to do: a timer that should fire at a certain time fires later when something
 * else takes long. That is what a crowd feels first, before a processor looks busy.
 *
 * The worst of this window and the one before it is told, so a moment that is over still shows at the next question, and
 * the answer doesn't depend on who asks how often.
 */

import { type Clock, SECOND } from "./clock.ts";

/** How often the timer fires, in milliseconds. */
export const LAG_INTERVAL = SECOND / 4;

/** How long a window is, in milliseconds. */
export const LAG_WINDOW = 15 * SECOND;

/** Watches one event loop. */
export class EventLoop {
  readonly #clock: Pick<Clock, "now">;
  /** When the timer fired the last time; what comes before it first does is the start. */
  #last: number | undefined;
  #windowBegan: number;
  #worst = 0;
  #worstBefore = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
    this.#windowBegan = clock.now();
  }

  /** How late the timer was at worst, lately, in milliseconds. */
  get lag(): number {
    return Math.max(this.#worst, this.#worstBefore);
  }

  /** The timer fires. An interval task, due every `LAG_INTERVAL`. */
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
