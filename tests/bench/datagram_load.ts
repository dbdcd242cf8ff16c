/** Runs `datagram_load.c`, the generator of media by UDP, on the core of the generator. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallEnd } from "./call_setup.ts";
import { firstLine, pinnedTo } from "./cpu_pinning.ts";
import { type Figures, medians } from "./medians.ts";

/** What is sent. `perSecond` and `window` count the packets of all sockets together. */
export type DatagramTask =
  & {
    /** Of the data in each packet, or what a call of 1.2 Mbit/s sends. */
    readonly bytes: number | "mix";
    /** In seconds. */
    readonly warmUp: number;
    /** How many periods of half a second are measured. */
    readonly periods: number;
  }
  & (
    | { readonly kind: "paced" | "garbage"; readonly perSecond: number }
    | { readonly kind: "closed"; readonly window: number }
  );

/** What has arrived in one period, or the median of several. */
export interface DatagramReport extends Figures {
  readonly sent: number;
  readonly delivered: number;
  /** Packets that arrived at the wrong client. */
  readonly faults: number;
  readonly seconds: number;
  /** Processor time of the relay and of the generator, in milliseconds. */
  readonly cpuMs: number;
  readonly generatorMs: number;
  /** Quantiles of the way from one client to the other, in milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
  /** How long the relay and the generator waited for their cores. */
  readonly waitedMs: number;
}

/** The share of periods that are used: those in which other programs interfered least. */
const QUIET_SHARE = 1 / 4;

/** Compiles the generator. Returns its path, or `undefined` if that is not possible. */
export async function compileDatagramLoad(): Promise<string | undefined> {
  const folder = join(tmpdir(), "anonymous-chat-bench");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, "datagram_load");
  const source = new URL("datagram_load.c", import.meta.url).pathname;
  return await firstLine("gcc", "-O2", "-o", path, source) === undefined ? undefined : path;
}

/** Performs a task from the ends of calls. Returns the medians of the periods that were disturbed least. */
export async function datagramLoad(
  generator: string,
  relay: { readonly port: number; readonly pid: number },
  ends: readonly CallEnd[],
  task: DatagramTask,
): Promise<DatagramReport> {
  const { kind, warmUp, periods, bytes } = task;
  const value = task.kind === "closed" ? task.window : task.perSecond;
  const all = [kind, relay.port, relay.pid, warmUp, periods, bytes, value].map(String);
  const [command = "", ...args] = [...await pinnedTo("generator"), generator, ...all];
  const process = new Deno.Command(command, { args, stdin: "piped", stdout: "piped" }).spawn();
  const lines = ends.map((end) =>
    `${end.address} ${end.port} ${end.channel} ${end.peer} ${end.peerPort}\n`
  );
  const input = process.stdin.getWriter();
  await input.write(new TextEncoder().encode(lines.join("")));
  await input.close();
  const { success, stdout } = await process.output();
  if (!success) throw new Error(`Cannot measure: the generator failed`);
  const reports: DatagramReport[] = new TextDecoder().decode(stdout).trim().split("\n")
    .map((line) => JSON.parse(line));
  return medians(quietest(reports));
}

function quietest(reports: readonly DatagramReport[]): DatagramReport[] {
  const sorted = reports.toSorted((a, b) => a.waitedMs - b.waitedMs);
  return sorted.slice(0, Math.ceil(reports.length * QUIET_SHARE));
}
