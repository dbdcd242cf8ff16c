/**
 * A server as its visitors know it, for tests that need nothing else: the one inside the test process, or the executable
 * that `ANONYMOUS_CHAT_BIN` names, in a process of its own. `deno task test:binary` runs such tests against the latter.
 */

import { BINARY, Program } from "./program.ts";
import { type ServerOptions, TestServer } from "./server.ts";
import { until } from "./until.ts";

/** What can be asked for of either; an executable keeps the machine's clock, whatever `clock` is. */
export type ServedOptions = Pick<ServerOptions, "listener" | "args" | "port" | "clock">;

/** A server at work. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly http: string;
  readonly socketUrl: string;
  /** Waits until so many are here, where that can be seen. */
  has(online: number): Promise<void>;
  /** Goes down in order. */
  stop(): Promise<void>;
  /** What it has logged since it was listening, except how to use it. */
  readonly logged: readonly unknown[];
}

/** How to use it, which it says as soon as it listens. */
const HINTS = /Open it in two windows|A public server also needs/;

/** Declares tests that look into a server, move its clock or replace its parts; no executable allows that. */
export const inside = {
  test(name: string, fn: () => Promise<void>): void {
    Deno.test({ name, ignore: BINARY !== undefined, fn });
  },
};

/** Starts the one or the other. */
export async function serve(options: ServedOptions = {}): Promise<Served> {
  if (BINARY === undefined) return new Inside(await TestServer.start(options));
  const { listener = "node", args = [], port = 0 } = options;
  const all = ["--access-log=off", `--listener=${listener}`, `--port=${port}`, ...args];
  return new Outside(await Program.start(...all));
}

/** The server inside the test process. */
export class Inside implements Served {
  readonly server: TestServer;

  constructor(server: TestServer) {
    this.server = server;
  }

  get port(): number {
    return this.server.port;
  }

  get http(): string {
    return this.server.http;
  }

  get socketUrl(): string {
    return this.server.socketUrl;
  }

  get logged(): readonly unknown[] {
    return this.server.entries;
  }

  async has(online: number): Promise<void> {
    await until(() => this.server.chat.sessions.online === online);
  }

  async stop(): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** An executable in a process of its own. */
class Outside implements Served {
  readonly #program: Program;

  constructor(program: Program) {
    this.#program = program;
  }

  get port(): number {
    return this.#program.port;
  }

  get http(): string {
    return this.#program.http;
  }

  get socketUrl(): string {
    return this.#program.socketUrl;
  }

  get logged(): readonly string[] {
    const [, after = ""] = this.#program.log.split(/^.*Listening on.*\n/m);
    return after.split("\n").filter((line) => line !== "" && !HINTS.test(line));
  }

  async has(): Promise<void> {} // It tells nobody how many are here but those who are.

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
