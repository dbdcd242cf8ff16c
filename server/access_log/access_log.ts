/**
 * The access log (promise P2): all requests, for security and debugging, deleted within the promised time.
 *
 *     record ──> batch in memory ── flush, every second ──> access-2026-11-23.log ── sweep, every hour ──> gone
 *
 * No line is ever older than the retention: a sweep deletes every line that would grow too old before the next sweep is
 * done. It reads the dates from the lines and keeps no state, so a server that was off for a year, or that nobody
 * visits, keeps the promise as well. Sweeps also run with the log turned off, since old lines still grow older. When
 * the calendar leaps, because the system slept or the clock was set, the next flush sweeps without waiting for the
 * hour. The promise can't be kept with a wrong clock: the age of a line is what its date says.
 *
 * Flushes and sweeps run one after another, so neither sees unfinished work of the other. A line goes to the file of
 * its own date, whenever it is flushed.
 *
 * Logging must not harm the service. Nothing here throws. Lines that a broken disk can't take are lost, and so are
 * lines that exceed a batch. Each failure is reported once, until things work again.
 */

import { Batch } from "./batch.ts";
import { appendLines, type Period } from "./files.ts";
import { type AccessRecord, formatRecord } from "./line.ts";
import { sweepFolder } from "./sweep.ts";
import { truncateAddress } from "../admission/address.ts";
import { type Clock, dayOf, HOUR, MINUTE, SECOND } from "../base/clock.ts";
import { describeError, type Log } from "../base/log.ts";

export { readLines } from "./files.ts";

/** Interval at which {@linkcode AccessLog.flush} must run, in milliseconds. */
export const FLUSH_INTERVAL = SECOND;

/** Interval at which {@linkcode AccessLog.sweep} must run, in milliseconds. */
export const SWEEP_INTERVAL = HOUR;

/** Maximum delay of a sweep, in milliseconds. */
export const SWEEP_DELAY = 5 * MINUTE;

export interface AccessLogOptions {
  readonly clock: Clock;
  /** The folder of the log files, created with the first write. "" where files are not possible. */
  readonly folder: string;
  /** How long a line lives, in milliseconds. Must be longer than a sweep interval plus its delay. */
  readonly retention: number;
  /** Log addresses in full, log them truncated, or log no requests. */
  readonly mode: "full" | "truncated" | "off";
  readonly log: Log;
}

const FAILURES = {
  overflow: "Access log is falling behind: some requests are not logged.",
  write: "Access log can't be written: requests are not logged.",
  sweep: "Old access log lines can't be deleted.",
};

type Failure = keyof typeof FAILURES;

const RECOVERIES: Readonly<Record<Failure, string>> = {
  overflow: "Access log has caught up.",
  write: "Access log can be written again.",
  sweep: "Old access log lines can be deleted again.",
};

/** Dated lines on disk, none older than the retention. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  readonly #reported = new Set<Failure>();
  /** Tasks that have not started: at most one of each kind, so that a slow disk causes no long queue. */
  readonly #pending = new Map<"flush" | "sweep", Promise<void>>();
  #lastTask: Promise<void> = Promise.resolve();
  #batch = new Batch();
  #spare = new Batch();
  #sweptAt: number;
  #oldestDay: string | undefined;

  constructor(options: AccessLogOptions) {
    this.#options = options;
    this.#sweptAt = options.clock.date().getTime();
  }

  /** Whether lines are being lost, or old ones can't be deleted. */
  get isFailing(): boolean {
    return this.#reported.size > 0;
  }

  /** The first day that has lines, as YYYY-MM-DD, as far as sweeps and flushes know. */
  get oldestDay(): string | undefined {
    return this.#oldestDay;
  }

  /** Records a request that was answered. */
  record(entry: AccessRecord): void {
    const { clock, mode } = this.#options;
    if (mode === "off") return;
    const at = clock.date();
    this.#batch.add(dayOf(at), formatRecord(mode === "full" ? entry : truncated(entry), at));
  }

  /** Writes the recorded lines. An interval task. */
  flush(): Promise<void> {
    return this.#enqueue("flush", async () => {
      await this.#write();
      if (this.#isOverdue()) await this.#sweep();
    });
  }

  /** Deletes lines that would grow too old before the next sweep. An interval task, also due at startup. */
  sweep(): Promise<void> {
    return this.#enqueue("sweep", () => this.#sweep());
  }

  /** Writes the remaining lines. */
  close(): Promise<void> {
    return this.flush();
  }

  /** Runs `task` after all earlier tasks. If one of the same kind is waiting already, that one is enough. */
  #enqueue(name: "flush" | "sweep", task: () => Promise<void>): Promise<void> {
    const pending = this.#pending.get(name);
    if (pending !== undefined) return pending;
    this.#lastTask = this.#lastTask.then(() => {
      this.#pending.delete(name);
      return task();
    });
    this.#pending.set(name, this.#lastTask);
    return this.#lastTask;
  }

  async #write(): Promise<void> {
    const batch = this.#batch;
    if (batch.isEmpty) return;
    [this.#batch, this.#spare] = [this.#spare, batch];
    if (batch.dropped === 0) this.#recovered("overflow");
    else this.#report("overflow", { lines: batch.dropped });
    try {
      for (const { day, lines } of batch) await this.#append(day, lines);
      this.#recovered("write");
    } catch (error) {
      this.#report("write", describeFailure(error));
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
    if (swept.failures.length === 0) this.#recovered("sweep");
    else this.#report("sweep", describeFailure(swept.failures[0]));
  }

  /** Whether the last sweep is too long ago, or in the future, according to the calendar. */
  #isOverdue(): boolean {
    const since = this.#options.clock.date().getTime() - this.#sweptAt;
    return since < 0 || since > SWEEP_INTERVAL + FLUSH_INTERVAL;
  }

  #report(failure: Failure, details: Record<string, unknown>): void {
    if (this.#reported.has(failure)) return;
    this.#reported.add(failure);
    this.#options.log.error(FAILURES[failure], details);
  }

  #recovered(failure: Failure): void {
    if (this.#reported.delete(failure)) this.#options.log.info(RECOVERIES[failure]);
  }
}

function truncated(entry: AccessRecord): AccessRecord {
  const { address } = entry;
  return address === undefined ? entry : { ...entry, address: truncateAddress(address) };
}

/** When lines must have been written to live until the next sweep is done. The present moment is included. */
function lifetime(retention: number, now: number): Period {
  return { from: now + SWEEP_INTERVAL + SWEEP_DELAY - retention, to: now + 1 };
}

/** Details of a failure, without any path or log line. */
function describeFailure(error: unknown): Record<string, unknown> {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return { code, ...describeError(error) };
}
