/** How a process that serves is told to stop, and what becomes of errors that nobody handles. */

import { describeError, type Log } from "../base/log.ts";
import { EXIT_TIME } from "../shutdown.ts";

/**
 * Runs `stop` once, on the first signal to end. The program ends when nothing is left to do, and after `EXIT_TIME` even
 * if a socket can't be destroyed.
 */
export function onStop(stop: () => Promise<void>): void {
  const signals: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const stopOnce = async (): Promise<void> => {
    for (const signal of signals) Deno.removeSignalListener(signal, stopOnce);
    await stop();
    Deno.unrefTimer(setTimeout(() => Deno.exit(0), EXIT_TIME));
  };
  for (const signal of signals) Deno.addSignalListener(signal, stopOnce);
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
