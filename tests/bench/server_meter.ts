/** Measures the process that it is in, and prints what it has measured when the process exits. */

import process from "node:process";
import type { LoopFigures, LoopMeter } from "./loop_meter.ts";
import type { MeteredClock } from "./metered_clock.ts";
import { printAnswer } from "./orders.ts";

/** What a process has used and how long it was busy at a stretch, since the last report. Times are in milliseconds. */
export interface ServerFigures extends LoopFigures {
  /** The longest run of each interval task, by its name. */
  readonly tasks: Readonly<Record<string, number>>;
  /** Processor time of all threads. */
  readonly cpu: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
}

/** What a measured server can be told to do. */
export type ServerOrder =
  | { readonly kind: "figures" }
  /** Runs an interval task in addition to its interval. */
  | { readonly kind: "run"; readonly task: string }
  /** Leaves an interval task out from now on. */
  | { readonly kind: "hold"; readonly task: string }
  /** Sets the calendar forward, in milliseconds. */
  | { readonly kind: "leap"; readonly ms: number };

export class ServerMeter {
  readonly #clock: MeteredClock;
  readonly #loop: LoopMeter;
  #cpu = 0;

  constructor(clock: MeteredClock, loop: LoopMeter) {
    this.#clock = clock;
    this.#loop = loop;
    loop.start();
    globalThis.addEventListener("unload", () => printAnswer(this.take()));
  }

  obey(order: ServerOrder): ServerFigures | void {
    switch (order.kind) {
      case "figures":
        return this.take();
      case "run":
        return this.#clock.run(order.task);
      case "hold":
        return this.#clock.hold(order.task);
      case "leap":
        return this.#clock.leap(order.ms);
    }
  }

  /** The figures since the last call. */
  take(): ServerFigures {
    const { user, system } = process.cpuUsage();
    const total = (user + system) / 1000;
    const cpu = total - this.#cpu;
    this.#cpu = total;
    const tasks = this.#clock.longest;
    this.#clock.reset();
    return { ...this.#loop.take(), tasks, cpu, rss: Deno.memoryUsage().rss };
  }
}
