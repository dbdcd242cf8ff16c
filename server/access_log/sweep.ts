/**
 * Deletes everything that the folder of the access log may no longer hold (promise P2). The lines that may live are
 * those of a period. A line is in the file of its day, so for most files their name is enough, whatever their size:
 *
 *                             from                         now
 *                              ╎                            ╎
 *     ├─────────────┼──────────╎──┼─────────────┼───────────╎─┼─────────────┤
 *         deleted      rewritten     left alone      its end      deleted
 *
 * A line from the future was written while the clock was wrong. Its age is unknown and it would stay too long, so it is
 * deleted like one that is too old. There is no tolerance, because a correct clock never writes such a line. Today's
 * file has such lines only if the clock was set back. If that happened while no server was running, they are the last
 * lines of the file, so checking its end is enough. If it happens while the server runs, the whole file is checked.
 *
 * Lines without a valid date are deleted from the files that are read. A log file whose day is in no calendar would stay
 * indefinitely, and so would an unfinished rewrite: both are deleted. Files with other names are left alone, but copies
 * of log files are reported.
 *
 * A large file is read in chunks, between which the event loop runs. A sweep can be aborted there: what it hasn't
 * deleted is deleted by the next one.
 *
 * One failure doesn't keep the other files from being swept. If old lines can't be cut out of a file, perhaps because
 * the disk is full, the whole file is deleted: the promise is worth more than the rest of a day that would be deleted
 * within a day.
 */

import {
  contains,
  type DayFile,
  listFolder,
  overlaps,
  type Period,
  repairEnd,
  restrictPermissions,
  rewriteKeeping,
} from "./files.ts";
import { dayOf } from "../base/clock.ts";

export interface SweepResult {
  /** The first day (YYYY-MM-DD) that has lines, or may have lines after a failure. */
  readonly oldestDay: string | undefined;
  /** The names of copies of log files that other programs made. */
  readonly copies: readonly string[];
  readonly failures: unknown[];
}

export interface SweepOptions {
  /** When lines must have been written to stay. */
  readonly period: Period;
  /** Whether the clock may have been set back since the last sweep. */
  readonly wasSetBack?: boolean;
  /** Ends the sweep early. */
  readonly signal?: AbortSignal;
}

/** What a folder holds according to the names of its files, without reading or changing any. */
export async function surveyFolder(folder: string, period: Period): Promise<SweepResult> {
  try {
    const { days, copies } = await listFolder(folder);
    const oldest = days.find(({ day }) => overlaps(period, day));
    return { oldestDay: oldest && dayOf(oldest.day), copies, failures: [] };
  } catch (error) {
    return failed(error);
  }
}

/** Deletes all log lines in `folder` that are outside a period. A missing folder is not a failure. */
export async function sweepFolder(folder: string, options: SweepOptions): Promise<SweepResult> {
  try {
    return await sweepFiles(folder, options);
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): SweepResult {
  const failures = error instanceof Deno.errors.NotFound ? [] : [error];
  return { oldestDay: undefined, copies: [], failures };
}

async function sweepFiles(folder: string, options: SweepOptions): Promise<SweepResult> {
  const { days, leftovers, copies, isShared } = await listFolder(folder);
  const failures: unknown[] = [];
  let oldestDay: string | undefined;
  if (!isShared) await restrictPermissions(folder); // A folder such as /var/log must keep its permissions.
  for (const path of leftovers) {
    await Deno.remove(path).catch((error) => failures.push(error));
  }
  for (const file of days) {
    const remains = await sweepDay(file, options).catch((error) => {
      if (!options.signal?.aborted) failures.push(error);
      return true; // It may still have lines.
    });
    if (remains) oldestDay ??= dayOf(file.day);
  }
  return { oldestDay, copies, failures };
}

/** Deletes the lines of a day that are outside the period, and returns whether any remain. */
async function sweepDay(file: DayFile, options: SweepOptions): Promise<boolean> {
  const { period } = options;
  if (overlaps(period, file.day)) {
    if (!contains(period, file.day)) await sweepLines(file, options);
    const { size } = await Deno.stat(file.path);
    if (size > 0) return true;
  }
  await Deno.remove(file.path);
  return false;
}

/** Deletes lines of the first day of the period, or of today. */
async function sweepLines(file: DayFile, options: SweepOptions): Promise<void> {
  const { period, wasSetBack = false, signal } = options;
  const isFirst = file.day.getTime() < period.from;
  if (!isFirst && !wasSetBack && await repairEnd(period, file.path)) return;
  try {
    await rewriteKeeping(period, file.path, signal);
  } catch (error) {
    if (isFirst && !signal?.aborted) await Deno.remove(file.path);
    throw error;
  }
}
