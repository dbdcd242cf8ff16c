/**
 * The access log (promise P2): who asked for what, for security and debugging, and for as long as was promised.
 *
 *     record ──> batch in memory ── flush, every second ──> access-2026-11-23.log ── sweep, every hour ──> gone
 *
 * No line is older than the retention at any time, not only after a sweep: a sweep takes every line that would grow
 * too old before the next one is done. It reads the dates off the lines and remembers nothing, so a server that was off
 * for a year, or that nobody visits, keeps the promise like any other; and it works with the log turned off, since old
 * lines grow older all the same. When the calendar leaps, because the machine slept or the clock was set, the next
 * flush sweeps without waiting for the hour. What can't be kept is a promise about a clock that is wrong: lines are as
 * old as they say.
 *
 * Flushes and sweeps take turns, so neither sees the half-done work of the other. A line goes to the file of its own
 * date, whenever it is flushed.
 *
 * Logging must not hurt the service. Nothing here throws; what a broken disk can't take is lost, and so is what
 * exceeds a batch; and each trouble is told once, until things work again.
 */

import { Batch } from "./batch.ts";
import { appendLines, type Period } from "./files.ts";
import { type AccessRecord, formatRecord } from "./line.ts";
import { sweepFolder } from "./sweep.ts";
import { truncateAddress } from "../admission/address.ts";
import { type Clock, dayOf, HOUR, MINUTE, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";

export { readLines } from "./files.ts";

/** How often {@linkcode AccessLog.flush} must run, in milliseconds. */
export const FLUSH_INTERVAL = SECOND;

/** How often {@linkcode AccessLog.sweep} must run, in milliseconds. */
export const SWEEP_INTERVAL = HOUR;

/** How late a sweep may be done, in milliseconds. */
export const SWEEP_DELAY = 5 * MINUTE;

/** What an access log needs. */
export interface AccessLogOptions {
  readonly clock: Clock;
  /** Where the files are; made when there is something to write. "" where there can't be any. */
  readonly folder: string;
  /** How long a line lives, in milliseconds; longer than a sweep interval and its delay. */
  readonly retention: number;
  /** What is recorded of an address: all, its first part, or of nobody anything. */
  readonly mode: "full" | "truncated" | "off";
  readonly log: Log;
}

/** What can go wrong, and what is said of it. */
const FAILURES = {
  overflow: "Access log is falling behind: some requests are not logged.",
  write: "Access log can't be written: requests are not logged.",
  sweep: "Old access log lines can't be deleted.",
};

type Failure = keyof typeof FAILURES;

/** Dated lines on disk, none older than the retention. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  readonly #told = new Set<Failure>();
  /** What waits for its turn, so that a slow disk makes no long line of it. */
  readonly #waiting = new Map<"flush" | "sweep", Promise<void>>();
  #turn: Promise<void> = Promise.resolve();
  #filling = new Batch();
  #spare = new Batch();
  #sweptAt: number;
  #oldestDay: string | undefined;

  constructor(options: AccessLogOptions) {
    this.#options = options;
    this.#sweptAt = options.clock.date().getTime();
  }

  /** Whether lines are lost, or old ones can't be deleted. */
  get isFailing(): boolean {
    return this.#told.size > 0;
  }

  /** The first day that has lines, as YYYY-MM-DD, as far as sweeps and flushes have seen. */
  get oldestDay(): string | undefined {
    return this.#oldestDay;
  }

  /** Takes note of a request that was answered. */
  record(visit: AccessRecord): void {
    const { clock, mode } = this.#options;
    if (mode === "off") return;
    const at = clock.date();
    this.#filling.add(dayOf(at), formatRecord(mode === "full" ? visit : truncated(visit), at));
  }

  /** Writes what was recorded. An interval task. */
  flush(): Promise<void> {
    return this.#inTurn("flush", async () => {
      await this.#write();
      if (this.#isOverdue()) await this.#sweep();
    });
  }

  /** Deletes what would grow too old before the next sweep. An interval task, due at the start as well. */
  sweep(): Promise<void> {
    return this.#inTurn("sweep", () => this.#sweep());
  }

  /** Writes what is left. */
  close(): Promise<void> {
    return this.flush();
  }

  /** Runs `task` when everything before it is done; one that waits already will do. */
  #inTurn(name: "flush" | "sweep", task: () => Promise<void>): Promise<void> {
    const waiting = this.#waiting.get(name);
    if (waiting !== undefined) return waiting;
    this.#turn = this.#turn.then(() => {
      this.#waiting.delete(name);
      return task();
    });
    this.#waiting.set(name, this.#turn);
    return this.#turn;
  }

  async #write(): Promise<void> {
    const batch = this.#filling;
    if (batch.isEmpty) return;
    [this.#filling, this.#spare] = [this.#spare, batch];
    if (batch.dropped === 0) this.#told.delete("overflow");
    else this.#tell("overflow", { lines: batch.dropped });
    try {
      for (const { day, lines } of batch) await this.#append(day, lines);
      this.#told.delete("write");
    } catch (error) {
      this.#tell("write", describeFailure(error));
    }
    batch.wipe();
  }

  async #append(day: string, lines: Uint8Array): Promise<void> {
    await appendLines(this.#options.folder, day, lines);
    if (this.#oldestDay === undefined || day < this.#oldestDay) this.#oldestDay = day;
  }

  async #sweep(): Promise<void> {
    const { clock, folder, retention } = this.#options;
    this.#sweptAt = clock.date().getTime();
    if (folder === "") return;
    const swept = await sweepFolder(folder, lifetime(retention, this.#sweptAt));
    this.#oldestDay = swept.oldestDay;
    if (swept.failures.length === 0) this.#told.delete("sweep");
    else this.#tell("sweep", describeFailure(swept.failures[0]));
  }

  /** Whether the calendar has left the last sweep behind, or is back before it. */
  #isOverdue(): boolean {
    const since = this.#options.clock.date().getTime() - this.#sweptAt;
    return since < 0 || since > SWEEP_INTERVAL + FLUSH_INTERVAL;
  }

  #tell(trouble: Failure, details: Record<string, unknown>): void {
    if (this.#told.has(trouble)) return;
    this.#told.add(trouble);
    this.#options.log.error(FAILURES[trouble], details);
  }
}

function truncated(visit: AccessRecord): AccessRecord {
  const { address } = visit;
  return address === undefined ? visit : { ...visit, address: truncateAddress(address) };
}

/** When lines must have been written to live until the sweep after this one is done; now is no future. */
function lifetime(retention: number, now: number): Period {
  return { from: now + SWEEP_INTERVAL + SWEEP_DELAY - retention, to: now + 1 };
}

/** What may be said of a failure: nothing of a path, nor of what was to be written. */
function describeFailure(error: unknown): Record<string, unknown> {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return { code, ...describeError(error) };
}
