/**
 * Deletes everything that the folder of the access log may no longer hold (promise P2). The lines that may live are
 * those of a period. A line is in the file of its day, so for most files their name is enough:
 *
 *                             from                         now
 *                              ╎                            ╎
 *     ├─────────────┼──────────╎──┼─────────────┼───────────╎─┼─────────────┤
 *         deleted      rewritten     left alone     checked       deleted
 *
 * A line from the future was written while the clock was wrong. Its age is unknown and it would stay too long, so it is
 * deleted like one that is too old. There is no tolerance, because a correct clock never writes such a line. Lines
 * without a valid date are deleted from the files that are read: today's, and the one whose first moment is too old. A
 * log file whose day is in no calendar would stay indefinitely, and so would a forgotten copy of lines: both are
 * deleted. Files with other names are left alone.
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
  restrictPermissions,
  rewriteKeeping,
} from "./files.ts";
import { dayOf } from "../base/clock.ts";

export interface SweepResult {
  /** The first day (YYYY-MM-DD) that has lines, or may have lines after a failure. */
  readonly oldestDay: string | undefined;
  readonly failures: unknown[];
}

/** Deletes all log lines in `folder` that are outside `period`. A missing folder is not a failure. */
export async function sweepFolder(folder: string, period: Period): Promise<SweepResult> {
  try {
    return await sweepFiles(folder, period);
  } catch (error) {
    const failures = error instanceof Deno.errors.NotFound ? [] : [error];
    return { oldestDay: undefined, failures };
  }
}

async function sweepFiles(folder: string, period: Period): Promise<SweepResult> {
  const { days, leftovers, isShared } = await listFolder(folder);
  const failures: unknown[] = [];
  let oldestDay: string | undefined;
  if (!isShared) await restrictPermissions(folder); // A folder such as /var/log must keep its permissions.
  for (const path of leftovers) {
    await Deno.remove(path).catch((error) => failures.push(error));
  }
  for (const file of days) {
    const remains = await sweepDay(file, period).catch((error) => {
      failures.push(error);
      return true; // It may still have lines.
    });
    if (remains) oldestDay ??= dayOf(file.day);
  }
  return { oldestDay, failures };
}

/** Deletes the lines of a day that are outside the period, and returns whether any remain. */
async function sweepDay(file: DayFile, period: Period): Promise<boolean> {
  if (overlaps(period, file.day)) {
    if (!contains(period, file.day)) await removeOldLines(file, period);
    const { size } = await Deno.stat(file.path);
    if (size > 0) return true;
  }
  await Deno.remove(file.path);
  return false;
}

async function removeOldLines({ path, day }: DayFile, period: Period): Promise<void> {
  try {
    await rewriteKeeping(period, path);
  } catch (error) {
    if (day.getTime() < period.from) await Deno.remove(path);
    throw error;
  }
}
