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
 *
 * Nobody can fill the disk with requests. Lines that exceed the quota of an address (`address_quota.ts`) or the limit of
 * the day (`day_limit.ts`) are left out. Lost lines are counted, and at most once a minute a line of the log itself says
 * how many are missing. Where the disk is broken, that line is tried again with each flush, so the log recovers without
 * any request.
 */

import { AddressQuota } from "./address_quota.ts";
import { Batch } from "./batch.ts";
import { MIB, requestLimit } from "./day_limit.ts";
import { appendLines, countLines, type Period } from "./files.ts";
import { type AccessRecord, formatNotice, formatRecord } from "./line.ts";
import { LineTime } from "./line_time.ts";
import { type LossReason, LostLines } from "./lost_lines.ts";
import { surveyFolder, sweepFolder, type SweepResult } from "./sweep.ts";
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

/** Minimum time between two notices of missing lines, in milliseconds. */
export const NOTICE_INTERVAL = MINUTE;

/** How far the calendar must go back for lines from the future to be possible, in milliseconds. */
const SET_BACK = SECOND;

/** Maximum number of copies of log files that a warning names. */
const MAX_NAMED_COPIES = 5;

export interface AccessLogOptions {
  readonly clock: Clock;
  /** The folder of the log files, created with the first write. "" where files are not possible. */
  readonly folder: string;
  /** How long a line lives, in milliseconds. Must be longer than a sweep interval plus its delay. */
  readonly retention: number;
  /** Log addresses in full, log them truncated, or log no requests. */
  readonly mode: "full" | "truncated" | "off";
  /** Maximum size of the file of a day, in bytes. */
  readonly maxDaySize: number;
  /** Returns a new unguessable text. */
  readonly newToken: () => string;
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

type TaskName = "open" | "flush" | "sweep" | "close";

/** Dated lines on disk, none older than the retention. */
export class AccessLog {
  readonly #options: AccessLogOptions;
  readonly #reported = new Set<Failure>();
  /** Tasks that have not started: at most one of each kind, so that a slow disk causes no long queue. */
  readonly #pending = new Map<TaskName, Promise<void>>();
  #lastTask: Promise<void> = Promise.resolve();
  #batch = new Batch();
  #spare = new Batch();
  #sweptAt: number;
  #oldestDay: string | undefined;
  readonly #quota: AddressQuota;
  readonly #lineTime = new LineTime();
  readonly #lost = new LostLines();
  /** When the next notice may be written, in clock milliseconds. */
  #nextNotice = 0;
  /** The last day on which the operator was told that its limit is reached. */
  #limitedDay = "";
  #copies: readonly string[] = [];
  /** Distance of the calendar from the clock, and whether the calendar was set back since the last sweep. */
  #distance: number;
  #wasSetBack = false;
  readonly #closing = new AbortController();

  constructor(options: AccessLogOptions) {
    const { clock, newToken } = options;
    this.#options = options;
    this.#quota = new AddressQuota(clock, newToken);
    this.#sweptAt = clock.date().getTime();
    this.#distance = this.#sweptAt - clock.now();
  }

  /** Whether lines are being lost, or old ones can't be deleted. */
  get isFailing(): boolean {
    return this.#reported.size > 0;
  }

  /** The first day that has lines, as YYYY-MM-DD, as far as sweeps and flushes know. */
  get oldestDay(): string | undefined {
    return this.#oldestDay;
  }

  /** The number of lines that are missing since the start, by reason. */
  get lost(): Readonly<Record<LossReason, number>> {
    return this.#lost.totals;
  }

  /** Number of copies of log files, made by other programs, whose lines nothing deletes. */
  get copies(): number {
    return this.#copies.length;
  }

  /** Records a request that was answered. */
  record(entry: AccessRecord): void {
    const { clock, mode } = this.#options;
    if (mode === "off") return;
    const at = clock.date();
    this.#lineTime.set(at);
    const { time, day } = this.#lineTime;
    const line = formatRecord(mode === "full" ? entry : truncated(entry), at, time);
    if (!this.#quota.take(entry.address, line.length)) return this.#lost.add("address", 1, at);
    if (!this.#batch.add(day, line)) this.#lost.add("overflow", 1, at);
  }

  /** Looks at the names of the files, so that `oldestDay` and `copies` are known before the first sweep. */
  open(): Promise<void> {
    return this.#enqueue("open", async () => {
      const { folder } = this.#options;
      if (folder !== "") this.#adopt(await surveyFolder(folder, this.#lifetime()));
    });
  }

  /** Writes the recorded lines. An interval task. */
  flush(): Promise<void> {
    this.#quota.expire();
    return this.#enqueue("flush", async () => {
      await this.#write();
      await this.#stateLoss(this.#options.clock.now() >= this.#nextNotice);
      if (this.#isOverdue()) await this.#sweep();
    });
  }

  /** Deletes lines that would grow too old before the next sweep. An interval task, also due at startup. */
  sweep(): Promise<void> {
    return this.#enqueue("sweep", () => this.#sweep());
  }

  /** Ends a sweep, and writes the remaining lines. The next server continues the sweep when it starts. */
  close(): Promise<void> {
    this.#closing.abort();
    return this.#enqueue("close", async () => {
      await this.#write();
      await this.#stateLoss(true);
    });
  }

  /** Runs `task` after all earlier tasks. If one of the same kind is waiting already, that one is enough. */
  #enqueue(name: TaskName, task: () => Promise<void>): Promise<void> {
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
    for (const { day, lines } of batch) await this.#append(day, lines);
    batch.wipe();
  }

  /** Appends lines to the file of their day, as far as its limit allows. */
  async #append(day: string, lines: Uint8Array): Promise<void> {
    const { clock, maxDaySize } = this.#options;
    const now = clock.date();
    const written = await this.#tryAppend(day, lines, requestLimit(maxDaySize, day, now));
    const missing = countLines(lines.subarray(written ?? 0));
    this.#lost.add(written === undefined ? "write" : "day", missing, now);
    if (written !== undefined && missing > 0) this.#warnOfLimit(day);
  }

  /** Returns the number of bytes appended, or `undefined` if that failed. */
  async #tryAppend(day: string, lines: Uint8Array, maxSize: number): Promise<number | undefined> {
    try {
      const written = await appendLines(this.#options.folder, day, lines, maxSize);
      this.#recovered("write");
      if (this.#oldestDay === undefined || day < this.#oldestDay) this.#oldestDay = day;
      return written;
    } catch (error) {
      this.#report("write", describeFailure(error));
      return undefined;
    }
  }

  /** Writes how many lines are missing, if any are and if a notice is due. */
  async #stateLoss(isDue: boolean): Promise<void> {
    const loss = this.#lost.unstated;
    if (loss === undefined || !isDue) return;
    const { clock, maxDaySize } = this.#options;
    const at = clock.date();
    const notice = new TextEncoder().encode(formatNotice(loss, at));
    const written = await this.#tryAppend(dayOf(at), notice, maxDaySize);
    if (written === undefined) return; // The next flush tries again.
    this.#nextNotice = clock.now() + NOTICE_INTERVAL;
    if (written > 0) this.#lost.state(loss, at);
  }

  #warnOfLimit(day: string): void {
    if (this.#limitedDay === day) return;
    this.#limitedDay = day;
    const megabytes = this.#options.maxDaySize / MIB;
    this.#options.log.warn(
      "Access log has reached its limit for now: some requests are not logged. See --access-log-max-mb.",
      { day, megabytes },
    );
  }

  async #sweep(): Promise<void> {
    const { clock, folder } = this.#options;
    const { signal } = this.#closing;
    this.#sweptAt = clock.date().getTime();
    const wasSetBack = this.#wasSetBack;
    this.#wasSetBack = false;
    if (folder === "" || signal.aborted) return;
    const swept = await sweepFolder(folder, { period: this.#lifetime(), wasSetBack, signal });
    if (swept.failures.length > 0) this.#wasSetBack ||= wasSetBack;
    this.#adopt(swept);
    if (swept.failures.length === 0) this.#recovered("sweep");
    else this.#report("sweep", describeFailure(swept.failures[0]));
  }

  #adopt({ oldestDay, copies }: SweepResult): void {
    this.#oldestDay = oldestDay;
    const before = new Set(this.#copies);
    const isNew = copies.some((name) => !before.has(name));
    this.#copies = copies;
    if (!isNew) return;
    this.#options.log.warn(
      "The log folder contains copies of the access log. The server doesn't delete them.",
      { count: copies.length, names: copies.slice(0, MAX_NAMED_COPIES) },
    );
  }

  /** When lines must have been written to live until the next sweep is done. The present moment is included. */
  #lifetime(): Period {
    const { clock, retention } = this.#options;
    const now = clock.date().getTime();
    return { from: now + SWEEP_INTERVAL + SWEEP_DELAY - retention, to: now + 1 };
  }

  /** Whether the calendar was set back, or the last sweep is too long ago according to the calendar. */
  #isOverdue(): boolean {
    const { clock } = this.#options;
    const date = clock.date().getTime();
    const distance = date - clock.now();
    const isSetBack = distance < this.#distance - SET_BACK;
    this.#distance = distance;
    this.#wasSetBack ||= isSetBack;
    return isSetBack || date - this.#sweptAt > SWEEP_INTERVAL + FLUSH_INTERVAL;
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

/** Details of a failure, without any path or log line. */
function describeFailure(error: unknown): Record<string, unknown> {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return { code, ...describeError(error) };
}
