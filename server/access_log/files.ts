/**
 * The folder of the access log: one file for each day, in UTC, that had a request.
 *
 *     logs/                          only its owner may read it
 *       access-2026-11-22.log        the lines of one day, in the order in which they were written
 *       access-2026-11-23.log
 *       access-2026-11-23.log.new    an unfinished rewrite: a leftover
 *       access-2026-11-22.log.1.gz   a copy that another program made, such as logrotate
 *
 * A file changes in one of three ways only. Lines are appended to it, all or none, as far as its limit allows. An
 * incomplete last line is cut off. Or it is rewritten with fewer lines: a new file is written next to it and then
 * renamed over it. If the power fails, one of the two is complete.
 *
 * Files are read in chunks, since a day may hold more than memory does. They may be read at any time, but only one
 * process may write to a folder at a time, because a line that another process appends during a rewrite is lost.
 */

import { MAX_LINE_LENGTH, timeOf } from "./line.ts";
import { DAY, parseDay } from "../base/clock.ts";
import { readUpTo } from "../base/read_up_to.ts";
import { delay } from "../base/timeout.ts";

/** The file of one day. */
export interface DayFile {
  readonly path: string;
  /** The midnight at which the day begins. */
  readonly day: Date;
}

/** The contents of a folder. */
export interface Listing {
  /** The files of days, oldest first. */
  readonly days: DayFile[];
  /** Files with a log name but no valid day: unfinished rewrites, and dates that do not exist. */
  readonly leftovers: string[];
  /** The names of copies that other programs made. Nothing deletes their lines. */
  readonly copies: string[];
  /** Whether the folder contains anything else. */
  readonly isShared: boolean;
}

/** A period of time, excluding its end, in milliseconds of the calendar. */
export interface Period {
  readonly from: number;
  readonly to: number;
}

/** Names of log files, with their day. */
const NAME = /^access-(\d{4}-\d{2}-\d{2})\.log(\.new)?$/;

/** Part of the names that tools give to copies of log files: `access-2026-11-22.log.1`, `access-20261122.gz`. */
const COPY_NAME = /access-\d{4}-?\d{2}-?\d{2}/;

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

const LINE_FEED = 10;

/** Number of chunks that a sweep handles before it yields to the event loop: some milliseconds of work. */
const CHUNKS_PER_SLICE = 4;

/** The permission bits of everybody except the owner. */
const OTHER_USERS_BITS = 0o077;

/** Lists `folder`. Throws if it can't be read. */
export async function listFolder(folder: string): Promise<Listing> {
  const listing = {
    days: [] as DayFile[],
    leftovers: [] as string[],
    copies: [] as string[],
    isShared: false,
  };
  for await (const { name, isFile, isDirectory } of Deno.readDir(folder)) {
    const [, text, suffix] = NAME.exec(name) ?? [];
    const day = parseDay(text ?? "");
    const path = `${folder}/${name}`;
    if (text === undefined || !isFile) {
      if (COPY_NAME.test(name) && !isDirectory) listing.copies.push(name);
      else listing.isShared = true;
    } else if (day === undefined || suffix !== undefined) listing.leftovers.push(path);
    else listing.days.push({ path, day });
  }
  listing.copies.sort();
  listing.days.sort((one, other) => one.day.getTime() - other.day.getTime());
  return listing;
}

/** Revokes all permissions on `folder` except those of its owner, if this process may do that. */
export async function restrictPermissions(folder: string): Promise<void> {
  const { mode } = await Deno.stat(folder);
  if (mode === null || (mode & OTHER_USERS_BITS) === 0) return;
  await Deno.chmod(folder, mode & FOLDER_MODE).catch(() => {}); // The files themselves are closed to others anyway.
}

/**
 * Appends lines to the file of a day (YYYY-MM-DD), as many as fit into `maxSize` bytes, or none if that fails. Creates
 * the folder and the file if missing. Returns the number of bytes appended.
 */
export async function appendLines(
  folder: string,
  day: string,
  lines: Uint8Array,
  maxSize = Infinity,
): Promise<number> {
  await Deno.mkdir(folder, { recursive: true, mode: FOLDER_MODE });
  const path = `${folder}/access-${day}.log`;
  using file = await Deno.open(path, { append: true, create: true, mode: FILE_MODE });
  const { size } = await file.stat();
  const fitting = wholeLines(lines, maxSize - size);
  try {
    await writeAll(file, fitting);
    return fitting.length;
  } catch (error) {
    await file.truncate(size).catch(() => {}); // Half a line would corrupt the next one.
    throw error;
  }
}

/** The lines at the start of `lines` that fit into `room` bytes. */
function wholeLines(lines: Uint8Array, room: number): Uint8Array {
  if (lines.length <= room) return lines;
  return lines.subarray(0, room <= 0 ? 0 : lines.lastIndexOf(LINE_FEED, room - 1) + 1);
}

/** Number of line ends in `lines`. */
export function countLines(lines: Uint8Array): number {
  let count = 0;
  for (let at = lines.indexOf(LINE_FEED); at >= 0; at = lines.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

/**
 * Cuts off an incomplete last line, and returns whether the last complete line is of a period. Reads only the end of the
 * file. Returns `false` also if that end has no complete line.
 */
export async function repairEnd(period: Period, path: string): Promise<boolean> {
  using file = await Deno.open(path, { read: true, write: true });
  const { size } = await file.stat();
  const start = Math.max(0, size - 2 * MAX_LINE_LENGTH);
  await file.seek(start, Deno.SeekMode.Start);
  const end = new TextDecoder("latin1").decode(await readUpTo(file, size - start));
  const length = end.lastIndexOf("\n") + 1;
  if (start + length < size && length > 0) await file.truncate(start + length);
  const lineStart = end.lastIndexOf("\n", length - 2) + 1;
  const isWhole = lineStart > 0 || start === 0;
  return length > 0 && isWhole && containsLine(period, end.slice(lineStart, length - 1));
}

/**
 * Keeps only the lines of a period in a file. Lines without a valid date are deleted. Changes nothing if it is aborted,
 * which may happen every few chunks.
 */
export async function rewriteKeeping(
  period: Period,
  path: string,
  signal?: AbortSignal,
): Promise<void> {
  if (await hasOnlyLinesOf(period, path, signal)) return;
  const rewritten = `${path}.new`;
  try {
    await copyLinesOf(period, path, rewritten, signal);
    await Deno.rename(rewritten, path);
  } catch (error) {
    await Deno.remove(rewritten).catch(() => {}); // Otherwise a later sweep removes it.
    throw error;
  }
}

/** Lines from `from` (included) to `to` (excluded), without line ends, by day. Throws if `folder` can't be read. */
export async function* readLines(folder: string, from: Date, to: Date): AsyncGenerator<string> {
  const period = { from: from.getTime(), to: to.getTime() };
  const { days } = await listFolder(folder);
  for (const { path } of days.filter(({ day }) => overlaps(period, day))) {
    try {
      for await (const lines of linesOf(path)) {
        yield* lines.filter((line) => containsLine(period, line));
      }
    } catch (error) {
      // The server may have deleted the oldest file in the meantime.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

/** Whether any moment of the day that begins at `day` is in a period. */
export function overlaps({ from, to }: Period, day: Date): boolean {
  return day.getTime() < to && day.getTime() + DAY > from;
}

/** Whether every moment of the day that begins at `day` is in a period. */
export function contains({ from, to }: Period, day: Date): boolean {
  return day.getTime() >= from && day.getTime() + DAY <= to;
}

/** Whether a line was certainly written in a period. */
function containsLine({ from, to }: Period, line: string): boolean {
  const time = timeOf(line)?.getTime();
  return time !== undefined && time >= from && time < to;
}

async function hasOnlyLinesOf(
  period: Period,
  path: string,
  signal?: AbortSignal,
): Promise<boolean> {
  for await (const lines of slicesOf(path, signal)) {
    if (!lines.every((line) => containsLine(period, line))) return false;
  }
  return true;
}

async function copyLinesOf(
  period: Period,
  path: string,
  target: string,
  signal?: AbortSignal,
): Promise<void> {
  const options = { write: true, create: true, truncate: true, mode: FILE_MODE };
  using file = await Deno.open(target, options);
  for await (const lines of slicesOf(path, signal)) {
    const kept = lines.filter((line) => containsLine(period, line)).map((line) => `${line}\n`);
    await writeAll(file, new TextEncoder().encode(kept.join("")));
  }
  await file.syncData(); // Otherwise the new name may reach the disk before the lines do.
}

/**
 * The same as {@linkcode linesOf}, but lets the event loop run timers and sockets every few chunks. A file that the
 * system has cached is read so fast that they would wait. Throws there if it is aborted.
 */
async function* slicesOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<string[]> {
  let chunks = 0;
  for await (const lines of linesOf(path)) {
    if (++chunks % CHUNKS_PER_SLICE === 0) {
      signal?.throwIfAborted();
      await delay(0);
    }
    yield lines;
  }
}

/** The lines of a file without line ends, one array per chunk. */
async function* linesOf(path: string): AsyncGenerator<string[]> {
  const { readable } = await Deno.open(path);
  const decoder = new TextDecoder("latin1"); // Our lines are ASCII. In any other line, each byte becomes one character.
  let partial = "";
  for await (const chunk of readable) {
    const lines = (partial + decoder.decode(chunk)).split("\n");
    partial = lines.pop()!.slice(0, MAX_LINE_LENGTH + 1); // Enough to recognize a line that is too long to be ours.
    yield lines;
  }
  if (partial !== "") yield [partial];
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
}
