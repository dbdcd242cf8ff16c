/**
 * The real program in a process of its own: started as `deno task start` starts it, without the build, or the executable
 * that `ANONYMOUS_CHAT_BIN` names.
 */

import { join, resolve } from "node:path";
import { FLAGS } from "../../tools/compile.ts";
import { until } from "./until.ts";

/** The executable to test, if one is named. */
export const BINARY = executable(Deno.env.get("ANONYMOUS_CHAT_BIN"));

function executable(path = ""): string | undefined {
  return path === "" ? undefined : resolve(path);
}

/** The command of the program or, with its permissions, of another entry. */
function commandOf(entry = "main.ts"): string[] {
  if (BINARY !== undefined) return [BINARY];
  return [Deno.execPath(), "run", ...FLAGS, entry];
}

/** How long a start may take; with twenty others at work on the same core, half a minute is too little. */
const START_SECONDS = 120;

/** What a program that has ended leaves. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end. */
export async function run(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ending> {
  const [executable = "", ...rest] = commandOf();
  const command = new Deno.Command(executable, { args: [...rest, ...args], env });
  const { code, stdout, stderr } = await command.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** How a program is started. */
export interface ProgramOptions {
  /** Of its command line, after those that every program here gets. */
  readonly args?: readonly string[];
  /** What is added to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What stands before the command: a tracer. */
  readonly under?: readonly string[];
  /** A folder that is there already; it is left behind. */
  readonly folder?: string;
  /** What is run in place of the start task, with everything that it is told. */
  readonly command?: readonly string[];
  /** What is run instead of `main.ts`, with the same permissions; not where an executable is tested. */
  readonly entry?: string;
  /** Leaves standard error unread. */
  readonly isUnread?: boolean;
}

/** A program at work, with folders of its own. */
export class Program implements AsyncDisposable {
  /** What it may write to: `data`, `logs` and `tmp` are in here. */
  readonly folder: string;
  readonly #keepsFolder: boolean;
  readonly #process: Deno.ChildProcess;
  readonly #stderr: ReadableStreamDefaultReader<string> | undefined;
  readonly #reading: Promise<void>;
  #hasEnded = false;
  /** Everything it has logged. */
  log = "";

  private constructor(
    { args = [], env = {}, under = [], folder, command, entry, isUnread = false }: ProgramOptions,
  ) {
    this.#keepsFolder = folder !== undefined;
    this.folder = folder ?? Deno.makeTempDirSync({ prefix: "anonymous-chat-" });
    const temporary = join(this.folder, "tmp");
    Deno.mkdirSync(temporary, { recursive: true });
    const folders = [`--data-dir=${this.dataFolder}`, `--log-dir=${this.logFolder}`];
    const options = ["--host=127.0.0.1", "--port=0", ...folders, ...args];
    const [executable = "", ...rest] = command ?? [...under, ...commandOf(entry), ...options];
    this.#process = new Deno.Command(executable, {
      args: rest,
      env: { ...env, TMPDIR: temporary },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    if (!isUnread) {
      this.#stderr = this.#process.stderr.pipeThrough(new TextDecoderStream()).getReader();
    }
    this.#reading = this.#read();
    this.#process.status.then(() => this.#hasEnded = true);
  }

  /** Starts the program on a port of the system's choice and waits until it listens. */
  static async start(...args: string[]): Promise<Program> {
    return await Program.startWith({ args });
  }

  static async startWith(options: ProgramOptions): Promise<Program> {
    const program = new Program(options);
    try {
      await until(() => program.#isListening(), START_SECONDS);
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
    return program;
  }

  /** Starts the program without waiting for anything. */
  static launch(options: ProgramOptions): Program {
    return new Program(options);
  }

  get pid(): number {
    return this.#process.pid;
  }

  get port(): number {
    return Number(/Listening on \S+:(\d+)\//.exec(this.log)?.[1]);
  }

  get http(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  get dataFolder(): string {
    return join(this.folder, "data");
  }

  get logFolder(): string {
    return join(this.folder, "logs");
  }

  /** The exit code, once it has ended. */
  get ended(): Promise<number> {
    return this.#process.status.then(({ code }) => code);
  }

  /** Sends a signal and waits for the end; the answer is the exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.#process.kill(signal);
    const { code } = await this.#process.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL").catch(() => {});
    if (!this.#keepsFolder) await Deno.remove(this.folder, { recursive: true });
  }

  /** Closes the reading end of its standard error, as a log collector that exits does. */
  async closeLog(): Promise<void> {
    await this.#stderr?.cancel();
    await this.#reading;
  }

  /** Throws when it can't be expected to listen any longer. */
  #isListening(): boolean {
    if (this.log.includes("Listening")) return true;
    if (this.#hasEnded) throw new Error(`Cannot go on: the program has ended: ${this.log}`);
    return false;
  }

  async #read(): Promise<void> {
    while (this.#stderr !== undefined) {
      const { done, value } = await this.#stderr.read();
      if (done) return;
      this.log += value;
    }
  }
}
