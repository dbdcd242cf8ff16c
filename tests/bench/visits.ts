/** Visitors who connect, are paired and leave immediately: the whole life of a session without its messages. */

import { rates, sample } from "./cpu_cost.ts";
import { type Endpoint, Peer } from "./peer.ts";
import type { VisitsReport, VisitsTask } from "./task.ts";

/**
 * Measures a {@linkcode VisitsTask} on process `pid`, after as many visitors as a warm-up. A waiting visitor is paired
 * with the next one. With an even number of visitors, the number of unpaired ones is even too, so none remains alone.
 */
export async function visits(
  endpoint: Endpoint,
  pid: number,
  task: VisitsTask,
): Promise<VisitsReport> {
  await visit(endpoint, 0, task);
  const before = sample(pid, 0);
  await visit(endpoint, task.visitors, task);
  const { perSecond, cpu } = rates(before, sample(pid, task.visitors / 2));
  return { perSecond, cpu };
}

/** Runs all visits, `atOnce` at a time. Addresses are numbered from `first`. */
async function visit(
  endpoint: Endpoint,
  first: number,
  { visitors, concurrency }: VisitsTask,
): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + visitors) await (await Peer.open(endpoint, next++, "second")).leave();
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}
