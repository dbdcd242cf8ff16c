/**
 * How a process that serves is told to stop or to read its files again, and what becomes of unhandled errors.
 *
 *   SIGINT, SIGTERM ──────────────────────────────────> stop in order
 *   SIGHUP ──┬── the terminal it was started from is gone ──^
 *            └── otherwise ──> reload
 *   SIGUSR1 ───────────────────────────────────────────> warn, and continue
 */

import { type Clock, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";
import { EXIT_TIME } from "../shutdown.ts";

/**
 * How long repeated signals are ignored, in milliseconds. A terminal sends Ctrl-C to every process that it started, and
 * npm and `deno task` then pass it on, so one press arrives several times.
 */
export const REPEAT_TIME = SECOND;

/** The loopback port of Deno's inspector. */
export const INSPECTOR_PORT = 9229;

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
 * if a socket can't be destroyed. A signal that arrives later than {@linkcode REPEAT_TIME} ends it immediately. Returns
 * a function that stops it without a signal.
 */
export function onStop(stop: () => Promise<void>, clock: Pick<Clock, "now">): () => Promise<void> {
  const requests = new StopRequests(clock);
  let stopping: Promise<void> | undefined;
  const stopOnce = (): Promise<void> => stopping ??= stopAndExit(stop);
  const handle = async (signal: StopSignal): Promise<void> => {
    const action = requests.next();
    if (action === "exit") Deno.exit(SIGNAL_EXIT_CODE + STOP_SIGNALS[signal]);
    if (action === "ignore") return;
    await stopOnce();
  };
  const signals: StopSignal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, () => handle(signal));
  return stopOnce;
}

async function stopAndExit(stop: () => Promise<void>): Promise<void> {
  await stop();
  Deno.unrefTimer(setTimeout(() => Deno.exit(0), EXIT_TIME));
}

/** A standard stream of the process. */
type Stream = Pick<typeof Deno.stdin, "isTerminal">;

/** The terminal that the program was started from, if any. */
export class StartTerminal {
  readonly #streams: readonly Stream[];

  /** Must be created when the program starts. */
  constructor(streams: readonly Stream[]) {
    this.#streams = streams.filter((stream) => stream.isTerminal());
  }

  /** Whether it was closed. The system then no longer reports it as a terminal. */
  get isGone(): boolean {
    return this.#streams.some((stream) => !stream.isTerminal());
  }
}

/**
 * How often and for how long after SIGHUP the terminal is checked again, in milliseconds. A shell that ends sends the
 * signal shortly before its terminal is closed.
 */
export const HANGUP_CHECK = SECOND / 2;
export const HANGUP_TIME = 5 * SECOND;

/** What SIGHUP can lead to. */
export interface HangupActions {
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Stops if the terminal is gone or is about to be, and reloads otherwise. */
export async function hangUp(
  terminal: Pick<StartTerminal, "isGone">,
  { reload, stop }: HangupActions,
  clock: Pick<Clock, "now" | "every">,
): Promise<void> {
  if (terminal.isGone) return await stop();
  const until = clock.now() + HANGUP_TIME;
  const cancel = clock.every(HANGUP_CHECK, () => {
    if (terminal.isGone || clock.now() >= until) cancel();
    if (terminal.isGone) void stop();
  });
  await reload();
}

/**
 * Handles SIGHUP, which would otherwise end the program without a word to anyone. A signal that arrives while the
 * program is starting takes effect when `ready` resolves. Windows has no such signal.
 */
export function onHangup(ready: Promise<HangupActions>, clock: Clock): void {
  if (Deno.build.os === "windows") return;
  const terminal = new StartTerminal([Deno.stdin, Deno.stdout, Deno.stderr]);
  Deno.addSignalListener("SIGHUP", async () => await hangUp(terminal, await ready, clock));
}

/**
 * Warns on SIGUSR1. Since 2.9.2, Deno then opens an inspector on a loopback port, through which every local user can
 * read memory and run code. A program can't prevent that, nor close it. Without this listener, the signal ends an older
 * Deno.
 */
export function warnOfInspector(log: Log): void {
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGUSR1", () => {
    log.warn("SIGUSR1 can open a debugger on port {port}: restart the program to close it.", {
      port: INSPECTOR_PORT,
    });
  });
}

/** Logs unhandled errors, instead of ending the program. */
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
