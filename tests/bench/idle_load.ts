/** Pairs that send nothing: the memory of an idle connection. */

import { residentBytes } from "../support/process_memory.ts";
import { delay } from "../../server/base/timeout.ts";
import { type Endpoint, Peer } from "./peer.ts";
import type { IdleReport, IdleTask } from "./task.ts";

/** How many connect at the same time, an even number. Partners are who comes next, which makes no difference here. */
const CONCURRENCY = 32;

/**
 * Measures a {@linkcode IdleTask} on process `pid`, which must not have had any visits before. What a process needs once
 * (compiled code, buffers that it keeps) comes with the first connections and is not counted as theirs.
 */
export async function idleLoad(
  endpoint: Endpoint,
  pid: number,
  { pairs, before, settle }: IdleTask,
): Promise<IdleReport> {
  const first = await open(endpoint, 0, 2 * before);
  await delay(settle);
  const few = await residentBytes(pid);
  const others = await open(endpoint, first.length, 2 * pairs);
  await delay(settle);
  const many = await residentBytes(pid);
  const connections = others.length;
  const faults = [...first, ...others].reduce((sum, { faults }) => sum + faults, 0);
  return { connections, bytes: (many - few) / connections, faults };
}

/** Opens `count` connections, an even number, so that none remains alone. Addresses are numbered from `from`. */
async function open(endpoint: Endpoint, from: number, count: number): Promise<Peer[]> {
  const peers: Peer[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) peers.push(await Peer.open(endpoint, from + next++ >> 1, "second"));
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, lane));
  return peers;
}
