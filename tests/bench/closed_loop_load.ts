/**
 * A closed loop: each pair has a fixed number of messages in flight. Measures how many messages a server delivers per
 * second, and the processor time of each.
 */

import { delay } from "../../server/base/timeout.ts";
import { rates, sample } from "./cpu_cost.ts";
import { Pairs } from "./pairs.ts";
import type { Endpoint } from "./peer.ts";
import type { ClosedLoopReport, ClosedLoopTask } from "./task.ts";

/** Measures a {@linkcode ClosedLoopTask} on process `pid`. */
export async function closedLoopLoad(
  endpoint: Endpoint,
  pid: number,
  task: ClosedLoopTask,
): Promise<ClosedLoopReport> {
  const pairs = await Pairs.open(endpoint, task.pairs);
  let running = true;
  for (const peer of pairs.peers) peer.onDelivered = (count) => running && peer.send(count);
  pairs.peers.forEach((peer, index) => index % 2 === 0 && peer.send(task.depth));
  await delay(task.warmUp);
  const before = sample(pid, pairs.delivered);
  await delay(task.duration);
  const after = sample(pid, pairs.delivered);
  running = false;
  const delivery = await pairs.drain();
  await pairs.leave();
  return { ...delivery, ...rates(before, after) };
}
