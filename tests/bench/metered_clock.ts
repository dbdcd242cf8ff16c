/**
 * A clock that measures the interval tasks that run on it: the processor time of each until it returns. Work that a task
 * leaves to later slices is covered by `loop_meter.ts`. It can also run a task on request, leave one out, and set the
 * calendar forward.
 */

import type { Cancel, Clock } from "../../server/base/clock.ts";
import { computedMs } from "../support/stopwatch.ts";

export class MeteredClock implements Clock {
  readonly #clock: Clock;
  readonly #tasks = new Map<string, () => void>();
  readonly #held = new Set<string>();
  #longest: Record<string, number> = {};
  #leapt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The longest run of each task since the last {@linkcode reset}, in milliseconds, by its name. */
  get longest(): Readonly<Record<string, number>> {
    return this.#longest;
  }

  /** The names of all tasks so far. */
  get tasks(): Iterable<string> {
    return this.#tasks.keys();
  }

  now(): number {
    return this.#clock.now();
  }

  date(): Date {
    return new Date(this.#clock.date().getTime() + this.#leapt);
  }

  every(ms: number, task: () => void): Cancel {
    const name = nameOf(task);
    const measured = (): void => this.#measure(name, task);
    this.#tasks.set(name, measured);
    return this.#clock.every(ms, () => {
      if (!this.#held.has(name)) measured();
    });
  }

  /** Runs a task in addition to its interval. */
  run(name: string): void {
    const task = this.#tasks.get(name);
    if (task === undefined) throw new Error(`Cannot run ${name}: there is no such task`);
    task();
  }

  /** Leaves a task out from now on, except on request. */
  hold(name: string): void {
    this.#held.add(name);
  }

  /** Sets the calendar forward, in milliseconds. */
  leap(ms: number): void {
    this.#leapt += ms;
  }

  reset(): void {
    this.#longest = {};
  }

  #measure(name: string, task: () => void): void {
    const before = computedMs();
    task();
    this.#longest[name] = Math.max(this.#longest[name] ?? 0, computedMs() - before);
  }
}

/** The call that a task consists of, from its source: `() => sessions.sweep()` is "sessions.sweep". */
export function nameOf(task: () => void): string {
  const [, name = "unnamed"] = /=>[^\w#]*(?:void )?(?:this\.)?#?([\w.#?]+)\(/.exec(`${task}`) ?? [];
  return name.replaceAll(/[#?]/g, "").replace("options.", "");
}
