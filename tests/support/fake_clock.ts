/** A clock that moves when a test says so, and runs what falls due on the way. */

import type { Clock } from "../../server/base/clock.ts";

interface Timer {
  readonly ms: number;
  readonly task: () => void;
  due: number;
}

/** Time by hand. */
export class FakeClock implements Clock {
  readonly #timers = new Set<Timer>();
  #now = 1_000_000;
  #jumped = 0;

  now(): number {
    return this.#now;
  }

  /** Noon of the 1st of June 2026 to begin with. */
  date(): Date {
    return new Date(Date.UTC(2026, 5, 1, 12) - 1_000_000 + this.#now + this.#jumped);
  }

  /** Sets the calendar forward or back by `ms`, with no time passing. */
  jump(ms: number): void {
    this.#jumped += ms;
  }

  every(ms: number, task: () => void): () => void {
    const timer = { ms, task, due: this.#now + ms };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Lets `ms` milliseconds pass. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = next.due;
      next.due += next.ms;
      next.task();
    }
    this.#now = end;
  }

  #next(end: number): Timer | undefined {
    const due = [...this.#timers].filter((timer) => timer.due <= end);
    return due.sort((a, b) => a.due - b.due)[0];
  }
}
