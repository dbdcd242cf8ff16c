/** Visitors who come, are paired and go at once: everything that happens to a session but its messages. */

import { moment, rates } from "./expense.ts";
import { Peer, type Wire } from "./peer.ts";
import type { VisitsReport, VisitsTask } from "./task.ts";

/**
 * Measures a {@linkcode VisitsTask} on process `pid`. Whoever waits is paired with whoever comes, so nobody is left: of an
 * even number, an even number has not been paired yet.
 */
export async function visits(wire: Wire, pid: number, task: VisitsTask): Promise<VisitsReport> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < task.visitors) await (await Peer.open(wire, next++, "second")).leave();
  };
  const before = moment(pid, 0);
  await Promise.all(Array.from({ length: task.atOnce }, lane));
  const { perSecond, cpu } = rates(before, moment(pid, task.visitors / 2));
  return { perSecond, cpu };
}
