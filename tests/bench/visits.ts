/**
 * Visitors who connect, are paired, exchange a message each way and leave: the whole life of a session. Partners arrive
 * in any order, so each visitor waits until the server says that it is paired.
 */

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
  await visitAll(endpoint, 0, task);
  const before = sample(pid, 0);
  const faults = await visitAll(endpoint, task.visitors, task);
  const { perSecond, cpu } = rates(before, sample(pid, task.visitors / 2));
  return { perSecond, cpu, faults };
}

/** Runs all visits, `concurrency` at a time. Addresses are numbered from `first`. Returns the number of faults. */
async function visitAll(
  endpoint: Endpoint,
  first: number,
  { visitors, concurrency }: VisitsTask,
): Promise<number> {
  let next = first;
  let faults = 0;
  const lane = async (): Promise<void> => {
    while (next < first + visitors) faults += await visit(endpoint, next++);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return faults;
}

/** One visit. Its partner leaves only with this visitor's message, so none is lost. */
async function visit(endpoint: Endpoint, address: number): Promise<number> {
  const peer = await Peer.open(endpoint, address, "second");
  peer.send(1);
  await peer.receive(1);
  await peer.leave();
  return peer.faults;
}
