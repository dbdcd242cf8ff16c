/**
 * A real coturn with the configuration in deploy/turnserver.conf. Only the values that an operator has to replace are
 * replaced: addresses, ports, certificate and secret. That configuration writes no log, so whether coturn listens is
 * read from the system's socket tables, those of coturn's network namespace.
 */

import { createSocket } from "node:dgram";
import { join } from "node:path";
import { selfSigned } from "./certificate.ts";
import { filesIn, type FoundFile, TempFolder } from "./files.ts";
import { freePort } from "./free_port.ts";
import { waitUntil } from "./wait_until.ts";
import { isInstalled } from "./installed.ts";

/** The shared secret of every coturn in the tests. */
export const TURN_SECRET = "only-the-tests-know-this-secret";

export interface CoturnOptions {
  /** The address that it listens on and relays from. Defaults to the loopback address. */
  readonly address?: string;
  /** The same for IPv6. None by default. */
  readonly address6?: string;
  /** A command prefix that runs it in another network. */
  readonly under?: readonly string[];
  /** Lines to add to the configuration. */
  readonly more?: readonly string[];
  /** Whether it logs to standard output. The configuration disables the log. */
  readonly isLoud?: boolean;
}

/** Whether coturn is installed. In CI, a missing coturn is a failure. */
export function isCoturnThere(): Promise<boolean> {
  return isInstalled({
    name: "coturn",
    program: "turnserver",
    skipped: "the tests of relayed calls are skipped",
  });
}

/** A running coturn. */
export class Coturn implements AsyncDisposable {
  readonly address: string;
  readonly port: number;
  readonly tlsPort: number;
  /** The certificate that TLS clients have to trust, in PEM. It is for turn.example.org. */
  readonly certificate: string;
  /** What it writes to standard output and standard error. */
  readonly #output: Promise<string>;
  readonly #process: Deno.ChildProcess;
  readonly #folder: TempFolder;

  private constructor(
    folder: TempFolder,
    config: string,
    ports: [number, number],
    options: CoturnOptions,
  ) {
    const { address = LOOPBACK, under = [] } = options;
    this.#folder = folder;
    this.address = address;
    [this.port, this.tlsPort] = ports;
    this.certificate = Deno.readTextFileSync(join(folder.path, CERTIFICATE));
    const file = join(folder.path, CONFIGURATION);
    Deno.writeTextFileSync(file, config);
    const own = [`--pidfile=${join(folder.path, "pid")}`, `--userdb=${join(folder.path, "db")}`];
    const [command = "", ...args] = [...under, "turnserver", "-c", file, ...own];
    this.#process = new Deno.Command(command, {
      args,
      cwd: folder.path,
      stdout: "piped",
      stderr: "piped",
    })
      .spawn();
    const { stdout, stderr } = this.#process;
    this.#output = Promise.all([stdout, stderr].map((stream) => new Response(stream).text()))
      .then((texts) => texts.join(""));
  }

  /** Starts it, and waits until it accepts clients. */
  static async start(options: CoturnOptions = {}): Promise<Coturn> {
    const folder = new TempFolder();
    const ports: [number, number] = [await freePortOfBoth(), await freePortOfBoth()];
    const config = await configuration(folder.path, ports, options);
    const coturn = new Coturn(folder, config, ports, options);
    try {
      await waitUntil(() => coturn.#listens());
    } catch (error) {
      await coturn[Symbol.asyncDispose]();
      throw error;
    }
    return coturn;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** In the form of `--turn-url`. */
  get url(): string {
    return `turn:${this.address}:${this.port}?transport=udp`;
  }

  get urlOfTcp(): string {
    return `turn:${this.address}:${this.port}?transport=tcp`;
  }

  /** Stops it, and returns everything that it wrote. */
  async stop(): Promise<string> {
    try {
      this.#process.kill("SIGTERM");
    } catch {
      // It has already exited.
    }
    await this.#process.status;
    return await this.#output;
  }

  /** Every file that it created, without those that it was given. */
  async files(): Promise<FoundFile[]> {
    const files = await filesIn(this.#folder.path);
    return files.filter(({ path }) => !GIVEN.includes(path));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#folder[Symbol.asyncDispose]();
  }

  /** Whether both its ports are open for UDP and TCP. */
  async #listens(): Promise<boolean> {
    const table = async (protocol: string): Promise<string> =>
      await Deno.readTextFile(`/proc/${this.#process.pid}/net/${protocol}`);
    const tables = [await table("udp"), await table("tcp")];
    return [this.port, this.tlsPort].map(inHex).every((port) =>
      tables.every((sockets) => sockets.includes(`:${port} 00000000:0000`))
    );
  }
}

const LOOPBACK = "127.0.0.1";

const CONFIGURATION = "turnserver.conf";
const CERTIFICATE = "cert.pem";
const KEY = "key.pem";
const GIVEN = [CONFIGURATION, CERTIFICATE, KEY];

/** The lines of the configuration that disable the log. */
const SILENCE = ["log-file=/dev/null", "no-stdout-log"];

/**
 * The configuration in deploy/turnserver.conf for these addresses and ports. Writes certificate and key to the folder.
 */
async function configuration(
  folder: string,
  [port, tlsPort]: readonly [number, number],
  { address = LOOPBACK, address6, more = [], isLoud = false }: CoturnOptions,
): Promise<string> {
  const { cert, key } = selfSigned("turn.example.org");
  await Deno.writeTextFile(join(folder, CERTIFICATE), cert);
  await Deno.writeTextFile(join(folder, KEY), key);
  const replaced: Record<string, string> = {
    "listening-port": `${port}`,
    "tls-listening-port": `${tlsPort}`,
    cert: join(folder, CERTIFICATE),
    pkey: join(folder, KEY),
    "static-auth-secret": TURN_SECRET,
  };
  const file = new URL("../../deploy/turnserver.conf", import.meta.url);
  const shown = (await Deno.readTextFile(file)).trim().split("\n");
  const lines = shown.filter((line) => address6 !== undefined || !line.endsWith("=2001:db8::7"))
    .map((line) => line.replace("203.0.113.7", address).replace("2001:db8::7", address6 ?? ""))
    .map((line) => {
      const [name = ""] = line.split("=", 1);
      if (isLoud && SILENCE.includes(line)) return line === SILENCE[0] ? "log-file=stdout" : "";
      return Object.hasOwn(replaced, name) ? `${name}=${replaced[name]}` : line;
    });
  return [...lines, ...more, ""].join("\n");
}

/** A port as the system's socket tables show it. */
function inHex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, "0");
}

/** A port that is currently free for both UDP and TCP. */
async function freePortOfBoth(): Promise<number> {
  for (;;) {
    const port = freePort();
    if (await isFreeForUdp(port)) return port;
  }
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  const isBound = await new Promise<boolean>((resolve) => {
    socket.once("error", () => resolve(false));
    socket.bind(port, LOOPBACK, () => resolve(true));
  });
  await new Promise<void>((resolve) => socket.close(resolve));
  return isBound;
}
