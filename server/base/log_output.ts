/**
 * Writes log lines to a stream of the process, one after the other. Each line is either written or counted as lost.
 *
 *   write ──> queue (bounded) ──> target, line by line
 *               │ full              │ failed
 *               └──> lost <─────────┘
 *
 * Logging can fail: the program that reads the log has exited or stopped reading, or the disk is full. Such a failure
 * can't be logged, because that would fail as well and cause the next report. It is only counted, and shown by
 * `/healthz` and the metrics. Nothing waits for a line to be written, except the end of the program. Each new line
 * tries the target again, so the log recovers when its disk does.
 */

import { type Clock, SECOND } from "./clock.ts";

/** Maximum size of the queue, in bytes. Lines beyond it are lost. */
export const MAX_LOG_BACKLOG = 256 * 1024;

/** How long writing a line may take before the log counts as failing, in milliseconds. */
export const STALL_TIME = 5 * SECOND;

/** A stream of the process, such as `Deno.stderr`. */
export interface LogTarget {
  /** Writes some or all of `bytes`, from the start. Resolves with the number of bytes written. */
  write(bytes: Uint8Array): Promise<number>;
}

/** A bounded queue of lines in front of a {@linkcode LogTarget}. */
export class LogOutput {
  readonly #target: LogTarget;
  readonly #clock: Pick<Clock, "now">;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  /** When writing the current line began, in clock milliseconds. */
  #since = 0;
  /** Whether the last line was only partly written, so that the next one must begin with a line break. */
  #isCut = false;
  #lost = 0;
  /** Whether a line was lost since the queue was last written completely. */
  #hasLost = false;

  constructor(target: LogTarget, clock: Pick<Clock, "now">) {
    this.#target = target;
    this.#clock = clock;
  }

  /** Number of lines that were not written, or only in part. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether lines were lost recently, or the current line has taken longer than {@linkcode STALL_TIME}. */
  get isFailing(): boolean {
    const isStalled = this.#writing !== undefined && this.#clock.now() - this.#since > STALL_TIME;
    return this.#hasLost || isStalled;
  }

  /** Queues `line`, which must end with a line break. Never throws. */
  write(line: string): void {
    const bytes = new TextEncoder().encode(line);
    if (this.#queuedBytes + bytes.length > MAX_LOG_BACKLOG) return this.#lose();
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#writing ??= this.#writeQueue();
  }

  /** Resolves when the queue is empty. */
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
      this.#lose(); // The reason can't be logged. See the top of this file.
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
