/** Silent pairs: the memory that an idle connection needs. */

import { residentBytes } from "../support/process_memory.ts";
import { delay } from "../../server/base/timeout.ts";
import { Pairs } from "./pairs.ts";
import type { Wire } from "./peer.ts";
import type { CrowdReport, CrowdTask } from "./task.ts";

/** Measures a {@linkcode CrowdTask} on process `pid`, which must not have had any visits before. */
export async function crowd(wire: Wire, pid: number, task: CrowdTask): Promise<CrowdReport> {
  const empty = await residentBytes(pid);
  const pairs = await Pairs.open(wire, task.pairs);
  await delay(task.settle);
  const full = await residentBytes(pid);
  const connections = pairs.peers.length;
  return { connections, bytes: (full - empty) / connections, faults: pairs.faults };
}
