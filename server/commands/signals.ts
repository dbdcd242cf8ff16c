/** How a process that serves is told to stop, and what becomes of errors that nobody handles. */

import { type Clock, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import { EXIT_TIME } from "../shutdown.ts";

/**
 * How long repeated signals are ignored, in milliseconds. A terminal sends Ctrl-C to every process that it started, and
 * npm and `deno task` then pass it on, so one press arrives several times.
 */
export const REPEAT_TIME = SECOND;

/** Exit code of a program that a signal ends, minus the number of the signal. */
const SIGNAL_EXIT_CODE = 128;

/** The signals that stop the program, with their numbers. */
const STOP_SIGNALS = { SIGINT: 2, SIGTERM: 15 } as const;
type StopSignal = keyof typeof STOP_SIGNALS;

/** Tells a request to stop from its repetitions, and from a later request not to wait any longer. */
export class StopRequests {
  readonly #clock: Pick<Clock, "now">;
  #first: number | undefined;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** What to do about a signal that has just arrived. */
  next(): "stop" | "ignore" | "exit" {
    const now = this.#clock.now();
    if (this.#first !== undefined) return now - this.#first < REPEAT_TIME ? "ignore" : "exit";
    this.#first = now;
    return "stop";
  }
}

/**
 * Runs `stop` once, on the first signal to end. The program ends when nothing is left to do, and after `EXIT_TIME` even
 * if a socket can't be destroyed. A signal that arrives later than {@linkcode REPEAT_TIME} ends it immediately.
 */
export function onStop(stop: () => Promise<void>, clock: Pick<Clock, "now">): void {
  const requests = new StopRequests(clock);
  const handle = async (signal: StopSignal): Promise<void> => {
    const action = requests.next();
    if (action === "exit") Deno.exit(SIGNAL_EXIT_CODE + STOP_SIGNALS[signal]);
    if (action === "ignore") return;
    await stop();
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), EXIT_TIME));
  };
  const signals: StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, () => handle(signal));
}

/** Logs errors that nobody handles, instead of ending the program. */
export function reportFailures(log: Log): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log.error("Unhandled error.", describeError(event.reason));
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log.error("Unhandled error.", describeError(event.error));
  });
}
