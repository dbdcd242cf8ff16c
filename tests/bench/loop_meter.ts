/**
 * How long the event loop is busy at a stretch, measured for minutes without adding much load: a timer notes how late
 * it is. Two figures come from that:
 *
 *   lateness   what a visitor notices, including the time in which the thread waited for a core
 *   stretch    the part of the lateness in which the thread used a core (proc(5), `schedstat`)
 *
 * `stall_meter.ts` measures one event more finely, and keeps its core busy for that.
 */

import { computedMs } from "../support/stopwatch.ts";
import { Histogram } from "./histogram.ts";

/** Interval of the timer, in milliseconds. */
const INTERVAL = 10;

export class LoopMeter {
  readonly #now: () => number;
  readonly #computed: () => number;
  #lateness = new Histogram();
  #longest = 0;
  #stretch = 0;
  #at: number;
  #busy: number;

  constructor(now = (): number => performance.now(), computed = computedMs) {
    this.#now = now;
    this.#computed = computed;
    this.#at = now();
    this.#busy = computed();
  }

  /** Measures until the process exits, and doesn't keep it from exiting. */
  start(): void {
    Deno.unrefTimer(setInterval(() => this.sample(), INTERVAL));
  }

  /** The timer has fired. */
  sample(): void {
    const [now, busy] = [this.#now(), this.#computed()];
    const late = Math.max(0, now - this.#at - INTERVAL);
    this.#lateness.add(late);
    this.#longest = Math.max(this.#longest, late);
    this.#stretch = Math.max(this.#stretch, Math.min(late, busy - this.#busy));
    this.#at = now;
    this.#busy = busy;
  }

  /** The figures since the last call, in milliseconds. They include a stretch that has not ended. */
  take(): LoopFigures {
    this.sample();
    const figures = {
      stretch: this.#stretch,
      lag: this.#longest,
      lagP99: this.#lateness.quantile(0.99),
    };
    this.#lateness = new Histogram();
    this.#longest = this.#stretch = 0;
    return figures;
  }
}

/** In milliseconds. */
export interface LoopFigures {
  /** The longest stretch of processor time. */
  readonly stretch: number;
  /** The greatest lateness. */
  readonly lag: number;
  readonly lagP99: number;
}
