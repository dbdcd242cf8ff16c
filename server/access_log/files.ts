/**
 * The folder of the access log: one file for each day, in UTC, that had a visit.
 *
 *     logs/                          only its owner may look into it
 *       access-2026-11-22.log        the lines of one day, in the order in which they were written
 *       access-2026-11-23.log
 *       access-2026-11-23.log.new    a rewriting that did not come to its end: litter
 *
 * A file changes in one of two ways only. Lines are appended to it, all of a batch or none. Or it is rewritten with
 * fewer lines, beside the old file and then in its place: should the power fail, one of the two is there and whole.
 *
 * Files are read a chunk at a time, since a day may hold more than memory does. Anybody may read them meanwhile; only
 * one process at a time may write to a folder, because a line that another appends during a rewriting is lost.
 */

import { MAX_LINE_LENGTH, timeOf } from "./line.ts";
import { DAY, parseDay } from "../base/clock.ts";

/** The file of one day. */
export interface DayFile {
  readonly path: string;
  /** The midnight with which the day begins. */
  readonly day: Date;
}

/** What lies in a folder. */
export interface Listing {
  /** The files of days, oldest first. */
  readonly days: DayFile[];
  /** Files with a name of ours that hold no day: what is left of a rewriting, days that never were. */
  readonly leftovers: string[];
  /** Whether anything else lies there. */
  readonly shared: boolean;
}

/** From when to when, the end not included, in milliseconds of the calendar. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** The names that are ours, with their day. */
const NAME = /^access-(\d{4}-\d{2}-\d{2})\.log(\.new)?$/;

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** What a mode allows to others than the owner. */
const OTHERS = 0o077;

/** What lies in `folder`; throws when that can't be read. */
export async function listFolder(folder: string): Promise<Listing> {
  const listing = { days: [] as DayFile[], leftovers: [] as string[], shared: false };
  for await (const { name, isFile } of Deno.readDir(folder)) {
    const [, text, rewriting] = NAME.exec(name) ?? [];
    const day = parseDay(text ?? "");
    const path = `${folder}/${name}`;
    if (text === undefined || !isFile) listing.shared = true;
    else if (day === undefined || rewriting !== undefined) listing.leftovers.push(path);
    else listing.days.push({ path, day });
  }
  listing.days.sort((one, other) => one.day.getTime() - other.day.getTime());
  return listing;
}

/** Takes away what others than its owner may do in `folder`, if we may. */
export async function restrictPermissions(folder: string): Promise<void> {
  const { mode } = await Deno.stat(folder);
  if (mode === null || (mode & OTHERS) === 0) return;
  await Deno.chmod(folder, mode & FOLDER_MODE).catch(() => {}); // The files are closed in any case.
}

/** Appends lines to the file of a day (YYYY-MM-DD), all or none; makes what is missing of folder and file. */
export async function appendLines(folder: string, day: string, lines: Uint8Array): Promise<void> {
  await Deno.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const path = `${folder}/access-${day}.log`;
  using file = await Deno.open(path, { append: true, create: true, mode: FILE_MODE });
  const { size } = await file.stat();
  try {
    await writeAll(file, lines);
  } catch (error) {
    await file.truncate(size).catch(() => {}); // Half a line would spoil the next one.
    throw error;
  }
}

/** Leaves only the lines of a period in a file; what can't be dated goes. */
export async function rewriteKeeping(period: Period, path: string): Promise<void> {
  if (await isAllOf(period, path)) return;
  const beside = `${path}.new`;
  try {
    await copyLinesOf(period, path, beside);
    await Deno.rename(beside, path);
  } catch (error) {
    await Deno.remove(beside).catch(() => {}); // Litter, if it can't be removed now.
    throw error;
  }
}

/** The lines of `folder` from `from` to before `to`, without their ends, by day; throws when it can't be read. */
export async function* readLines(folder: string, from: Date, to: Date): AsyncGenerator<string> {
  const period = { from: from.getTime(), to: to.getTime() };
  const { days } = await listFolder(folder);
  for (const { path } of days.filter(({ day }) => overlaps(period, day))) {
    try {
      for await (const lines of linesOf(path)) yield* lines.filter((line) => holds(period, line));
    } catch (error) {
      // The server may have deleted the oldest file in the meantime.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Whether any moment of the day that begins at `day` lies in a period. */
export function overlaps({ from, to }: Period, day: Date): boolean {
  return day.getTime() < to && day.getTime() + DAY > from;
}

/** Whether every moment of that day does. */
export function contains({ from, to }: Period, day: Date): boolean {
  return day.getTime() >= from && day.getTime() + DAY <= to;
}

/** Whether a line was certainly written in a period. */
function holds({ from, to }: Period, line: string): boolean {
  const time = timeOf(line)?.getTime();
  return time !== undefined && time >= from && time < to;
}

async function isAllOf(period: Period, path: string): Promise<boolean> {
  for await (const lines of linesOf(path)) {
    if (!lines.every((line) => holds(period, line))) return false;
  }
  return true;
}

async function copyLinesOf(period: Period, path: string, target: string): Promise<void> {
  const options = { write: true, create: true, truncate: true, mode: FILE_MODE };
  using file = await Deno.open(target, options);
  for await (const lines of linesOf(path)) {
    const kept = lines.filter((line) => holds(period, line)).map((line) => `${line}\n`);
    await writeAll(file, new TextEncoder().encode(kept.join("")));
  }
  await file.syncData(); // A name may reach the disk before the lines do.
}

/** The lines of a file without their ends, as many at a time as come with one chunk. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  const { readable } = await Deno.open(path);
  const decoder = new TextDecoder("latin1"); // Our lines are ASCII; in others every byte may stand for itself.
  let begun = "";
  for await (const chunk of readable) {
    const lines = (begun + decoder.decode(chunk)).split("\n");
    begun = lines.pop()!.slice(0, MAX_LINE_LENGTH + 1); // Enough to see that it is too long to be ours.
    yield lines;
  }
  if (begun !== "") yield [begun];
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
