/** Memory and processor time used by this process. */

import process from "node:process";

/** Microseconds in a second. */
const MICROSECONDS = 1e6;

/** Memory in use, in bytes. */
export function memory(): { rss: number; heapUsed: number } {
  return Deno.memoryUsage();
}

/** Processor time of all threads so far, in seconds. */
export function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / MICROSECONDS;
}
