/** The processor time of a process, from `/proc` (Linux), for all of its threads together. */

/** The clock ticks in which Linux counts processor time (proc(5), `_SC_CLK_TCK`). */
const TICKS_A_SECOND = 100;

/** A time, with the events and the processor time up to it. */
export interface Sample {
  /** Milliseconds. */
  readonly at: number;
  readonly events: number;
  /** Microseconds of processor time. */
  readonly cpu: number;
  readonly ownCpu: number;
}

/** The current values for process `pid`. */
export function sample(pid: number, events: number): Sample {
  return {
    at: performance.now(),
    events,
    cpu: cpuMicroseconds(pid),
    ownCpu: cpuMicroseconds(Deno.pid),
  };
}

/** The cost per event between two moments. */
export function rates(
  from: Sample,
  to: Sample,
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
