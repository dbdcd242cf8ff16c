/**
 * Deletes what the folder of the access log may not hold any longer (promise P2). What may live is a period. A line
 * is in the file of its own day, so most files need no more than a look at their name:
 *
 *                             from                         now
 *                              ╎                            ╎
 *     ├─────────────┼──────────╎──┼─────────────┼───────────╎─┼─────────────┤
 *         deleted      rewritten     left alone    looked at      deleted
 *
 * A line from the future was written while the clock was wrong. Nobody knows how old it is, and it would stay too
 * long, so it goes like one that is too old, without tolerance: a clock that is right never writes one. A line that
 * can't be dated goes with them, from today's file or from the one whose first moment is too old. A file of ours whose
 * day is in no calendar would stay for ever, and so would a forgotten copy of lines: both go. Whatever isn't ours is
 * left alone.
 *
 * One failure doesn't keep the other files from being swept. Where old lines can't be cut out of a file, because the
 * disk is full perhaps, the whole file goes: the promise weighs more than the rest of a day that ends within a day.
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

/** What a sweep has found. */
export interface Swept {
  /** The first day (YYYY-MM-DD) of which there are lines, or may be after a failure. */
  readonly oldestDay: string | undefined;
  /** What went wrong. */
  readonly failures: unknown[];
}

/** Deletes from `folder` everything of ours that is not of `period`; a missing folder is clean. */
export async function sweepFolder(folder: string, period: Period): Promise<Swept> {
  try {
    return await sweepFiles(folder, period);
  } catch (error) {
    const failures = error instanceof Deno.errors.NotFound ? [] : [error];
    return { oldestDay: undefined, failures };
  }
}

async function sweepFiles(folder: string, period: Period): Promise<Swept> {
  const { days, leftovers, shared } = await listFolder(folder);
  const failures: unknown[] = [];
  let oldestDay: string | undefined;
  if (!shared) await restrictPermissions(folder); // A folder such as /var/log is for others to open and close.
  for (const path of leftovers) {
    await Deno.remove(path).catch((error) => failures.push(error));
  }
  for (const file of days) {
    const remains = await sweepDay(file, period).catch((error) => {
      failures.push(error);
      return true; // Perhaps.
    });
    if (remains) oldestDay ??= dayOf(file.day);
  }
  return { oldestDay, failures };
}

/** Deletes what must go of a day, and says whether anything remains. */
async function sweepDay(file: DayFile, period: Period): Promise<boolean> {
  if (overlaps(period, file.day)) {
    if (!contains(period, file.day)) await cut(file, period);
    const { size } = await Deno.stat(file.path);
    if (size > 0) return true;
  }
  await Deno.remove(file.path);
  return false;
}

async function cut({ path, day }: DayFile, period: Period): Promise<void> {
  try {
    await rewriteKeeping(period, path);
  } catch (error) {
    if (day.getTime() < period.from) await Deno.remove(path);
    throw error;
  }
}
