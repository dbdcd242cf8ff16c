/**
 * Writes log lines to a stream of the process, one after the other. Each line is either written or counted as lost.
 *
 *   write ──> queue (bounded) ──> target, line by line
 *               │ full              │ failed
 *               └──> lost <─────────┘
 *
 * Logging can fail: the program that reads the log has exited or stopped reading, or the disk is full. Such a failure
 * can't be logged, because that would fail as well and cause the next report. It is only counted, and shown by
 * `/healthz` and the metrics. Nothing waits for a line to be written, except the end of the program.
 *
 * Each new line tries the target again, and so does an interval task. The log recovers when its disk does, and first
 * states how many lines are missing. That notice is not counted when it can't be written.
 */

import { type Clock, SECOND } from "./clock.ts";
import { type TextStream, writeSome } from "./print.ts";

/** Maximum size of the queue, in bytes. Lines beyond it are lost. */
export const MAX_LOG_BACKLOG = 256 * 1024;

/** How long writing a line may take before the log counts as failing, in milliseconds. */
export const STALL_TIME = 5 * SECOND;

/** Interval at which {@linkcode LogOutput.retry} must run, in milliseconds. */
export const LOG_RETRY_INTERVAL = 10 * SECOND;

/** Formats the notice that a number of lines is missing, with a line break. */
export type FormatLoss = (lines: number) => string;

/** A bounded queue of lines in front of a stream of the process, such as `Deno.stderr`. */
export class LogOutput {
  readonly #target: TextStream;
  readonly #clock: Pick<Clock, "now">;
  readonly #formatLoss: FormatLoss;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  /** When writing the current line began, in clock milliseconds. */
  #since = 0;
  /** Whether the last line was only partly written, so that the next one must begin with a line break. */
  #isCut = false;
  #lost = 0;
  /** The number of lost lines that the log has stated. */
  #stated = 0;
  /** Whether a line was lost since the queue was last written completely. */
  #hasLost = false;

  constructor(target: TextStream, clock: Pick<Clock, "now">, formatLoss: FormatLoss) {
    this.#target = target;
    this.#clock = clock;
    this.#formatLoss = formatLoss;
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

  /** Tries again to state how many lines are missing. An interval task. */
  retry(): void {
    if (this.#isIncomplete) this.#writing ??= this.#writeQueue();
  }

  /** Resolves when the queue is empty. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  async #writeQueue(): Promise<void> {
    let works = true;
    do {
      if (this.#isIncomplete) works = await this.#stateLoss();
      for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift()) {
        works = await this.#writeLine(line);
        this.#queuedBytes -= line.length;
        if (!works) this.#lose();
      }
      if (works && this.#isIncomplete) works = await this.#stateLoss(); // The queue was full in the meantime.
    } while (this.#queue.length > 0);
    if (works) this.#hasLost = false;
    this.#writing = undefined;
  }

  /** Whether lines are missing, and the log doesn't say so. */
  get #isIncomplete(): boolean {
    return this.#lost > this.#stated;
  }

  /** Writes how many lines are missing. Returns whether that was written. */
  async #stateLoss(): Promise<boolean> {
    const lost = this.#lost;
    const notice = this.#formatLoss(lost - this.#stated);
    const works = await this.#writeLine(new TextEncoder().encode(notice));
    if (works) this.#stated = lost;
    return works;
  }

  /** Returns whether the line was written. The reason can't be logged. See the top of this file. */
  async #writeLine(line: Uint8Array): Promise<boolean> {
    this.#since = this.#clock.now();
    try {
      if (this.#isCut) await this.#writeAll(LINE_BREAK);
      this.#isCut = false;
      await this.#writeAll(line);
      return true;
    } catch {
      return false;
    }
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      rest = rest.subarray(await writeSome(this.#target, rest));
      this.#isCut = rest.length > 0;
    }
  }

  #lose(): void {
    this.#lost++;
    this.#hasLost = true;
  }
}

const LINE_BREAK = new TextEncoder().encode("\n");
