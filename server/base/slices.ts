/**
 * Work on many items without blocking the event loop: it is done in slices, and between two slices everything else has
 * its turn.
 *
 *   run ──> slice ──(turn of the event loop)──> slice ──(turn)──> ... ──> done
 *
 * The first slice runs immediately, so work on a few items is over when `run` returns. Items are read one at a time. A
 * `Map` or a `Set` may therefore change between two slices: an item that was deleted is left out, and one that was added
 * comes last. No item comes twice.
 *
 * An instance does one kind of work. New work replaces the work in progress, because it is about the newer state. Work
 * that must reach every item before it begins again is started only if `isRunning` is false.
 */

import type { Clock } from "./clock.ts";
import { delay } from "./timeout.ts";

/** How long a slice takes at most, in milliseconds. */
export const SLICE_TIME = 10;

/** How many items a slice has at most, because an item may leave more work to promises, which run after the slice. */
export const MAX_SLICE_ITEMS = 100;

/** One kind of work on many items. */
export class Slices {
  readonly #clock: Pick<Clock, "now">;
  /** Identifies the work in progress. */
  #current: object | undefined;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Whether there is work in progress. */
  get isRunning(): boolean {
    return this.#current !== undefined;
  }

  /** Calls `use` with every item, and ends earlier work. Resolves when all is done, or has been ended. */
  async run<T>(items: Iterable<T>, use: (item: T) => void): Promise<void> {
    const own = this.#current = {};
    const iterator = Iterator.from(items);
    try {
      while (this.#current === own && !this.#slice(iterator, use, own)) await delay(0);
    } finally {
      if (this.#current === own) this.#current = undefined;
    }
  }

  /** The same, unless there is work in progress. */
  async runUnlessRunning<T>(items: Iterable<T>, use: (item: T) => void): Promise<void> {
    if (!this.isRunning) await this.run(items, use);
  }

  /** Ends the work in progress. */
  stop(): void {
    this.#current = undefined;
  }

  /** Does one slice, and returns whether it was the last. */
  #slice<T>(iterator: Iterator<T>, use: (item: T) => void, own: object): boolean {
    const end = this.#clock.now() + SLICE_TIME;
    for (let count = 0; count < MAX_SLICE_ITEMS && this.#current === own; count++) {
      const next = iterator.next();
      if (next.done) return true;
      use(next.value);
      if (this.#clock.now() >= end) return false;
    }
    return false;
  }
}
