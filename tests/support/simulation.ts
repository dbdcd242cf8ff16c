/** Simulated time: events run in order, and the promises that each of them settles are awaited before the next. */

import type { Clock } from "../../server/base/clock.ts";

interface Event {
  readonly at: number;
  readonly task: () => void;
  isCancelled: boolean;
}

/** How many promises may depend on each other within one event. */
const SETTLING_ROUNDS = 8;

/** A clock with many timers. */
export class Simulation implements Clock {
  /** A binary heap. */
  readonly #events: Event[] = [];
  #now = 0;
  #random: number;

  constructor(seed: number) {
    this.#random = seed >>> 0;
  }

  now(): number {
    return this.#now;
  }

  date(): Date {
    return new Date(this.#now);
  }

  /** The same sequence for the same seed, from 0 to below 1 (mulberry32). */
  readonly random = (): number => {
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), this.#random | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** An exponentially distributed duration. */
  duration(mean: number): number {
    return -mean * Math.log(1 - this.random());
  }

  readonly later = (ms: number, task: () => void): () => void => {
    const event: Event = { at: this.#now + ms, task, isCancelled: false };
    this.#push(event);
    return () => void (event.isCancelled = true);
  };

  every(ms: number, task: () => void): () => void {
    let cancel = (): void => {};
    const again = (): void => void (cancel = this.later(ms, () => (again(), task())));
    again();
    return () => cancel();
  }

  /** Runs all events until `end`. */
  async runUntil(end: number): Promise<void> {
    for (let event = this.#pop(end); event !== undefined; event = this.#pop(end)) {
      if (event.isCancelled) continue;
      this.#now = event.at;
      event.task();
      for (let round = 0; round < SETTLING_ROUNDS; round++) await Promise.resolve();
    }
    this.#now = end;
  }

  #push(event: Event): void {
    const events = this.#events;
    let at = events.push(event) - 1;
    for (let up = (at - 1) >> 1; at > 0 && events[up]!.at > event.at; up = (at - 1) >> 1) {
      events[at] = events[up]!;
      at = up;
    }
    events[at] = event;
  }

  #pop(end: number): Event | undefined {
    const events = this.#events;
    const [first] = events;
    if (first === undefined || first.at > end) return undefined;
    const last = events.pop()!;
    if (events.length > 0) this.#sink(last);
    return first;
  }

  #sink(event: Event): void {
    const events = this.#events;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < events.length && events[down + 1]!.at < events[down]!.at) down++;
      if (down >= events.length || events[down]!.at >= event.at) break;
      events[at] = events[down]!;
      at = down;
    }
    events[at] = event;
  }
}
