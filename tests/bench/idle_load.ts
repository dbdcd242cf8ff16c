/** Pairs that send nothing: the memory of an idle connection. */

import { residentBytes } from "../support/process_memory.ts";
import { delay } from "../../server/base/timeout.ts";
import { type Endpoint, Peer } from "./peer.ts";
import type { IdleReport, IdleTask } from "./task.ts";

/** How many connect at the same time, an even number. Partners are who comes next, which makes no difference here. */
const CONCURRENCY = 32;

/** Measures a {@linkcode IdleTask} on process `pid`, which must not have had any visits before. */
export async function idleLoad(
  endpoint: Endpoint,
  pid: number,
  task: IdleTask,
): Promise<IdleReport> {
  const empty = await residentBytes(pid);
  const peers = await open(endpoint, 2 * task.pairs);
  await delay(task.settle);
  const full = await residentBytes(pid);
  const connections = peers.length;
  const faults = peers.reduce((sum, { faults }) => sum + faults, 0);
  return { connections, bytes: (full - empty) / connections, faults };
}

/** Opens `count` connections, an even number, so that none remains alone. */
async function open(endpoint: Endpoint, count: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) peers.push(await Peer.open(endpoint, next++ >> 1, "second"));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return peers;
}
