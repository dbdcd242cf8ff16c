/**
 * The real program as a separate process: started like `deno task start`, without the build, or as the executable that
 * `ANONYMOUS_CHAT_BIN` names.
 */

import { join, resolve } from "node:path";
import { FLAGS, GLIBC_TUNABLES } from "../../tools/compile.ts";
import { waitUntil } from "./wait_until.ts";

/** The executable to test, if any. */
export const BINARY = executable(Deno.env.get("ANONYMOUS_CHAT_BIN"));

function executable(path = ""): string | undefined {
  return path === "" ? undefined : resolve(path);
}

/** The command that starts the program, or another entry point with the program's permissions. */
function commandOf(entry = "main.ts"): string[] {
  if (BINARY !== undefined) return [BINARY];
  return [Deno.execPath(), "run", ...FLAGS, entry];
}

/** The time limit for a start. Half a minute is too little when twenty other processes use the same core. */
const START_SECONDS = 120;

/** Waits until a program whose log can't be read listens at a port. */
export async function listening(port: number): Promise<void> {
  const answers = (): Promise<boolean> =>
    fetch(`http://127.0.0.1:${port}/healthz`).then(() => true, () => false);
  await waitUntil(answers, START_SECONDS);
}

/** The result of a program that has exited. */
export interface Ending {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program until it exits, `under` a command such as a tracer. */
export async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  under: readonly string[] = [],
): Promise<Ending> {
  const [executable = "", ...rest] = [...under, ...commandOf()];
  const command = new Deno.Command(executable, {
    args: [...rest, ...args],
    env: { GLIBC_TUNABLES, ...env },
  });
  const { code, stdout, stderr } = await command.output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Arguments, preceded by those defaults that they don't override. An option may be given only once. */
export function withDefaults(args: readonly string[], defaults: readonly string[]): string[] {
  const nameOf = (arg: string): string => arg.replace(/=.*/s, "");
  const given = args.map(nameOf);
  return [...defaults.filter((one) => !given.includes(nameOf(one))), ...args];
}

export interface ProgramOptions {
  /** Command-line arguments, after those that every program gets here. */
  readonly args?: readonly string[];
  /** Additional environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command prefix, such as a tracer. */
  readonly under?: readonly string[];
  /** An existing folder to use. It is kept afterwards. */
  readonly folder?: string;
  /** A complete command to run instead of the start task. */
  readonly command?: readonly string[];
  /** An entry point to run instead of `main.ts`, with the same permissions. Ignored when an executable is tested. */
  readonly entry?: string;
  /** Leaves standard error unread. */
  readonly isUnread?: boolean;
}

/** A running program with its own folders. */
export class Program implements AsyncDisposable {
  /** The folder it may write to, with `data`, `logs` and `tmp` in it. */
  readonly folder: string;
  readonly #keepsFolder: boolean;
  readonly #process: Deno.ChildProcess;
  readonly #stderr: ReadableStreamDefaultReader<string> | undefined;
  readonly #reading: Promise<void>;
  #hasEnded = false;
  /** While its log is not read: resolves when reading continues. */
  #pause: Promise<void> | undefined;
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
    const options = withDefaults(args, ["--host=127.0.0.1", "--port=0", ...folders]);
    const [executable = "", ...rest] = command ?? [...under, ...commandOf(entry), ...options];
    this.#process = new Deno.Command(executable, {
      args: rest,
      env: { GLIBC_TUNABLES, ...env, TMPDIR: temporary },
      stdout: "null",
      stderr: "piped",
    }).spawn();
    if (!isUnread) {
      this.#stderr = this.#process.stderr.pipeThrough(new TextDecoderStream()).getReader();
    }
    this.#reading = this.#read();
    this.#process.status.then(() => this.#hasEnded = true);
  }

  /** Starts the program on a port that the system chooses, and waits until it listens. */
  static async start(...args: string[]): Promise<Program> {
    return await Program.startWith({ args });
  }

  static async startWith(options: ProgramOptions): Promise<Program> {
    const program = new Program(options);
    try {
      await waitUntil(() => program.#isListening(), START_SECONDS);
    } catch (error) {
      await program[Symbol.asyncDispose]();
      throw error;
    }
    return program;
  }

  /** Starts the program without waiting. */
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

  /** Sends a signal, waits until the program exits, and returns its exit code. */
  async stop(signal: Deno.Signal = "SIGTERM"): Promise<number> {
    this.#process.kill(signal);
    const { code } = await this.#process.status;
    await this.#reading;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL").catch(() => {}); // It may have exited already.
    if (!this.#keepsFolder) await Deno.remove(this.folder, { recursive: true });
  }

  /** Closes the reading end of its standard error, as a log collector does when it exits. */
  async closeLog(): Promise<void> {
    await this.#stderr?.cancel();
    await this.#reading;
  }

  /** Stops reading its standard error, until the returned function is called. */
  pauseLog(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pause = promise;
    return resolve;
  }

  /** Throws if the program has exited, because then it will never listen. */
  #isListening(): boolean {
    if (this.log.includes("Listening")) return true;
    if (this.#hasEnded) throw new Error(`Cannot continue: the program has ended: ${this.log}`);
    return false;
  }

  async #read(): Promise<void> {
    while (this.#stderr !== undefined) {
      await this.#pause;
      const { done, value } = await this.#stderr.read();
      if (done) return;
      this.log += value;
    }
  }
}
