/** Runs `datagram_load.c`, the generator of media by UDP, on the core of the generator. */

import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallEnd } from "./call_setup.ts";
import { firstLine, pinnedTo } from "./cpu_pinning.ts";

/** What is sent. `perSecond` and `window` count the packets of all sockets together. */
export type DatagramTask =
  & {
    /** Of the data in each packet, or what a call of 1.2 Mbit/s sends. */
    readonly bytes: number | "mix";
    /** In seconds. */
    readonly warmUp: number;
    readonly seconds: number;
  }
  & (
    | { readonly kind: "paced" | "garbage"; readonly perSecond: number }
    | { readonly kind: "closed"; readonly window: number }
  );

/** What has arrived. */
export interface DatagramReport {
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
}

/** Compiles the generator. Returns its path, or `undefined` if that is not possible. */
export async function compileDatagramLoad(): Promise<string | undefined> {
  const folder = join(tmpdir(), "anonymous-chat-bench");
  await Deno.mkdir(folder, { recursive: true });
  const path = join(folder, "datagram_load");
  const source = new URL("datagram_load.c", import.meta.url).pathname;
  return await firstLine("gcc", "-O2", "-o", path, source) === undefined ? undefined : path;
}

/** Performs a task from the ends of calls. */
export async function datagramLoad(
  generator: string,
  relay: { readonly port: number; readonly pid: number },
  ends: readonly CallEnd[],
  task: DatagramTask,
): Promise<DatagramReport> {
  const { kind, warmUp, seconds, bytes } = task;
  const value = task.kind === "closed" ? task.window : task.perSecond;
  const all = [kind, relay.port, relay.pid, warmUp, seconds, bytes, value].map(String);
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
  return JSON.parse(new TextDecoder().decode(stdout));
}
