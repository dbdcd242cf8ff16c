/**
 * Tasks that run in order, for a few milliseconds at a time. Everything that is ready at the same moment is handled
 * before the program looks at its sockets again, and the messages of chats wait until then. Thousands of requests can
 * be ready at the same moment, so they wait here instead.
 *
 *     sockets | tasks, for SLICE | sockets | tasks, for SLICE | ...
 *
 * A task that is added while there is time left runs immediately. Slices are separated by timers: between two immediate
 * callbacks, Deno need not look at its sockets.
 */

import { setTimeout } from "node:timers";
import type { Clock } from "./clock.ts";
import { LinkedQueue } from "./linked_queue.ts";

/** How long tasks run before the sockets have a turn, in milliseconds. Only the last one may exceed it. */
export const SLICE = 4;

/** Pause between two slices, in milliseconds. */
const PAUSE = 1;

/** Runs tasks in slices. */
export class WorkQueue {
  readonly #clock: Pick<Clock, "now">;
  readonly #tasks = new LinkedQueue<() => void>();
  /** When the current slice began, and how long tasks have run in it; in clock milliseconds. */
  #began = 0;
  #spent = 0;
  #isRunning = false;
  #isScheduled = false;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** Runs a task: now if there is time left and no other waits, or in a later slice. */
  add(task: () => void): void {
    if (!this.#isRunning && this.#tasks.size === 0 && this.#hasTime()) return this.#run(task);
    this.#tasks.append(task);
    if (!this.#isRunning) this.#schedule();
  }

  /** A slice lasts at most half of the time, even if no task has to wait. */
  #hasTime(): boolean {
    const now = this.#clock.now();
    if (now - this.#began >= 2 * SLICE) this.#begin(now);
    return this.#spent < SLICE;
  }

  #begin(now: number): void {
    this.#began = now;
    this.#spent = 0;
  }

  #run(task: () => void): void {
    const start = this.#clock.now();
    this.#isRunning = true;
    try {
      task();
    } finally {
      this.#isRunning = false;
      this.#spent += this.#clock.now() - start;
      if (this.#tasks.size > 0) this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setTimeout(() => this.#continue(), PAUSE);
  }

  /** If a task throws, this ends, and `#run` has already scheduled the next slice. */
  #continue(): void {
    this.#isScheduled = false;
    this.#begin(this.#clock.now());
    while (this.#spent < SLICE) {
      const task = this.#tasks.shift();
      if (task === undefined) break;
      this.#run(task);
    }
    if (this.#tasks.size > 0) this.#schedule();
  }
}
