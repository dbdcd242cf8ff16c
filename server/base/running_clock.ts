/**
 * Time that stands still while the process does. A process that was stopped (SIGSTOP, a paused container, a virtual
 * machine that moves to another host) finds all its deadlines in the past when it continues, and what its clients sent
 * meanwhile is still unread. It would end sessions and connections that are fine. So a gap in which no task ran counts
 * as `COUNTED` only:
 *
 *     steady clock   ├──────────╎ stopped for 60 s ╎──────────┤
 *     this clock     ├──────────╎3 s╎──────────┤
 *     calendar       ├──────────╎ 60 s             ╎──────────┤      retention of addresses and log lines
 *
 * A suspended machine looks the same: there, the steady clock itself stands still. What must not outlive a period by
 * the calendar follows the calendar as well (`ip_registry.ts`, `access_log.ts`).
 */

import { type Cancel, type Clock, SECOND } from "./clock.ts";

/** The shortest gap between two calls that counts as a standstill, in milliseconds. Tasks run four times a second. */
export const STANDSTILL = 5 * SECOND;

/** The part of a standstill that counts, in milliseconds. */
export const COUNTED = 3 * SECOND;

/** A clock for a process whose tasks call `now` continuously. */
export class RunningClock implements Clock {
  readonly #clock: Clock;
  #last: number;
  /** What standstills did not count, in total. */
  #skipped = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = clock.now();
  }

  now(): number {
    const now = this.#clock.now();
    const gap = now - this.#last;
    this.#last = now;
    if (gap >= STANDSTILL) this.#skipped += gap - COUNTED;
    return now - this.#skipped;
  }

  date(): Date {
    return this.#clock.date();
  }

  every(ms: number, task: () => void): Cancel {
    return this.#clock.every(ms, task);
  }
}
