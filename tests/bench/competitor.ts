/** The servers in the comparison, ours included, and how each is started and stopped. */

import { FLAGS, GLIBC_TUNABLES } from "../../tools/compile.ts";
import { PrintingProcess } from "../support/printing_process.ts";
import { Program } from "../support/program.ts";
import { waitUntil } from "../support/wait_until.ts";
import { pinnedTo } from "./cpu_pinning.ts";
import type { ProtocolName, Target } from "./task.ts";
import { type Installation, PACKAGES, type Tool } from "./competitor_install.ts";

/** A running server, until it is disposed of. */
export interface RunningServer extends AsyncDisposable {
  readonly target: Target;
}

/** A server in the comparison. */
export interface Competitor {
  readonly name: string;
  /** False for a variant that only measures the server of another row over another protocol. */
  readonly isServer: boolean;
  start(): Promise<RunningServer>;
}

/** A server that can't be measured here. */
export interface Unavailable {
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
  runtime: "Deno and `node:net`, bare relay",
  floor: "C and epoll, lower bound",
} as const;

/** The runtime with the flags of our server. */
const ENV: Tool = { kind: "installed", path: "env", version: "" };
const LIKE_OURS = [`GLIBC_TUNABLES=${GLIBC_TUNABLES}`, Deno.execPath(), "run", ...FLAGS];

/** The files of a certificate and its key, in PEM. */
export interface KeyFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Our server, with each listener. */
export const OURS: readonly Competitor[] = [
  { name: NAMES.node, isServer: true, start: () => startOurs("node") },
  { name: NAMES.deno, isServer: true, start: () => startOurs("deno") },
];

/** Our server over TLS. */
export function oursOverTls(keys: KeyFiles): (Competitor | Unavailable)[] {
  return [
    { name: NAMES.node, isServer: true, start: () => startOurs("node", keys) },
    { name: NAMES.deno, reason: "this listener has no TLS" },
  ];
}

/** All servers, in the order of the tables. With key files, over TLS. */
export function competitors(
  { folder, node, bun, floor, tlsFloor }: Installation,
  keys?: KeyFiles,
): (Competitor | Unavailable)[] {
  const at = (file: string): string => new URL(file, import.meta.url).pathname;
  const [ws = "", socketIo = "", bunFile = "", denoFile = ""] = ["ws", "socket_io", "bun", "deno"]
    .map((name) => at(`relay_${name}.mjs`));
  const other = (
    name: string,
    protocol: ProtocolName,
    tool: Tool,
    ...args: readonly string[]
  ): Competitor | Unavailable => {
    if (tool.kind === "missing") return { name, reason: tool.reason };
    const command = [tool.path, ...args, ...keys ? [keys.certFile, keys.keyFile] : []];
    const start = (): Promise<RunningServer> =>
      Relay.start(command, folder, { protocol, isTls: keys !== undefined });
    return { name, isServer: true, start };
  };
  return [
    ...keys ? oursOverTls(keys) : OURS,
    other(NAMES.socketIo, "socket.io text", node, socketIo),
    { ...other(NAMES.socketIoBinary, "socket.io binary", node, socketIo), isServer: false },
    other(NAMES.ws, "plain", node, ws),
    other(NAMES.bun, "plain", bun, bunFile),
    other(NAMES.runtime, "plain", ENV, ...LIKE_OURS, denoFile),
    other(NAMES.floor, "plain", keys ? tlsFloor : floor),
  ];
}

/**
 * The program as `deno task start` starts it, but with another entry file. It trusts a proxy header, so that one
 * generator can use many addresses.
 */
async function startOurs(listener: "node" | "deno", keys?: KeyFiles): Promise<RunningServer> {
  const tls = keys ? [`--tls-cert=${keys.certFile}`, `--tls-key=${keys.keyFile}`] : [];
  const program = await Program.startWith({
    args: ["--trust-proxy=1", "--proof-of-work=off", `--listener=${listener}`, ...tls],
    under: await pinnedTo("server"),
    entry: "tests/bench/our_server.ts",
  });
  const { port, pid } = program;
  const target: Target = { protocol: "ours", port, pid, isTls: keys !== undefined };
  return { target, [Symbol.asyncDispose]: () => program[Symbol.asyncDispose]() };
}

/** A competing server, which prints its port. */
class Relay implements RunningServer {
  readonly #process: PrintingProcess;
  readonly #form: Pick<Target, "protocol" | "isTls">;

  private constructor(process: PrintingProcess, form: Pick<Target, "protocol" | "isTls">) {
    this.#process = process;
    this.#form = form;
  }

  static async start(
    command: readonly string[],
    cwd: string,
    form: Pick<Target, "protocol" | "isTls">,
  ): Promise<Relay> {
    const process = new PrintingProcess([...await pinnedTo("server"), ...command], { cwd });
    const relay = new Relay(process, form);
    await waitUntil(() => relay.target.port > 0);
    return relay;
  }

  get target(): Target {
    const { printed, pid } = this.#process;
    return { ...this.#form, port: Number(/listening (\d+)/.exec(printed)?.[1]), pid };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#process[Symbol.asyncDispose]();
  }
}
