/** The processor time of a process, from `/proc` (Linux), for all of its threads together. */

/** The clock ticks in which Linux counts processor time (proc(5), `_SC_CLK_TCK`). */
const TICKS_A_SECOND = 100;

/** User and system time so far, in milliseconds. */
export function cpuTime(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 1000 / TICKS_A_SECOND;
}
