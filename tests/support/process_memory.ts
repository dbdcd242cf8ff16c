/**
 * The memory of another process: how much it uses, and whether it contains certain bytes, or texts in UTF-8 or UTF-16.
 * Only those pages of writable mappings are searched that exist according to `/proc/PID/pagemap` (proc(5)). A full dump
 * would be gigabytes of unused address space. Linux only.
 */

import { Buffer } from "node:buffer";

const PIECE = 16 * 1024 * 1024;
const PAGE = 4096;
const ENTRY = 8;
/** In the last byte of a page map entry: the page is in memory or swapped out. */
const IS_THERE = 0b1100_0000;

/** How often each of these occurs in the memory of process `pid`. */
export async function countInMemory(
  pid: number,
  sought: readonly (string | Uint8Array)[],
): Promise<number[]> {
  const counts = sought.map(() => 0);
  const needles = sought.map(formsOf);
  using memory = await Deno.open(`/proc/${pid}/mem`);
  for (const [start, end] of await rangesOf(pid)) {
    for (let at = start; at < end; at += PIECE) {
      const piece = await read(memory, at, Math.min(PIECE + 256, end - at));
      needles.forEach((forms, index) =>
        counts[index]! += forms.reduce((sum, form) => sum + count(piece, form), 0)
      );
    }
  }
  return counts;
}

type Range = readonly [start: number, end: number];

/** The existing pages of all writable mappings. */
async function rangesOf(pid: number): Promise<Range[]> {
  using map = await Deno.open(`/proc/${pid}/pagemap`);
  const mapped = await writableRanges(pid);
  const present = [];
  for (const range of mapped) present.push(...await presentOf(map, range));
  return present;
}

/** The existing pages of a mapping, with adjacent pages joined. */
async function presentOf(map: Deno.FsFile, [start, end]: Range): Promise<Range[]> {
  const entries = await read(map, start / PAGE * ENTRY, (end - start) / PAGE * ENTRY);
  const runs: [number, number][] = [];
  for (let page = 0; page * ENTRY < entries.length; page++) {
    if ((entries[page * ENTRY + ENTRY - 1]! & IS_THERE) === 0) continue;
    const at = start + page * PAGE;
    const last = runs.at(-1);
    if (last?.[1] === at) last[1] += PAGE;
    else runs.push([at, at + PAGE]);
  }
  return runs;
}

function formsOf(sought: string | Uint8Array): Buffer[] {
  if (typeof sought !== "string") return [Buffer.from(sought)];
  return [Buffer.from(sought, "utf8"), Buffer.from(sought, "utf16le")];
}

async function writableRanges(pid: number): Promise<Range[]> {
  const maps = await Deno.readTextFile(`/proc/${pid}/smaps`);
  const mappings = maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw[\s\S]*?^Rss: +(\d+) kB/gm);
  return [...mappings].filter(([, , , resident]) => resident !== "0")
    .map(([, start, end]) => [parseInt(start!, 16), parseInt(end!, 16)]);
}

async function read(file: Deno.FsFile, at: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await file.seek(at, Deno.SeekMode.Start);
  let got = 0;
  while (got < length) {
    const more = await file.read(bytes.subarray(got)).catch(() => null);
    if (more === null) break; // The mapping has gone, or its rest can't be read.
    got += more;
  }
  return bytes.subarray(0, got);
}

function count(haystack: Buffer, needle: Buffer): number {
  let found = 0;
  for (let at = haystack.indexOf(needle); at >= 0; at = haystack.indexOf(needle, at + 1)) found++;
  return found;
}

/** The resident memory of a process, in bytes (proc(5)). */
export async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024;
}
