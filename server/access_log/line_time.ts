/**
 * The time of a line, and the day whose file it goes to, as text. Thousands of lines may have the same time, which has a
 * resolution of a second, so it is formatted once.
 */

import { dayOf, SECOND } from "../base/clock.ts";
import { formatTime } from "./line.ts";

export class LineTime {
  #second = NaN;
  #time = "";
  #day = "";

  /** Sets the time. */
  set(at: Date): void {
    const second = Math.floor(at.getTime() / SECOND);
    if (second === this.#second) return;
    this.#second = second;
    this.#time = formatTime(at);
    this.#day = dayOf(at);
  }

  /** As {@linkcode formatTime} formats it. */
  get time(): string {
    return this.#time;
  }

  /** YYYY-MM-DD, in UTC. */
  get day(): string {
    return this.#day;
  }
}
