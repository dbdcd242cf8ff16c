/** Visitors who come, are paired and go at once: everything that happens to a session but its messages. */

import { moment, rates } from "./expense.ts";
import { Peer, type Wire } from "./peer.ts";
import type { VisitsReport, VisitsTask } from "./task.ts";

/**
 * Measures a {@linkcode VisitsTask} on process `pid`, after as many who only warm it up. Whoever waits is paired with
 * whoever comes, so nobody is left: of an even number, an even number has not been paired yet.
 */
export async function visits(wire: Wire, pid: number, task: VisitsTask): Promise<VisitsReport> {
  await visit(wire, 0, task);
  const before = moment(pid, 0);
  await visit(wire, task.visitors, task);
  const { perSecond, cpu } = rates(before, moment(pid, task.visitors / 2));
  return { perSecond, cpu };
}

/** Lets everybody come, so many at once; addresses are numbered from `first` on. */
async function visit(wire: Wire, first: number, { visitors, atOnce }: VisitsTask): Promise<void> {
  let next = first;
  const lane = async (): Promise<void> => {
    while (next < first + visitors) await (await Peer.open(wire, next++, "second")).leave();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
