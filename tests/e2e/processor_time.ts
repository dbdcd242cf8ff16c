/**
 * Replaces the wall clock in a browser's trace by the processor time of each thread. On a busy machine a thread waits
 * for the processor in the middle of a task, and the task looks longer than the work that it did.
 *
 * Each event of a trace has a start and a duration by two clocks: the wall clock (`ts`, `dur`), and the processor time
 * of its thread (`tts`, `tdur`), both in microseconds. A task begins when it began, and from then on time passes only
 * while its thread runs (https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU).
 */

/** An event in the trace event format, with the fields that matter here. */
export interface TraceEvent {
  readonly pid: number;
  readonly tid: number;
  ts: number;
  dur?: number;
  readonly tts?: number;
  readonly tdur?: number;
}

/** A task that no other contains: its start by both clocks, and its end by the wall clock. */
interface Task {
  readonly begin: number;
  readonly processor: number;
  readonly end: number;
}

/** Changes the events in place. Their order stays the same. */
export function useProcessorTime(events: readonly TraceEvent[]): void {
  const threads = Map.groupBy(events, ({ pid, tid }) => `${pid} ${tid}`);
  for (const thread of threads.values()) convert(thread.toSorted(outerFirst));
}

function outerFirst(one: TraceEvent, other: TraceEvent): number {
  return one.ts - other.ts || (other.dur ?? 0) - (one.dur ?? 0);
}

function convert(events: readonly TraceEvent[]): void {
  let task: Task = { begin: 0, processor: 0, end: 0 };
  for (const event of events) {
    const { ts, dur, tts, tdur } = event;
    if (tts === undefined) continue;
    if (ts < task.end) event.ts = task.begin + tts - task.processor;
    else task = { begin: ts, processor: tts, end: ts + (dur ?? 0) };
    if (tdur !== undefined) event.dur = tdur;
  }
}
