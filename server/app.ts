/**
 * The whole service except its listener: all parts, wired together, and all interval tasks. The program runs it with
 * the system clock. Tests run it with a clock that they advance manually.
 */

import { AddressRecord, type BlockReason } from "./admission/address_record.ts";
import {
  AccessLog,
  FLUSH_INTERVAL as LOG_FLUSH_INTERVAL,
  SWEEP_INTERVAL,
} from "./access_log/access_log.ts";
import { MemoryBackend } from "./matching/backend.ts";
import { type Certificate, RENEWAL_CHECK } from "./tls/certificate.ts";
import { type Cancel, type Clock, SECOND } from "./base/clock.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { NODE_HEARTBEAT_INTERVAL } from "./cluster/membership.ts";
import { REJOIN_INTERVAL } from "./cluster/redis_pool.ts";
import type { Config } from "./config/options.ts";
import { RequestHandler } from "./request_handler.ts";
import { Gate } from "./admission/gate.ts";
import { type Health, healthOf } from "./health.ts";
import { IpRegistry } from "./admission/ip_registry.ts";
import { HEARTBEAT_INTERVAL, type Listener } from "./listener/listener.ts";
import { SESSION_LIMITS, type SessionRates } from "./limits/rate_limits.ts";
import { SessionRegistry } from "./chat/session_registry.ts";
import { describeError, type Log } from "./base/log.ts";
import type { LogOutput } from "./base/log_output.ts";
import { Matchmaker } from "./matching/matchmaker.ts";
import { MetricsEndpoint } from "./metrics/endpoint.ts";
import { EventLoop, LAG_INTERVAL } from "./base/event_loop.ts";
import { cpu, memory } from "./base/process_load.ts";
import { Metrics } from "./metrics/metrics.ts";
import { ProofOfWorkGate, WORK_BITS } from "./chat/proof_of_work.ts";
import { ProxyDetector } from "./admission/proxy_detector.ts";
import { Relay } from "./chat/relay.ts";
import { publicSettingsOf } from "./config/public_settings.ts";
import { fingerprintsOf, type Pages, Router } from "./site/router.ts";
import {
  FLUSH_INTERVAL,
  REFRESH_INTERVAL,
  SAMPLE_INTERVAL,
  Statistics,
} from "./statistics/statistics.ts";
import type { StatisticsStore } from "./statistics/store.ts";
import { transparencyReport } from "./site/transparency_report.ts";
import { TurnCredentials } from "./chat/turn.ts";

/** How many times a connected address is refreshed in Redis within the lifetime of its keys there. */
const REFRESHES_PER_LIFETIME = 6;

/** Everything that the service takes from outside. */
export interface AppOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** The output of `log`, whose failures are reported. */
  readonly logOutput: Pick<LogOutput, "lost" | "isFailing">;
  readonly pages: Pages;
  readonly version: string;
  /** The source it was built from. */
  readonly build: string;
  /** The name of the hosting platform, if any. */
  readonly platform?: string | undefined;
  readonly store: StatisticsStore;
  /** Makes a new unguessable session token. */
  readonly newToken: () => string;
  /** Runs a garbage collection, if the platform supports that. */
  readonly collect?: (() => void) | undefined;
  /** The TLS certificate, if the program terminates TLS. */
  readonly certificate?: Pick<Certificate, "expiresAt"> | undefined;
  /** The cluster, if this server is a node of one. */
  readonly cluster?: Cluster | undefined;
  /** Rate limits of a session, if not {@linkcode SESSION_LIMITS}. */
  readonly rates?: SessionRates | undefined;
  /** The requested `max-connections`, if it was reduced because the host allows fewer. */
  readonly wantedConnections?: number | undefined;
}

/** The running service. */
export class App {
  readonly accessLog: AccessLog;
  readonly statistics: Statistics;
  readonly registry: IpRegistry<AddressRecord>;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly sessions: SessionRegistry;
  /** Handles the requests that a listener receives. */
  readonly requestHandler: RequestHandler;
  readonly #clock: Clock;
  readonly #cluster: Cluster | undefined;
  readonly #threshold: number;
  readonly #eventLoop: EventLoop;
  #listener: Partial<Listener> = {};
  readonly #tasks: Cancel[] = [];
  readonly #every = (ms: number, task: () => void): void => {
    this.#tasks.push(this.#clock.every(ms, task));
  };

  constructor(
    options: AppOptions,
  ) {
    const { config, clock, log, pages, version, build, store, newToken } = options;
    const { platform = "", cluster, certificate, collect, rates = SESSION_LIMITS, logOutput } =
      options;
    const built = { version, build, platform, fingerprints: fingerprintsOf(pages) };
    const settings = publicSettingsOf(config, built);
    this.#clock = clock;
    this.#cluster = cluster;
    this.#threshold = config["report-threshold"];
    this.#eventLoop = new EventLoop(clock);
    const metrics = new Metrics([
      ...cluster === undefined ? [] : ["cluster" as const],
      ...certificate === undefined ? [] : ["tls" as const],
    ]);
    this.accessLog = new AccessLog({
      clock,
      log,
      folder: config["log-dir"],
      mode: settings.accessLog,
      retention: settings.accessLogRetention,
    });
    this.statistics = new Statistics({ clock, store, log });
    this.registry = new IpRegistry({
      clock,
      retention: settings.addressRetention,
      newRecord: () => this.#newRecord(),
      onCount: (record, connections) => record.connected(connections),
      onGone: (record) => record.dispose(),
      collect,
    });
    this.relay = new Relay(clock);
    this.matchmaker = new Matchmaker({
      clock,
      backend: cluster?.backend ?? new MemoryBackend(),
      onError: (error) => log.error("Unhandled error.", describeError(error)),
      onPaired: (mode, took) => metrics.paired(mode, took),
    });
    const { accessLog, statistics, registry, relay, matchmaker } = this;
    const proofOfWork = new ProofOfWorkGate(clock, config["proof-of-work"]);
    this.sessions = new SessionRegistry({
      clock,
      relay,
      matchmaker,
      statistics,
      rates,
      proofOfWork,
      turn: new TurnCredentials({
        urls: config["turn-url"],
        secret: config["turn-secret"],
        clock,
        newToken,
      }),
      newToken,
      remoteNodes: cluster,
      maxConnections: config["max-connections"],
    });
    const { sessions } = this;
    const gate = new Gate({
      clock,
      registry,
      denied: config.deny,
      perAddress: config["max-connections-per-address"],
      isFull: () => sessions.isDraining || sessions.connected >= config["max-connections"],
      share: cluster && ((record, address) => cluster.share(record, address)),
    });
    const health = (): Health => healthOf({ sessions, accessLog, logOutput, cluster, statistics });
    const limit = config["max-connections"];
    const { wantedConnections: wanted = limit } = options;
    const startedAt = clock.date().getTime() / SECOND;
    this.requestHandler = new RequestHandler({
      gate,
      sessions,
      accessLog,
      log,
      hops: config["trust-proxy"],
      speaksTls: config["tls-cert"] !== "",
      isBehindTls: platform !== "",
      router: new Router({
        clock,
        pages,
        settings,
        statistics,
        report: () => transparencyReport({ registry, accessLog, settings }),
        health,
      }),
      metrics: new MetricsEndpoint({
        token: config["metrics-token"],
        trustsLocal: platform === "",
        contentType: metrics.contentType,
        render: async () =>
          await metrics.render({
            ...{ version, limit, wanted, startedAt, sessions, matchmaker, relay, statistics, gate },
            ...{ health, cluster, logOutput },
            certificateExpiry: (certificate?.expiresAt ?? 0) / SECOND,
            addresses: { held: registry.held, blocked: () => this.#blocked() },
            workBits: () => proofOfWork.isRequired ? WORK_BITS : 0,
            load: { lag: this.#eventLoop.lag, memory, cpu },
            sockets: await this.#listener.sockets?.() ?? 0,
          }),
      }),
      proxyDetector: new ProxyDetector({ hops: config["trust-proxy"], log }),
      addressesHeld: () => registry.held,
    });
  }

  #newRecord(): AddressRecord {
    const { lifetime } = this.registry;
    return new AddressRecord({ threshold: this.#threshold, lifetime }, this.#clock.now());
  }

  /** Number of blocked addresses, by reason. */
  #blocked(): Record<BlockReason, number> {
    const counts: Record<BlockReason, number> = { reported: 0, flooding: 0 };
    const now = this.#clock.now();
    this.registry.forEach(({ record }) => {
      if (record.blockedFor(now) > 0) counts[record.blockReason]++;
    });
    return counts;
  }

  /** Starts all interval tasks. Access log lines past their retention are deleted before this resolves. */
  async start(
    listener: Pick<Listener, "heartbeat" | "reloadCertificate" | "sockets">,
  ): Promise<void> {
    this.#listener = listener;
    const { accessLog, statistics, registry, relay, matchmaker, sessions } = this;
    const every = this.#every;
    every(LAG_INTERVAL, () => this.#eventLoop.sample());
    every(SECOND / 4, () => matchmaker.openExpired());
    every(SECOND, () => matchmaker.prune());
    every(SECOND / 2, () => relay.sweep());
    every(SECOND, () => sessions.sweep());
    every(10 * SECOND, () => sessions.broadcastOnline());
    every(30 * SECOND, () => sessions.closeIdle());
    every(HEARTBEAT_INTERVAL, () => listener.heartbeat());
    every(RENEWAL_CHECK, () => void listener.reloadCertificate());
    every(registry.purgeInterval, () => registry.purge());
    every(LOG_FLUSH_INTERVAL, () => void accessLog.flush());
    every(SWEEP_INTERVAL, () => void accessLog.sweep());
    every(SAMPLE_INTERVAL, () => statistics.sample(sessions.online));
    every(FLUSH_INTERVAL, () => void statistics.flush());
    every(REFRESH_INTERVAL, () => void statistics.refresh());
    await accessLog.sweep();
    this.#join();
  }

  /** Joins the cluster, if there is one. */
  #join(): void {
    const { registry, matchmaker, sessions } = this;
    const cluster = this.#cluster;
    if (cluster === undefined) return;
    const every = this.#every;
    every(NODE_HEARTBEAT_INTERVAL, () => cluster.heartbeat());
    every(REJOIN_INTERVAL, () => cluster.rejoin());
    every(registry.lifetime / REFRESHES_PER_LIFETIME, () => void cluster.refreshAddresses());
    cluster.start({ registry, matchmaker, sessions, threshold: this.#threshold });
  }

  /** Whether there are other nodes that can continue the chats. */
  get canHandOff(): boolean {
    return this.sessions.canHandOff;
  }

  /** Stops admitting clients and moves all chats to other nodes. Resolves when no session is left here. */
  async handOff(): Promise<void> {
    await this.sessions.handOff();
  }

  /** Stops admitting clients and notifies all sessions. Chats continue until `dismiss`, for a last word. */
  drain(): void {
    this.sessions.drain();
  }

  /** Ends all sessions. */
  dismiss(): void {
    this.sessions.close();
  }

  /** Stops all tasks, and writes what is still unwritten. */
  async close(): Promise<void> {
    for (const cancel of this.#tasks.splice(0)) cancel();
    await this.statistics.close();
    await this.#cluster?.close();
    await this.accessLog.close();
  }
}
