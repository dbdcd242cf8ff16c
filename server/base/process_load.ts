/** What the process takes of its machine. */

import process from "node:process";

/** Processor time in microseconds in a second. */
const MICROSECONDS = 1e6;

/** Memory, in bytes. */
export function memory(): { rss: number; heapUsed: number } {
  return Deno.memoryUsage();
}

/** Processor time of all threads so far, in seconds. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}
