/**
 * A server as its visitors see it, for tests that need nothing else. It runs inside the test process, or is the
 * executable that `ANONYMOUS_CHAT_BIN` names, in a separate process. `deno task test:binary` runs such tests with the
 * executable.
 */

import { BINARY, Program, withDefaults } from "./program.ts";
import { type ServerOptions, TestServer } from "./server.ts";
import { waitUntil } from "./wait_until.ts";

/** Options of both variants. An executable ignores `clock` and uses the system clock. */
export type ServerUnderTestOptions = Pick<ServerOptions, "listener" | "args" | "port" | "clock">;

/** A running server. */
export interface ServerUnderTest extends AsyncDisposable {
  readonly port: number;
  readonly http: string;
  readonly socketUrl: string;
  /** Waits until `online` sessions are connected, where that can be seen. */
  has(online: number): Promise<void>;
  /** Shuts down gracefully. */
  stop(): Promise<void>;
  /** What it has logged since it started to listen, without the usage hints. */
  readonly logged: readonly unknown[];
}

/** Usage hints, which it logs as soon as it listens. */
const HINTS = /Open it in two windows|A public server also needs|Video calls (?:are|pass)/;

/**
 * Declares tests that access a server's internals, move its clock or replace its parts. An executable has no access.
 */
export const inProcess = {
  test(name: string, fn: () => Promise<void>): void {
    Deno.test({ name, ignore: BINARY !== undefined, fn });
  },
};

/** Starts the server, or the executable if one is named. */
export async function serve(options: ServerUnderTestOptions = {}): Promise<ServerUnderTest> {
  if (BINARY === undefined) return new InProcess(await TestServer.start(options));
  const { listener = "node", args = [], port = 0 } = options;
  const defaults = ["--access-log=off", "--relay=off", `--listener=${listener}`, `--port=${port}`];
  const all = withDefaults(args, defaults);
  return new ChildProcess(await Program.start(...all));
}

export class InProcess implements ServerUnderTest {
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
    await waitUntil(() => this.server.chat.sessions.online === online);
  }

  async stop(): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

/** An executable in a separate process. */
class ChildProcess implements ServerUnderTest {
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

  async has(): Promise<void> {} // An executable doesn't report how many are connected.

  async stop(): Promise<void> {
    await this.#program.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]();
  }
}
