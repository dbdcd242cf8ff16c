/** A real Redis on its own port, configured as docs/cluster.md says. It stores nothing on disk. */

import { freePort } from "./free_port.ts";
import { isInstalled } from "./installed.ts";
import { waitUntil } from "./wait_until.ts";

/** Whether Redis is installed. In CI, a missing Redis is a failure. */
export function isRedisThere(): Promise<boolean> {
  return isInstalled({
    name: "redis-server",
    skipped: "the tests of several machines are skipped",
  });
}

/** What a Redis Cluster says once all slots are served. */
const STATE_OK = "cluster_state:ok";

/** A running Redis. */
export class Redis implements AsyncDisposable {
  readonly port: number;
  #process: Deno.ChildProcess;
  #password = "";
  /** A file that it writes. */
  #file: string | undefined;
  readonly #watchers: Deno.ChildProcess[] = [];

  private constructor(port: number, ...more: readonly string[]) {
    this.port = port;
    this.#process = run("redis-server", port, "", more);
  }

  /** Starts one and waits until it answers. */
  static async start(): Promise<Redis> {
    const redis = new Redis(freePort());
    await redis.#answers();
    return redis;
  }

  /** Starts a Redis Cluster of a single server, which has all slots. */
  static async startCluster(): Promise<Redis> {
    const port = freePort();
    const nodes = `/tmp/redis-nodes-${port}.conf`;
    const bus = ["--cluster-port", `${freePort()}`]; // By default, one that the system assigns.
    const files = ["--cluster-config-file", nodes];
    const redis = new Redis(port, "--cluster-enabled", "yes", ...bus, ...files);
    redis.#file = nodes;
    await redis.#answers();
    await redis.ask("cluster", "addslotsrange", "0", "16383");
    await waitUntil(async () => (await redis.ask("cluster", "info"))[0]?.trim() === STATE_OK);
    return redis;
  }

  get pid(): number {
    return this.#process.pid;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
  }

  /** Starts it again, possibly with a password. All data is lost. */
  async restart(password = ""): Promise<void> {
    this.#password = password;
    this.#process = run("redis-server", this.port, password);
    await this.#answers();
  }

  /** Freezes it, as swapping can, or lets it continue. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#process.kill(signal);
  }

  /** The output of a `redis-cli` command, one entry per line. */
  async ask(...command: string[]): Promise<string[]> {
    const args = ["-p", `${this.port}`, ...command];
    const env: Record<string, string> = this.#password === ""
      ? {}
      : { REDISCLI_AUTH: this.#password };
    const { stdout } = await new Deno.Command("redis-cli", { args, env, stderr: "null" }).output();
    return new TextDecoder().decode(stdout).split("\n").filter(Boolean);
  }

  /** Records every command that it receives from now on (MONITOR). The returned function returns the recording. */
  async monitor(): Promise<() => string> {
    const args = ["-p", `${this.port}`, "monitor"];
    const watcher = new Deno.Command("redis-cli", { args, stdout: "piped", stderr: "null" })
      .spawn();
    this.#watchers.push(watcher);
    let heard = "";
    const decoder = new TextDecoder("latin1");
    const listening = new WritableStream<Uint8Array>({
      write: (bytes) => void (heard += decoder.decode(bytes)),
    });
    watcher.stdout.pipeTo(listening).catch(() => {});
    await waitUntil(() => heard.startsWith("OK"));
    return () => heard;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const watcher of this.#watchers) {
      watcher.kill("SIGKILL");
      await watcher.status;
    }
    await this.kill().catch(() => {}); // A test may have killed it already.
    if (this.#file !== undefined) await Deno.remove(this.#file);
  }

  async #answers(): Promise<void> {
    const own = `process_id:${this.#process.pid}`; // Another process could have taken the port.
    await waitUntil(async () => {
      const lines = await this.ask("info", "server");
      return lines.some((line) => line.trim() === own);
    });
  }
}

function run(
  command: string,
  port: number,
  password = "",
  more: readonly string[] = [],
): Deno.ChildProcess {
  const args = [`--port`, `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  if (password !== "") args.push("--requirepass", password);
  const output = { stdout: "null", stderr: "null" } as const;
  return new Deno.Command(command, { args: [...args, ...more, "--dir", "/tmp"], ...output })
    .spawn();
}
