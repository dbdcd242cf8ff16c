/** What an event costs: the processor time of a process between two moments, and of the generator of its load. */

import { cpuTime } from "../support/process_cpu.ts";

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

function cpuMicroseconds(pid: number): number {
  return cpuTime(pid) * 1000;
}
