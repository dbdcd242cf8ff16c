/**
 * Notices that the calendar no longer agrees with the clock: it was set, or it continued while the machine or the
 * process stood still.
 */

import { type Clock, SECOND } from "./clock.ts";

/** Interval between checks, in milliseconds. */
export const CALENDAR_CHECK = SECOND;

/** The smallest difference that counts as a leap, in milliseconds. Time servers correct less than that gradually. */
export const LEAP = 2 * SECOND;

/** Compares the two hands of a clock. */
export class CalendarWatch {
  readonly #clock: Pick<Clock, "now" | "date">;
  #distance: number;

  constructor(clock: Pick<Clock, "now" | "date">) {
    this.#clock = clock;
    this.#distance = this.#measure();
  }

  /** By how much the calendar has leapt since the last check, in milliseconds; 0 if it has not. An interval task. */
  check(): number {
    const distance = this.#measure();
    const leap = distance - this.#distance;
    this.#distance = distance;
    return Math.abs(leap) < LEAP ? 0 : leap;
  }

  #measure(): number {
    const now = this.#clock.now();
    return this.#clock.date().getTime() - now;
  }
}
