/**
 * Collects garbage on request, without stopping a busy server. A full collection (`gc.ts`) stops the program for longer
 * the more memory is in use: for most of a second with 20,000 visitors. V8 also collects in small steps, between which
 * the program runs. With `--memory-saver-mode`, as in the task `start`, it begins when the heap has grown by a third, and
 * gives back pages that hold much garbage, with what was written there. On a quiet server, that may take hours. So
 * garbage is made until it begins:
 *
 *   collect ── small heap ──> full collection, immediately
 *      │
 *      └── large heap ──> garbage is made, a little in each interval ── the witness is collected ──> done
 *                                │
 *                                └── not in time ──> full collection
 *
 * The witness is an unreferenced symbol. V8 puts symbols among old objects, which only a collection of the whole heap
 * reclaims, and one that has already begun doesn't reclaim a new symbol. So a witness that is gone proves that
 * everything has been collected that was unreferenced when it was made.
 */

import { type Cancel, type Clock, SECOND } from "./clock.ts";

/** The largest heap that is collected at one go, in bytes. */
export const MAX_BLOCKING_HEAP = 24 * 1024 * 1024;

/** Interval at which garbage is made, in milliseconds. */
export const LITTER_INTERVAL = SECOND / 50;

/** How many objects are made in an interval. They take about 130 kB. */
const LITTER = 2_000;

/** How many intervals they are referenced for, so that they become old. Minor collections reclaim everything younger. */
const LITTER_AGE = 32;

/** What the collector needs of V8. */
export interface GcControls {
  /** Collects everything before it returns. */
  collectNow(): void;
  /** The heap in use, in bytes. */
  heapUsed(): number;
  /** Calls a function after everything that is unreferenced now has been collected. */
  onCollected(done: () => void): void;
}

/** A collection in steps. */
interface Run {
  readonly stop: Cancel;
  /** When garbage that may be newer than the witness must be collected, in clock milliseconds. */
  next: number | undefined;
}

/** Collects the garbage that exists when it is asked to. */
export class GarbageCollector {
  readonly #clock: Pick<Clock, "now" | "every">;
  readonly #controls: GcControls;
  #run: Run | undefined;

  constructor(clock: Pick<Clock, "now" | "every">, controls: GcControls) {
    this.#clock = clock;
    this.#controls = controls;
  }

  /** Whether a collection in steps is in progress. */
  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** Collects now or, with a large heap, within `ms` milliseconds. */
  collect(ms: number): void {
    const deadline = this.#clock.now() + ms;
    if (this.#controls.heapUsed() <= MAX_BLOCKING_HEAP) this.#collectNow();
    else if (this.#run === undefined) this.#begin(deadline);
    else this.#run.next ??= deadline;
  }

  #begin(deadline: number): void {
    const litter: unknown[] = [];
    const stop = this.#clock.every(LITTER_INTERVAL, () => {
      litter.push(Array.from({ length: LITTER }, () => ({})));
      if (litter.length > LITTER_AGE) litter.shift();
      if (this.#clock.now() >= deadline) this.#collectNow();
    });
    const run: Run = { stop, next: undefined };
    this.#run = run;
    this.#controls.onCollected(() => {
      if (this.#run === run) this.#end();
    });
  }

  /** The witness is gone. */
  #end(): void {
    const next = this.#run?.next;
    this.#stop();
    if (next !== undefined) this.#begin(next);
  }

  #collectNow(): void {
    this.#stop();
    this.#controls.collectNow();
  }

  #stop(): void {
    this.#run?.stop();
    this.#run = undefined;
  }
}
