/**
 * The whole server inside the test process, on a port of its own: what `main.ts` wires, with a clock that may be fake
 * and tasks that a test runs by hand.
 */

import { pages } from "../client/page.gen.ts";
import { MemoryBackend } from "../server/backend.ts";
import { type Clock, systemClock } from "../server/clock.ts";
import { admit } from "../server/gate.ts";
import { Site } from "../server/http.ts";
import { listenDeno } from "../server/listener/deno.ts";
import type { Listener, Service } from "../server/listener/listener.ts";
import { listenNode } from "../server/listener/node.ts";
import { Lobby } from "../server/lobby.ts";
import type { Log } from "../server/log.ts";
import { Matchmaker } from "../server/matchmaker.ts";
import { Relay } from "../server/relay.ts";
import type { Session } from "../server/session.ts";

/** What was logged. */
export interface Entry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly properties: unknown;
}

/** Every listener there is, by name. */
export const LISTENERS = { node: listenNode, deno: listenDeno } as const;

/** How a test wants its server. */
export interface ServerOptions {
  readonly listener?: keyof typeof LISTENERS;
  readonly clock?: Clock;
  readonly maxConnections?: number;
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** Replaces parts of the service. */
  readonly service?: (service: Service) => Service;
}

/** A server at work. */
export class TestServer implements AsyncDisposable {
  readonly entries: Entry[] = [];
  /** Every session that was ever opened. */
  readonly sessions: Session[] = [];
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly lobby: Lobby;
  readonly #cancels: (() => void)[] = [];
  #listener!: Listener;

  private constructor(clock: Clock) {
    this.relay = new Relay(clock);
    const onError = (error: unknown): void => void this.log.error(String(error));
    this.matchmaker = new Matchmaker({ clock, backend: new MemoryBackend(), onError });
    const { relay, matchmaker } = this;
    this.lobby = new Lobby({ clock, relay, matchmaker, newToken: () => crypto.randomUUID() });
  }

  /** Starts a server; the interval tasks run on the clock that is given. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const { clock = systemClock, listener = "node", maxConnections = 20_000, port = 0 } = options;
    const server = new TestServer(clock);
    const site = new Site(pages);
    const service: Service = {
      answer: (request) => site.answer(request),
      admit: (handshake) => admit(handshake, server.lobby.online, maxConnections),
      enter: (outlet) => {
        const session = server.lobby.enter(outlet);
        server.sessions.push(session);
        return session;
      },
    };
    server.#listener = await LISTENERS[listener]({
      host: "127.0.0.1",
      port,
      maxConnections,
      service: options.service?.(service) ?? service,
      log: server.log,
    });
    server.#cancels.push(
      clock.every(50, () => server.matchmaker.widen()),
      clock.every(500, () => server.relay.sweep()),
      clock.every(10_000, () => server.lobby.announce()),
      clock.every(30_000, () => server.lobby.dismissIdle()),
    );
    return server;
  }

  /** Keeps what is logged. */
  readonly log = {
    info: (message: string, properties?: unknown) => this.#note("info", message, properties),
    warn: (message: string, properties?: unknown) => this.#note("warn", message, properties),
    error: (message: string, properties?: unknown) => this.#note("error", message, properties),
  } as unknown as Log;

  get port(): number {
    return this.#listener.port;
  }

  get http(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  heartbeat(): void {
    this.#listener.heartbeat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    this.lobby.close();
    await this.#listener.close();
  }

  #note(level: Entry["level"], message: string, properties: unknown): void {
    this.entries.push({ level, message, properties });
  }
}
