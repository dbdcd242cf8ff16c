/**
 * The three ways in which a crowd is measured, since a process can have 20,000 descriptors here:
 *
 *   process      as many connections as one process can have; the visitors are in two others
 *   transports   100,000 sessions in one process, with everything but the kernel's sockets (`memory_network.ts`)
 *   cluster      100,000 connections to six nodes with one Redis; the visitors are in six others
 */

import { freePort } from "../support/free_port.ts";
import { Redis } from "../support/redis.ts";
import { FLAGS, GLIBC_TUNABLES } from "../../tools/compile.ts";
import { pinnedTo, withAllDescriptors } from "./cpu_pinning.ts";
import type { CrowdOrder, CrowdReport } from "./crowd.ts";
import { type Pause, pauseIn, TRACE_GC } from "./gc_trace.ts";
import { OrderedProcess } from "./orders.ts";
import type { ServerFigures, ServerOrder } from "./server_meter.ts";

export const WAYS = ["process", "transports", "cluster"] as const;
export type WayName = (typeof WAYS)[number];

/** How many connections a server accepts where descriptors are the limit. */
const MAX_CONNECTIONS = 19_500;

const NODES = 6;

/** The options of V8 that the program is started with. */
const V8_FLAGS = FLAGS.filter((flag) => flag.startsWith("--v8-flags="));

/** The size of a way. */
export interface WaySize {
  readonly people: number;
  /** The part of the rate of people at which messages are sent. Two cores can't do more. */
  readonly share: number;
}

/** A measured server. */
export interface MeasuredServer {
  ask(order: ServerOrder): Promise<ServerFigures>;
  /** The pauses of the garbage collector since the last call. */
  takePauses(): Pause[];
}

/** What happened when a server was told to stop. */
export interface Stop {
  /** How long it took, in milliseconds. */
  readonly ms: number;
  readonly figures: ServerFigures;
}

/** A crowd and its servers, until they are disposed of. */
export interface Way extends AsyncDisposable {
  readonly servers: readonly MeasuredServer[];
  readonly crowds: readonly { ask(order: CrowdOrder): Promise<CrowdReport> }[];
  /** Stops the first server the way SIGTERM does. */
  stop(): Promise<Stop>;
}

/** Starts a way. */
export function startWay(name: WayName, size: WaySize): Promise<Way> {
  switch (name) {
    case "process":
      return startServers(size, { nodes: 1, crowds: 2, isPinned: true });
    case "transports":
      return startInMemory(size);
    case "cluster":
      return startServers(size, { nodes: NODES, crowds: NODES, isPinned: false });
  }
}

/** The options of every server. A proof of work would cost the visitors more than everything else. */
function optionsOf(folder: string, maxConnections: number): string[] {
  return [
    ...["--host=127.0.0.1", "--proof-of-work=off", "--relay=off"],
    ...[`--max-connections=${maxConnections}`, `--data-dir=${folder}/data`],
    `--log-dir=${folder}/logs`,
  ];
}

/** A script of this folder as a process, whose output lines aren't kept in a buffer. */
async function start(
  script: string,
  args: readonly string[],
  onOutput?: (line: string) => void,
  core?: Parameters<typeof pinnedTo>[0],
): Promise<OrderedProcess> {
  const file = new URL(script, import.meta.url).pathname;
  const prefix = core === undefined ? withAllDescriptors : await pinnedTo(core);
  const flags = ["--no-check", "--no-prompt", "--allow-all", ...V8_FLAGS];
  const command = ["stdbuf", "-oL", Deno.execPath(), "run", ...flags, file, ...args];
  const env = onOutput === undefined ? {} : { ...TRACE_GC, GLIBC_TUNABLES };
  return new OrderedProcess([...prefix, ...command], onOutput, env);
}

/** A server in its own process. */
class ServerProcess implements MeasuredServer, AsyncDisposable {
  readonly process: OrderedProcess;
  #pauses: Pause[];

  private constructor(process: OrderedProcess, pauses: Pause[]) {
    this.process = process;
    this.#pauses = pauses;
  }

  static async start(
    script: string,
    args: readonly string[],
    core?: Parameters<typeof pinnedTo>[0],
  ): Promise<ServerProcess> {
    const pauses: Pause[] = [];
    const process = await start(script, args, (line) => {
      const pause = pauseIn(line);
      if (pause !== undefined) pauses.push(pause);
    }, core);
    await process.next();
    return new ServerProcess(process, pauses);
  }

  ask(order: ServerOrder): Promise<ServerFigures> {
    return this.process.ask(order);
  }

  takePauses(): Pause[] {
    return this.#pauses.splice(0);
  }

  /** Stops it with a signal. Its last answer is a report. */
  async stop(): Promise<Stop> {
    await this.ask({ kind: "figures" });
    const begin = performance.now();
    const last = this.process.next<ServerFigures>();
    await this.process.end("SIGTERM");
    return { ms: performance.now() - begin, figures: await last };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
  }
}

async function startServers(
  { people }: WaySize,
  { nodes, crowds, isPinned }: { nodes: number; crowds: number; isPinned: boolean },
): Promise<Way> {
  await using stack = new AsyncDisposableStack();
  const folder = await Deno.makeTempDir();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const ports = Array.from({ length: nodes }, freePort);
  const redis = nodes > 1 ? [`--redis-url=${stack.use(await Redis.start()).url}`] : [];
  const starting = ports.map(async (port, node) => {
    const args = [...optionsOf(`${folder}/${node}`, MAX_CONNECTIONS), ...redis, `--port=${port}`];
    return stack.use(
      await ServerProcess.start("crowd_server.ts", args, isPinned ? "server" : undefined),
    );
  });
  const servers = await Promise.all(starting);
  const each = Math.ceil(people / crowds);
  const loads = await Promise.all(Array.from({ length: crowds }, async (_, n) => {
    const args = [each, 2 * n * each, ...ports].map(String);
    const core = isPinned ? "generator" : undefined;
    return stack.use(await start("crowd_load.ts", args, undefined, core));
  }));
  const owned = stack.move();
  return {
    servers,
    crowds: loads.map((load) => ({ ask: (order) => load.ask(order) })),
    stop: () => servers[0]!.stop(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function startInMemory({ people }: WaySize): Promise<Way> {
  const folder = await Deno.makeTempDir();
  const args = [`${people}`, ...optionsOf(folder, people + 100)];
  const server = await ServerProcess.start("crowd_in_memory.ts", args);
  const { process } = server;
  const ask = (order: ServerOrder): Promise<ServerFigures> => process.ask({ server: order });
  return {
    servers: [{ ask, takePauses: () => server.takePauses() }],
    crowds: [{ ask: (order) => process.ask({ crowd: order }) }],
    stop: async () => {
      await ask({ kind: "figures" });
      const begin = performance.now();
      await process.ask({ stop: true });
      return { ms: performance.now() - begin, figures: await ask({ kind: "figures" }) };
    },
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}
