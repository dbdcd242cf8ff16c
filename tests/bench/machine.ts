/** The machine and the programs of a run, in one sentence. Figures mean nothing without them. */

import { canPin } from "./cpu_pinning.ts";
import type { Installation, Tool } from "./competitor_install.ts";

/** Describes the conditions of a measurement. `placement` says which program had which core. */
export async function describeMachine(
  installation: Pick<Installation, "node" | "floor"> | undefined,
  date: Date,
  othersShare: number,
  placement?: string,
): Promise<string> {
  const programs = [
    `Deno ${Deno.version.deno}`,
    ...versionOf("Node", installation?.node),
    ...versionOf("gcc", installation?.floor),
  ];
  const cores = navigator.hardwareConcurrency;
  placement ??= await canPin()
    ? "one core each for the server and the load generator"
    : "the server and the load generator share cores";
  const day = date.toISOString().slice(0, 10);
  const system = `${await processor()}, ${cores} cores, ${Deno.build.os} ${Deno.osRelease()}`;
  const share = (othersShare * 100).toFixed(0);
  const others = `other programs used ${share}% of the machine during the run`;
  return `Measured on ${day}: ${system}; ${programs.join(", ")}; ${placement}; ${others}.`;
}

function versionOf(name: string, tool: Tool | undefined): string[] {
  return tool?.kind === "installed" ? [`${name} ${tool.version}`] : [];
}

async function processor(): Promise<string> {
  const text = await Deno.readTextFile("/proc/cpuinfo");
  return /^model name\s*: (.*)$/m.exec(text)?.[1] ?? Deno.build.arch;
}
