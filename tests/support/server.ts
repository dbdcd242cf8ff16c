/** The whole server inside the test process, on its own port, with a clock that may be fake. */

import { pages } from "../../client/page.gen.ts";
import { App } from "../../server/app.ts";
import { Certificate } from "../../server/tls/certificate.ts";
import { type Clock, systemClock } from "../../server/base/clock.ts";
import type { Cluster } from "../../server/cluster/cluster.ts";
import { openOperatorFiles, type OperatorFiles } from "../../server/commands/resources.ts";
import { readCommandLine } from "../../server/config/command_line.ts";
import type { Config } from "../../server/config/options.ts";
import { shutDown } from "../../server/shutdown.ts";
import type { SessionRates } from "../../server/limits/rate_limits.ts";
import { listenDeno } from "../../server/listener/deno_listener.ts";
import type { Listener } from "../../server/listener/listener.ts";
import type {
  ConnectionHandler,
  Handler,
  Outlet,
  UpgradeDecision,
} from "../../server/transport.ts";
import { listenNode } from "../../server/listener/node_listener.ts";
import type { Log } from "../../server/base/log.ts";
import type { Rate } from "../../server/base/token_bucket.ts";
import { MemoryStatisticsStore, type StatisticsStore } from "../../server/statistics/store.ts";
import type { CertificateFiles } from "./certificate_files.ts";
import { withDefaults } from "./program.ts";

/** A log entry. */
export interface Entry {
  readonly level: "info" | "warn" | "error";
  readonly message: string;
  readonly properties: unknown;
}

/** Every listener, by name. */
export const LISTENERS = { node: listenNode, deno: listenDeno } as const;

const BOUNDLESS: Rate = { burst: 1e9, perMinute: 1e9 };

/** For sessions that are not rate-limited. */
export const NO_RATES: SessionRates = {
  controls: BOUNDLESS,
  resumes: BOUNDLESS,
  reports: BOUNDLESS,
  calls: BOUNDLESS,
  messages: BOUNDLESS,
  signals: BOUNDLESS,
  bytes: BOUNDLESS,
};

export interface ServerOptions {
  readonly listener?: keyof typeof LISTENERS;
  readonly clock?: Clock;
  /** Command-line arguments. The access log and the relay are off unless they enable them. */
  readonly args?: readonly string[];
  /** 0, the default, lets the system choose. */
  readonly port?: number;
  /** The certificate for TLS. */
  readonly certificate?: CertificateFiles;
  /** Rate limits of sessions, for tests of something else. */
  readonly rates?: SessionRates;
  /** The statistics of past days. Empty by default. */
  readonly store?: StatisticsStore;
  /** The cluster that it belongs to. */
  readonly cluster?: Cluster;
  /** Replaces parts of the service. */
  readonly service?: (service: Handler) => Handler;
}

/** The system clock, but on a day without announcements. */
const quietClock: Clock = {
  ...systemClock,
  date: () => new Date(Date.UTC(2026, 0, 1) + performance.now()),
};

/** A log that records its entries. */
function logTo(entries: Entry[]): Log {
  const to = (level: Entry["level"]) => (message: string, properties: unknown) =>
    void entries.push({ level, message, properties });
  return { info: to("info"), warn: to("warn"), error: to("error") } as unknown as Log;
}

/** A running server. */
export class TestServer implements AsyncDisposable {
  readonly entries: Entry[];
  /** Records log entries. */
  readonly log: Log;
  /** The socket of every connected session. */
  readonly outlets = new Set<Outlet>();
  readonly chat: App;
  /** The certificate to trust, in PEM, if it speaks TLS. */
  readonly certificate: string | undefined;
  #listener!: Listener;
  #opened: Certificate | undefined;

  private constructor(
    config: Config,
    clock: Clock,
    entries: Entry[],
    options: ServerOptions & OperatorFiles,
  ) {
    this.entries = entries;
    this.log = logTo(entries);
    const { rates, cluster, store, certificate, denyFile, announcementFile, rulesFile } = options;
    this.certificate = certificate?.cert;
    const isFailing = (): boolean => this.#opened?.isFailing ?? false;
    const endsOf = (): number => this.#opened?.expiresAt ?? NaN;
    this.chat = new App({
      config,
      clock,
      log: this.log,
      logOutput: { lost: 0, isFailing: false, retry: () => {} },
      pages,
      version: "0.0.0-test",
      build: "unknown",
      certificate: certificate && {
        get expiresAt() {
          return endsOf();
        },
        get isFailing() {
          return isFailing();
        },
      },
      store: store ?? new MemoryStatisticsStore(),
      newToken: () => crypto.randomUUID().replaceAll("-", ""),
      rates,
      ...{ cluster, denyFile, announcementFile, rulesFile },
    });
  }

  /** Starts a server. The interval tasks run on the given clock. */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const { clock = quietClock, listener = "node", args = [], port = 0 } = options;
    const config = configOf([...args, ...options.certificate?.args ?? []]);
    const entries: Entry[] = [];
    const files = await openOperatorFiles(config, logTo(entries));
    const server = new TestServer(config, clock, entries, { ...options, ...files });
    const { chat, log } = server;
    const service = withVisitors(
      options.service?.(server.#service) ?? server.#service,
      (visitor, outlet) => {
        for (const end of ["closed", "disconnected"] as const) {
          const ended = visitor[end].bind(visitor);
          visitor[end] = () => {
            server.outlets.delete(outlet);
            ended();
          };
        }
        server.outlets.add(outlet);
        return visitor;
      },
    );
    const maxConnections = config["max-connections"];
    const where = { host: "127.0.0.1", port };
    const certificate = await certificateOf(config, clock, log);
    server.#opened = certificate;
    const bounds = { maxConnections, certificate };
    server.#listener = await LISTENERS[listener]({
      ...where,
      ...bounds,
      clock,
      handler: service,
      streams: chat.callRelay?.streams,
      log,
    });
    await chat.callRelay?.start({ hostname: where.host, port: server.port });
    const renew = (): Promise<void> => server.renew();
    const sockets = (): Promise<number> => server.#listener.sockets();
    // No heartbeat: a clock that is moved by hand leaves no time to answer pings.
    await chat.start({ heartbeat: () => {}, reloadCertificate: renew, sockets });
    return server;
  }

  readonly #service: Handler = {
    answer: (request) => this.chat.requestHandler.answer(request),
    admit: (request) => this.chat.requestHandler.admit(request),
  };

  get port(): number {
    return this.#listener.port;
  }

  get http(): string {
    return `${this.certificate === undefined ? "http" : "https"}://127.0.0.1:${this.port}`;
  }

  get socketUrl(): string {
    return `${this.certificate === undefined ? "ws" : "wss"}://127.0.0.1:${this.port}/ws`;
  }

  /** Sends a request to this server, trusting its certificate. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const caCerts = this.certificate === undefined ? [] : [this.certificate];
    using client = Deno.createHttpClient({ caCerts });
    const response = await fetch(this.http + path, { ...init, client });
    const { status, headers } = response;
    const body = await response.arrayBuffer();
    return new Response([204, 304].includes(status) ? null : body, { status, headers });
  }

  heartbeat(): void {
    this.#listener.heartbeat();
  }

  /** Number of open connections. */
  sockets(): Promise<number> {
    return this.#listener.sockets();
  }

  /** Checks for a renewed certificate, as the interval task does. */
  renew(): Promise<void> {
    return this.#listener.reloadCertificate();
  }

  /** Shuts down like the program. */
  async end(handOffTime: number): Promise<void> {
    await shutDown({ chat: this.chat, close: (over) => this.#listener.close(over), handOffTime });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.chat.dismiss();
    await this.#listener.close();
    await this.chat.close();
  }
}

function configOf(args: readonly string[]): Config {
  const command = readCommandLine(
    withDefaults(args, ["--access-log=off", "--relay=off"]),
    () => undefined,
  );
  if (command.kind !== "serve") throw new Error(`Cannot start a server with ${args.join(" ")}`);
  return command.config;
}

async function certificateOf(
  config: Config,
  clock: Clock,
  log: Log,
): Promise<Certificate | undefined> {
  const { "tls-cert": certFile, "tls-key": keyFile } = config;
  return certFile === "" ? undefined : await Certificate.open({ certFile, keyFile, clock, log });
}

/** A request handler whose connection handlers are changed. */
export function withVisitors(
  service: Handler,
  change: (visitor: ConnectionHandler, outlet: Outlet) => ConnectionHandler,
): Handler {
  const changed = (decision: UpgradeDecision): UpgradeDecision => {
    if (decision.kind === "refused") return decision;
    const { connect, enter } = decision.handshake;
    return {
      kind: "admitted",
      handshake: { connect, enter: (outlet) => change(enter(outlet), outlet) },
    };
  };
  return {
    answer: (request) => service.answer(request),
    admit: (request) => {
      const decision = service.admit(request);
      return decision instanceof Promise ? decision.then(changed) : changed(decision);
    },
  };
}

/** A request handler that passes every binary frame to `handle` first. */
export function withFrames(handle: (frame: Uint8Array) => void): (service: Handler) => Handler {
  return (service) =>
    withVisitors(service, (visitor) => {
      const receiveFrame = visitor.receiveFrame.bind(visitor);
      visitor.receiveFrame = (frame) => {
        handle(frame);
        receiveFrame(frame);
      };
      return visitor;
    });
}
