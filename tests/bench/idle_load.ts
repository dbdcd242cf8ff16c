/** Pairs that send nothing: the memory of an idle connection. */

import { residentBytes } from "../support/process_memory.ts";
import { delay } from "../../server/base/timeout.ts";
import { Pairs } from "./pairs.ts";
import type { Endpoint } from "./peer.ts";
import type { IdleReport, IdleTask } from "./task.ts";

/** Measures a {@linkcode IdleTask} on process `pid`, which must not have had any visits before. */
export async function idleLoad(
  endpoint: Endpoint,
  pid: number,
  task: IdleTask,
): Promise<IdleReport> {
  const empty = await residentBytes(pid);
  const pairs = await Pairs.open(endpoint, task.pairs);
  await delay(task.settle);
  const full = await residentBytes(pid);
  const connections = pairs.peers.length;
  return { connections, bytes: (full - empty) / connections, faults: pairs.faults };
}
