/** Messages sent as fast as they come back: how many a server delivers per second, and the cost of each. */

import { delay } from "../../server/base/timeout.ts";
import { moment, rates } from "./expense.ts";
import { Pairs } from "./pairs.ts";
import type { Wire } from "./peer.ts";
import type { FloodReport, FloodTask } from "./task.ts";

/** Measures a {@linkcode FloodTask} on process `pid`. */
export async function flood(wire: Wire, pid: number, task: FloodTask): Promise<FloodReport> {
  const pairs = await Pairs.open(wire, task.pairs);
  let running = true;
  for (const peer of pairs.peers) peer.arrived = (count) => running && peer.send(count);
  pairs.peers.forEach((peer, index) => index % 2 === 0 && peer.send(task.depth));
  await delay(task.warmUp);
  const before = moment(pid, pairs.delivered);
  await delay(task.duration);
  const after = moment(pid, pairs.delivered);
  running = false;
  const delivery = await pairs.drain();
  await pairs.leave();
  return { ...delivery, ...rates(before, after) };
}
