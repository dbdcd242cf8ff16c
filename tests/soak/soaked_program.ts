/** The program as a process, with every file that an operator can give it, and the questions that monitoring asks. */

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { CertificateFiles } from "../support/certificate_files.ts";
import { Program } from "../support/program.ts";
import { Redis } from "../support/redis.ts";
import { waitUntil } from "../support/wait_until.ts";

/** What the program runs with. */
export interface Surroundings {
  /** Whether it terminates TLS. */
  readonly tls: boolean;
  /** Whether it is a node of a cluster. */
  readonly redis: boolean;
}

/** How long a request of the monitoring may take, in milliseconds. */
const ANSWER_TIME = 5_000;

/** How long after a fault the program may report that something doesn't work, in seconds. */
const RECOVERY_SECONDS = 30;

const METRICS_TOKEN = "a-token-of-the-soak-test";

const ARGS = [
  "--trust-proxy=1",
  "--proof-of-work=off",
  "--max-connections-per-address=1000",
  "--report-threshold=100",
  "--ip-retention-seconds=20",
  `--metrics-token=${METRICS_TOKEN}`,
];

/** The program, and what is around it. */
export class SoakedProgram implements AsyncDisposable {
  readonly program: Program;
  readonly certificate: CertificateFiles | undefined;
  readonly redis: Redis | undefined;
  readonly #client: Deno.HttpClient;

  private constructor(
    program: Program,
    certificate: CertificateFiles | undefined,
    redis: Redis | undefined,
  ) {
    this.program = program;
    this.certificate = certificate;
    this.redis = redis;
    this.#client = Deno.createHttpClient({
      poolMaxIdlePerHost: 0,
      ...certificate === undefined ? {} : { caCerts: [certificate.cert] },
    });
  }

  /** Starts the program in a folder, which is kept. */
  static async start(folder: string, { tls, redis }: Surroundings): Promise<SoakedProgram> {
    const certificate = tls ? new CertificateFiles() : undefined;
    const store = redis ? await Redis.start() : undefined;
    const files = ["deny", "announcement"].map((name) => `--${name}-file=${join(folder, name)}`);
    for (const name of ["deny", "announcement"]) Deno.writeTextFileSync(join(folder, name), "");
    const program = await Program.startWith({
      folder,
      args: [
        ...ARGS,
        ...files,
        ...certificate?.args ?? [],
        ...store === undefined ? [] : [`--redis-url=${store.url}`],
      ],
    });
    return new SoakedProgram(program, certificate, store);
  }

  get pid(): number {
    return this.program.pid;
  }

  get url(): string {
    return `${this.certificate === undefined ? "http" : "https"}://127.0.0.1:${this.program.port}`;
  }

  get socketUrl(): string {
    return `${this.url.replace("http", "ws")}/ws`;
  }

  /** Replaces a file of the operator in one step, as editors do. */
  replace(name: "deny" | "announcement", content: string): void {
    const path = join(this.program.folder, name);
    Deno.writeTextFileSync(`${path}.new`, content);
    Deno.renameSync(`${path}.new`, path);
  }

  /** Tells the program to read the files of the operator again. */
  hangUp(): void {
    Deno.kill(this.pid, "SIGHUP");
  }

  /** A connection for what no library would send. Its errors are ignored: it always emits `close`. */
  async connect(): Promise<Socket> {
    const to = { host: "127.0.0.1", port: this.program.port };
    const isPlain = this.certificate === undefined;
    const socket = isPlain ? connect(to) : connectTls({ ...to, rejectUnauthorized: false });
    await once(socket, isPlain ? "connect" : "secureConnect");
    return socket.on("error", () => {});
  }

  /** The text of a page. */
  async get(path: string, headers: Record<string, string> = {}): Promise<string> {
    const response = await fetch(this.url + path, {
      ...{ client: this.#client, headers },
      signal: AbortSignal.timeout(ANSWER_TIME),
    });
    return await response.text();
  }

  /** The answer of `/healthz`: the status, and what is failing. "no answer" if it takes too long. */
  async health(): Promise<string> {
    try {
      const { status, failing } = JSON.parse(await this.get("/healthz"));
      return [status, ...failing].join(" ");
    } catch {
      return "no answer";
    }
  }

  /** Waits until `/healthz` reports this. */
  async reports(health: string, seconds = RECOVERY_SECONDS): Promise<void> {
    let last = "";
    const isReported = async (): Promise<boolean> => (last = await this.health()) === health;
    await waitUntil(isReported, seconds).catch(() => {
      throw new Error(`health is "${last}" and not "${health}" within ${seconds} s`);
    });
  }

  /** Every metric, by name and label, without the prefix. */
  async metrics(): Promise<Map<string, number>> {
    const text = await this.get("/metrics", { authorization: `Bearer ${METRICS_TOKEN}` });
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(lines.map((line) => {
      const [, name = "", value] = /^(?:anonymous_chat_)?(.*) (\S+)$/.exec(line) ?? [];
      return [name, Number(value)];
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.close();
    await this.program[Symbol.asyncDispose]();
    await this.redis?.[Symbol.asyncDispose]();
    await this.certificate?.[Symbol.asyncDispose]();
  }
}
