/** A clock that moves only when a test advances it, and runs the tasks that become due. */

import type { Clock } from "../../server/base/clock.ts";

interface Timer {
  readonly ms: number;
  readonly task: () => void;
  due: number;
}

/** A clock under the control of a test. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 1_000_000;
  #jumped = 0;

  now(): number {
    return this.#now;
  }

  /** The calendar starts at noon on the 1st of June 2026. */
  date(): Date {
    return new Date(Date.UTC(2026, 5, 1, 12) - 1_000_000 + this.#now + this.#jumped);
  }

  /** Moves the calendar forward or back by `ms` without any time passing. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  every(ms: number, task: () => void): () => void {
    const timer = { ms, task, due: this.#now + ms };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Advances the clock by `ms` milliseconds. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.due;
      next.due += next.ms;
      next.task();
    }
    this.#now = end;
  }

  /** Lets `ms` milliseconds pass while the process stands still. Each task that is due then runs once. */
  freeze(ms: number): void {
    this.#now += ms;
    const due = [...this.#timers].filter((timer) => timer.due <= this.#now);
    for (const timer of due) timer.due = this.#now + timer.ms;
    for (const timer of due) timer.task();
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.due <= end);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}
