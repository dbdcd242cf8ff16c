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

/** A running Redis. */
export class Redis implements AsyncDisposable {
  readonly port: number;
  #process: Deno.ChildProcess;
  #password = "";
  readonly #watchers: Deno.ChildProcess[] = [];

  private constructor(port: number) {
    this.port = port;
    this.#process = run("redis-server", port);
  }

  /** Starts one and waits until it answers. */
  static async start(): Promise<Redis> {
    const redis = new Redis(freePort());
    await redis.#answers();
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
  }

  async #answers(): Promise<void> {
    await waitUntil(async () => (await this.ask("ping"))[0] === "PONG");
  }
}

function run(command: string, port: number, password = ""): Deno.ChildProcess {
  const args = [`--port`, `${port}`, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  if (password !== "") args.push("--requirepass", password);
  const output = { stdout: "null", stderr: "null" } as const;
  return new Deno.Command(command, { args: [...args, "--dir", "/tmp"], ...output }).spawn();
}
