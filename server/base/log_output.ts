/**
 * Where log lines leave the process: one after the other, each of them written or counted as lost.
 *
 *   write ──> queue (bounded) ──> target, line by line
 *               │ full              │ failed
 *               └──> lost <─────────┘
 *
 * A log can fail like anything else: the program that read it has exited, its disk is full, or its reader has stopped
 * reading. A report of that can't go into the log, because it would fail as well and ask for the next report. So a
 * failure only changes two figures, which `/healthz` and the metrics show, and nothing ever waits for a line except the
 * end of the program. The target is tried again with each new line, so that a log recovers when its disk does.
 */

import { type Clock, SECOND } from "./clock.ts";

/** The most that may wait to be written, in bytes; lines beyond it are lost. */
export const MAX_LOG_BACKLOG = 256 * 1024;

/** How long a line may take to be written before the log counts as failing, in milliseconds. */
export const STALL_TIME = 5 * SECOND;

/** A stream of the process, such as `Deno.stderr`. */
export interface LogTarget {
  /** Writes the beginning of `bytes`; resolves with how many that were. */
  write(bytes: Uint8Array): Promise<number>;
}

/** The end of the log that faces the system. */
export class LogOutput {
  readonly #target: LogTarget;
  readonly #clock: Pick<Clock, "now">;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  /** When the line that is being written was begun, in clock milliseconds. */
  #since = 0;
  /** Whether the last line was written in part only, so that the next one has to begin with a line break. */
  #isCut = false;
  #lost = 0;
  /** Whether a line was lost since the queue was last written to its end. */
  #hasLost = false;

  constructor(target: LogTarget, clock: Pick<Clock, "now">) {
    this.#target = target;
    this.#clock = clock;
  }

  /** Number of lines that were not, or not wholly, written. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether lines were lost lately, or the one that is being written has waited for more than {@linkcode STALL_TIME}. */
  get isFailing(): boolean {
    const isStalled = this.#writing !== undefined && this.#clock.now() - this.#since > STALL_TIME;
    return this.#hasLost || isStalled;
  }

  /** Writes `line`, which ends with a line break, after all lines before it. Never throws. */
  write(line: string): void {
    const bytes = new TextEncoder().encode(line);
    if (this.#queuedBytes + bytes.length > MAX_LOG_BACKLOG) return this.#lose();
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#writing ??= this.#writeQueue();
  }

  /** Resolves when no line waits to be written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeQueue(): Promise<void> {
    let isWhole = true;
    for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift()) {
      const lost = this.#lost;
      await this.#writeLine(line);
      this.#queuedBytes -= line.length;
      isWhole = lost === this.#lost;
    }
    if (isWhole) this.#hasLost = false;
    this.#writing = undefined;
  }

  async #writeLine(line: Uint8Array): Promise<void> {
    this.#since = this.#clock.now();
    try {
      if (this.#isCut) await this.#writeAll(LINE_BREAK);
      this.#isCut = false;
      await this.#writeAll(line);
    } catch {
      this.#lose(); // The reason can't be logged: see above.
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      const written = await this.#target.write(rest);
      if (written === 0) throw new Error("Cannot write to the log: no bytes were written");
      rest = rest.subarray(written);
      this.#isCut = rest.length > 0;
    }
  }

  #lose(): void {
    this.#lost++;
    this.#hasLost = true;
  }
}

const LINE_BREAK = new TextEncoder().encode("\n");
