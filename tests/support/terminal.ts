/** A command in a pseudo-terminal, with `script` of util-linux, which every Debian system has. */

import { succeeds } from "./installed.ts";

/** Whether `script` can open a terminal here. */
export async function hasTerminal(): Promise<boolean> {
  return await succeeds("script", ["--version"]) === true;
}

/** The key that makes the terminal send SIGINT to all of its processes. */
const CTRL_C = Uint8Array.of(3);

/** A command that was started from a terminal. */
export class Terminal implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #keys: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  /** Everything that the terminal has shown. */
  shown = "";

  constructor(
    command: string,
    options: { readonly cwd: string; readonly env?: Record<string, string> },
  ) {
    this.#process = new Deno.Command("script", {
      args: ["--quiet", "--flush", "--return", "--command", command, "/dev/null"],
      ...options,
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#keys = this.#process.stdin.getWriter();
    this.#reading = this.#read();
  }

  async pressCtrlC(): Promise<void> {
    await this.#keys.write(CTRL_C);
  }

  /** Closes the terminal, as when its window is closed or its network connection ends. */
  close(): void {
    this.#process.kill("SIGKILL");
  }

  /** The exit code, once the command has ended. */
  get ended(): Promise<number> {
    return this.#process.status.then(({ code }) => code);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGTERM"); // `script` passes it on, as a hangup.
    } catch {
      // It has ended.
    }
    await this.#process.status;
    await this.#keys.close().catch(() => {});
    await this.#reading;
  }

  async #read(): Promise<void> {
    const text = this.#process.stdout.pipeThrough(new TextDecoderStream());
    for await (const part of text) this.shown += part;
  }
}
