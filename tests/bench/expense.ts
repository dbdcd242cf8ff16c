/** What a process has spent and holds, as `/proc` tells it (Linux), all of its threads together. */

/** Ticks of the clock in which Linux counts (proc(5), `_SC_CLK_TCK`). */
const TICKS_A_SECOND = 100;

/** Time and what has happened in it. */
export interface Moment {
  /** Milliseconds. */
  readonly at: number;
  readonly events: number;
  /** Microseconds of processor time. */
  readonly cpu: number;
  readonly ownCpu: number;
}

/** Now, of process `pid`. */
export function moment(pid: number, events: number): Moment {
  return {
    at: performance.now(),
    events,
    cpu: cpuMicroseconds(pid),
    ownCpu: cpuMicroseconds(Deno.pid),
  };
}

/** What an event cost from one moment to another. */
export function rates(
  from: Moment,
  to: Moment,
): { perSecond: number; cpu: number; generatorCpu: number } {
  const events = to.events - from.events;
  return {
    perSecond: events / (to.at - from.at) * 1000,
    cpu: (to.cpu - from.cpu) / events,
    generatorCpu: (to.ownCpu - from.ownCpu) / events,
  };
}

/** User and system time so far, in microseconds. */
function cpuMicroseconds(pid: number): number {
  const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
  const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12, 14).map(Number);
  return ((user ?? 0) + (system ?? 0)) * 1e6 / TICKS_A_SECOND;
}
