/** The machine and the programs of a run, in one sentence. Figures mean nothing without them. */

import { canPin } from "./placement.ts";
import type { Workshop } from "./workshop.ts";

/** Describes the conditions of a measurement. */
export async function describeMachine(
  { node, floor }: Workshop,
  date: Date,
  othersShare: number,
): Promise<string> {
  const programs = [
    `Deno ${Deno.version.deno}`,
    ...(node.kind === "there" ? [`Node ${node.version}`] : []),
    ...(floor.kind === "there" ? [`gcc ${floor.version}`] : []),
  ];
  const cores = navigator.hardwareConcurrency;
  const apart = await canPin() ? "a core each for server and generator" : "nothing kept apart";
  const day = date.toISOString().slice(0, 10);
  const system = `${await processor()}, ${cores} cores, ${Deno.build.os} ${Deno.osRelease()}`;
  const others = `other programs had ${(othersShare * 100).toFixed(0)} % of the machine meanwhile`;
  return `Measured on ${day}: ${system}; ${programs.join(", ")}; ${apart}; ${others}.`;
}

async function processor(): Promise<string> {
  const text = await Deno.readTextFile("/proc/cpuinfo");
  return /^model name\s*: (.*)$/m.exec(text)?.[1] ?? Deno.build.arch;
}
