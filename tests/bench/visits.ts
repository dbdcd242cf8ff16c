/** Visitors who connect, are paired and leave immediately: the whole life of a session without its messages. */

import { moment, rates } from "./expense.ts";
import { Peer, type Wire } from "./peer.ts";
import type { VisitsReport, VisitsTask } from "./task.ts";

/**
 * Measures a {@linkcode VisitsTask} on process `pid`, after as many visitors as a warm-up. A waiting visitor is paired
 * with the next one. With an even number of visitors, the number of unpaired ones is even too, so none remains alone.
 */
export async function visits(wire: Wire, pid: number, task: VisitsTask): Promise<VisitsReport> {
  await visit(wire, 0, task);
  const before = moment(pid, 0);
  await visit(wire, task.visitors, task);
  const { perSecond, cpu } = rates(before, moment(pid, task.visitors / 2));
  return { perSecond, cpu };
}

/** Runs all visits, `atOnce` at a time. Addresses are numbered from `first`. */
async function visit(wire: Wire, first: number, { visitors, atOnce }: VisitsTask): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + visitors) await (await Peer.open(wire, next++, "second")).leave();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
