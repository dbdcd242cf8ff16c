/** The servers that are measured, and how each is started and stopped. */

import { Program } from "../support/program.ts";
import { waitUntil } from "../support/wait_until.ts";
import { placed } from "./placement.ts";
import type { DialectName, Target } from "./task.ts";
import { PACKAGES, type Tool, type Workshop } from "./workshop.ts";

/** A running server, until it is disposed of. */
export interface Running extends AsyncDisposable {
  readonly target: Target;
}

/** A server that can be measured. */
export interface Contestant {
  readonly name: string;
  /** False for a variant that only speaks another dialect to the server of another row. */
  readonly isServer: boolean;
  start(): Promise<Running>;
}

/** A server that can't be measured here. */
export interface Absentee {
  readonly name: string;
  readonly reason: string;
}

/** Names that the goals refer to. */
export const NAMES = {
  node: "**ours** (`--listener=node`, the default)",
  deno: "**ours** (`--listener=deno`)",
  socketIo: `Socket.IO ${PACKAGES["socket.io"]} on Node, text`,
  socketIoBinary: `Socket.IO ${PACKAGES["socket.io"]} on Node, binary`,
  ws: `\`ws\` ${PACKAGES.ws} on Node`,
  bun: `Bun ${PACKAGES.bun}`,
  floor: "C and epoll, the floor",
} as const;

/** Our server, with each listener. */
export const OURS: readonly Contestant[] = [
  { name: NAMES.node, isServer: true, start: () => startOurs("node") },
  { name: NAMES.deno, isServer: true, start: () => startOurs("deno") },
];

/** All servers, in the order of the tables. */
export function contestants({ folder, node, bun, floor }: Workshop): (Contestant | Absentee)[] {
  const at = (file: string): string => new URL(file, import.meta.url).pathname;
  const [ws, socketIo, bunFile] = [
    at("relay_ws.mjs"),
    at("relay_socket_io.mjs"),
    at("relay_bun.mjs"),
  ];
  return [
    ...OURS,
    other(NAMES.socketIo, "socket.io text", node, [socketIo], folder),
    {
      ...other(NAMES.socketIoBinary, "socket.io binary", node, [socketIo], folder),
      isServer: false,
    },
    other(NAMES.ws, "plain", node, [ws], folder),
    other(NAMES.bun, "plain", bun, [bunFile], folder),
    other(NAMES.floor, "plain", floor, [], folder),
  ];
}

function other(
  name: string,
  dialect: DialectName,
  tool: Tool,
  args: readonly string[],
  folder: string,
): Contestant | Absentee {
  if (tool.kind === "missing") return { name, reason: tool.reason };
  const start = (): Promise<Running> => Relay.start([tool.path, ...args], folder, dialect);
  return { name, isServer: true, start };
}

/**
 * The program as `deno task start` starts it, but with another entry file. It trusts a proxy header, so that one
 * generator can use many addresses.
 */
async function startOurs(listener: "node" | "deno"): Promise<Running> {
  const program = await Program.startWith({
    args: ["--trust-proxy=1", "--proof-of-work=off", `--listener=${listener}`],
    under: await placed("server"),
    entry: "tests/bench/our_server.ts",
  });
  const target: Target = { dialect: "ours", port: program.port, pid: program.pid };
  return { target, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** A competing server, which prints its port. */
class Relay implements Running {
  readonly #process: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #dialect: DialectName;
  #printed = "";

  private constructor(process: Deno.ChildProcess, dialect: DialectName) {
    this.#process = process;
    this.#dialect = dialect;
    this.#reading = this.#read();
  }

  static async start(
    command: readonly string[],
    cwd: string,
    dialect: DialectName,
  ): Promise<Relay> {
    const [program = "", ...args] = [...await placed("server"), ...command];
    const process = new Deno.Command(program, { args, cwd, stdout: "piped" }).spawn();
    const relay = new Relay(process, dialect);
    await waitUntil(() => relay.target.port > 0);
    return relay;
  }

  get target(): Target {
    const port = Number(/listening (\d+)/.exec(this.#printed)?.[1]);
    return { dialect: this.#dialect, port, pid: this.#process.pid };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    await this.#reading;
  }

  async #read(): Promise<void> {
    for await (const text of this.#process.stdout.pipeThrough(new TextDecoderStream())) {
      this.#printed += text;
    }
  }
}
