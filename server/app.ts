/**
 * The whole service except its listener: all parts, wired together, and all interval tasks. The program runs it with
 * the system clock. Tests run it with a clock that they advance manually.
 */

import type { Address } from "./admission/address.ts";
import { AddressRecord, type BlockReason } from "./admission/address_record.ts";
import {
  AccessLog,
  FLUSH_INTERVAL as LOG_FLUSH_INTERVAL,
  SWEEP_INTERVAL,
} from "./access_log/access_log.ts";
import { MIB } from "./access_log/day_limit.ts";
import { MemoryBackend } from "./matching/backend.ts";
import { type Certificate, RENEWAL_CHECK } from "./tls/certificate.ts";
import { type Cancel, type Clock, SECOND } from "./base/clock.ts";
import type { Cluster } from "./cluster/cluster.ts";
import { NODE_HEARTBEAT_INTERVAL } from "./cluster/membership.ts";
import { REJOIN_INTERVAL } from "./cluster/redis_pool.ts";
import { CALENDAR_CHECK, CalendarWatch } from "./base/calendar_watch.ts";
import type { Config } from "./config/options.ts";
import { relayedConnections, relayModeOf } from "./config/relay_mode.ts";
import { RequestHandler } from "./request_handler.ts";
import { Gate } from "./admission/gate.ts";
import { type Health, healthOf } from "./health.ts";
import { IpRegistry } from "./admission/ip_registry.ts";
import type { OriginOptions } from "./admission/origin.ts";
import { findShared, type SharedRange } from "./admission/shared_address.ts";
import { HEARTBEAT_INTERVAL, type Listener } from "./listener/listener.ts";
import {
  addressRates,
  CONNECTIONS_PER_ADDRESS,
  RETRIES,
  SESSION_LIMITS,
  type SessionRates,
} from "./limits/rate_limits.ts";
import type { Rate } from "./base/token_bucket.ts";
import { SessionRegistry } from "./chat/session_registry.ts";
import { KeyedHash } from "./base/keyed_hash.ts";
import { describeError, type Log } from "./base/log.ts";
import { LOG_RETRY_INTERVAL, type LogOutput } from "./base/log_output.ts";
import { FILE_CHECK, type WatchedFile } from "./base/watched_file.ts";
import { Denials } from "./admission/denials.ts";
import type { DenyList } from "./admission/deny_list.ts";
import type { HouseRules } from "./config/rules_file.ts";
import { Matchmaker } from "./matching/matchmaker.ts";
import { MetricsEndpoint } from "./metrics/endpoint.ts";
import { cpu, EventLoop, LAG_INTERVAL, memory } from "./base/process_load.ts";
import { Metrics } from "./metrics/metrics.ts";
import { ProofOfWorkGate, WORK_BITS } from "./chat/proof_of_work.ts";
import { BackgroundEncoder } from "./http/background_encoder.ts";
import { RequestBudget } from "./admission/request_budget.ts";
import { ProxyDetector } from "./admission/proxy_detector.ts";
import { Relay } from "./chat/relay.ts";
import { type PublicSettings, publicSettingsOf } from "./config/public_settings.ts";
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
import { type CallRoutes, EmbeddedRoutes, ExternalRoutes } from "./chat/call_routes.ts";
import { CALL_SWEEP_INTERVAL, CallRelay } from "./turn/call_relay.ts";
import { locateRelay, type LocationOptions } from "./turn/relay_location.ts";

/** How many times a connected address is refreshed in Redis within the lifetime of its keys there. */
const REFRESHES_PER_LIFETIME = 6;

/** Everything that the service takes from outside. */
export interface AppOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  /** The output of `log`, whose failures are reported. */
  readonly logOutput: Pick<LogOutput, "lost" | "isFailing" | "retry">;
  readonly pages: Pages;
  readonly version: string;
  /** The source it was built from. */
  readonly build: string;
  /** The name of the hosting platform, if any. */
  readonly platform?: string | undefined;
  readonly store: StatisticsStore;
  /** Makes a new unguessable session token. */
  readonly newToken: () => string;
  /** With this token, the operator on this machine can read the metrics. */
  readonly localToken?: string | undefined;
  /** Runs a garbage collection, if the platform supports that. */
  readonly collect?: (() => void) | undefined;
  /** The TLS certificate, if the program terminates TLS. */
  readonly certificate?: Pick<Certificate, "expiresAt" | "isFailing"> | undefined;
  /** The file of denied addresses, if there is one. */
  readonly denyFile?: WatchedFile<DenyList> | undefined;
  /** The file with the announcement, if there is one. */
  readonly announcementFile?: WatchedFile<string> | undefined;
  /** The file with the house rules, if there is one. */
  readonly rulesFile?: WatchedFile<HouseRules> | undefined;
  /** The cluster, if this server is a node of one. */
  readonly cluster?: Cluster | undefined;
  /** Rate limits of a session, if not {@linkcode SESSION_LIMITS}. */
  readonly rates?: SessionRates | undefined;
  /** Rate limit of the requests of an address, if not {@linkcode ADDRESS_LIMITS}. */
  readonly requestRate?: Rate | undefined;
  /** The requested `max-connections`, if it was reduced because the host allows fewer. */
  readonly wantedConnections?: number | undefined;
}

/** How often parts that define no interval do their work, in milliseconds. */
export const INTERVALS = {
  widen: SECOND / 4,
  encode: SECOND / 4,
  prune: SECOND,
  relaySweep: SECOND / 2,
  sessionSweep: SECOND,
  broadcastOnline: 10 * SECOND,
  closeIdle: 30 * SECOND,
} as const;

/** A task that is repeated: its interval in milliseconds, and what it does. */
type IntervalTask = readonly [interval: number, task: () => void];

/** The running service. */
export class App {
  readonly accessLog: AccessLog;
  readonly statistics: Statistics;
  readonly registry: IpRegistry<AddressRecord>;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly sessions: SessionRegistry;
  /** The relay of video calls, if this program has one. */
  readonly callRelay: CallRelay | undefined;
  /** Handles the requests that a listener receives. */
  readonly requestHandler: RequestHandler;
  readonly #options: AppOptions;
  readonly #settings: PublicSettings;
  readonly #denials: Denials;
  readonly #metrics: Metrics;
  readonly #gate: Gate;
  /** Shared by the relay and whoever issues credentials for it: this program, where it is new each time, or others. */
  readonly #relaySecret: string;
  readonly #proofOfWork: ProofOfWorkGate;
  readonly #eventLoop: EventLoop;
  readonly #calendar: CalendarWatch;
  readonly #encoder = new BackgroundEncoder();
  /** `undefined` until it listens. */
  #listener: Pick<Listener, "sockets" | "reloadCertificate"> | undefined;
  readonly #tasks: Cancel[] = [];
  /** Number of address records created so far. */
  #records = 0;

  /** Each part is built from those above it. */
  constructor(options: AppOptions) {
    const { config, clock, log, store } = options;
    this.#options = options;
    this.#settings = settingsOf(options);
    this.#denials = denialsOf(options);
    this.#metrics = buildMetrics(options);
    this.#proofOfWork = new ProofOfWorkGate(clock, config["proof-of-work"]);
    this.#eventLoop = new EventLoop(clock);
    this.#calendar = new CalendarWatch(clock);
    this.accessLog = this.#buildAccessLog();
    this.statistics = new Statistics({ clock, store, log });
    this.registry = this.#buildRegistry();
    this.relay = new Relay(clock);
    this.matchmaker = this.#buildMatchmaker();
    this.#gate = this.#buildGate();
    this.#relaySecret = config.relay === "only" ? config["turn-secret"] : options.newToken();
    this.callRelay = this.#buildCallRelay();
    this.sessions = this.#buildSessions();
    this.requestHandler = this.#buildRequestHandler(this.#gate);
  }

  #buildAccessLog(): AccessLog {
    const { clock, log, config, newToken } = this.#options;
    const { accessLog: mode, accessLogRetention: retention } = this.#settings;
    const maxDaySize = config["access-log-max-mb"] * MIB;
    return new AccessLog({
      ...{ clock, log, newToken, mode, retention, maxDaySize },
      folder: config["log-dir"],
    });
  }

  #buildRegistry(): IpRegistry<AddressRecord> {
    const { clock, collect } = this.#options;
    return new IpRegistry({
      clock,
      retention: this.#settings.addressRetention,
      newRecord: (address) => this.#newRecord(address),
      onCount: (record, connections) => record.connected(connections),
      onGone: (record) => record.dispose(),
      collect,
    });
  }

  #buildMatchmaker(): Matchmaker {
    const { clock, log, cluster } = this.#options;
    return new Matchmaker({
      clock,
      backend: cluster?.backend ?? new MemoryBackend(),
      onError: (error) => log.error("Unhandled error.", describeError(error)),
      onPaired: (mode, took) => this.#metrics.recordSearch(mode, took),
    });
  }

  #buildSessions(): SessionRegistry {
    const { config, clock, cluster, newToken, rates = SESSION_LIMITS } = this.#options;
    const { relay, matchmaker, statistics } = this;
    return new SessionRegistry({
      ...{ clock, relay, matchmaker, statistics, rates, newToken },
      proofOfWork: this.#proofOfWork,
      callRoutes: this.#buildCallRoutes(),
      remoteNodes: cluster,
      maxConnections: config["max-connections"],
    });
  }

  #buildCallRelay(): CallRelay | undefined {
    const { config, clock, log, newToken } = this.#options;
    if (relayModeOf(config) !== "embedded") return undefined;
    return new CallRelay({
      ...{ clock, log, gate: this.#gate, secret: this.#relaySecret, key: newToken() },
      hash: KeyedHash.fromToken(newToken()),
      maxCalls: config["max-calls"],
      servesAllChats: config.relay === "only",
      maxStreams: relayedConnections(config),
      factorOf: (address) => crowdFactor(address, config),
    });
  }

  #buildCallRoutes(): CallRoutes {
    const { config: { "turn-url": urls, "turn-secret": secret }, clock, cluster } = this.#options;
    const { callRelay } = this;
    const nameKey = cluster === undefined ? this.#relaySecret : secret;
    return callRelay === undefined
      ? new ExternalRoutes(new TurnCredentials({ urls, secret, nameKey, clock }))
      : new EmbeddedRoutes({ secret: this.#relaySecret, clock, chats: callRelay.chats });
  }

  #buildGate(): Gate {
    const { config, clock, cluster } = this.#options;
    const { registry } = this;
    return new Gate({
      ...{ clock, registry },
      denials: this.#denials,
      roomIn: () => {
        if (this.sessions.isDraining) return RETRIES.whileStopping;
        return this.sessions.connected < config["max-connections"] ? 0 : RETRIES.shortest;
      },
      origins: originsOf(config),
      share: cluster && ((record, address) => cluster.share(record, address)),
    });
  }

  #buildRequestHandler(gate: Gate): RequestHandler {
    const { config, clock, log, newToken, requestRate, platform = "" } = this.#options;
    const { sessions, accessLog, registry } = this;
    const location = locationOf(config);
    return new RequestHandler({
      ...{ gate, sessions, accessLog, log },
      budget: new RequestBudget({
        ...{ clock, hash: KeyedHash.fromToken(newToken()) },
        rateOf: (address) => requestRate ?? requestRateOf(address, config),
      }),
      hops: config["trust-proxy"],
      speaksTls: config["tls-cert"] !== "",
      isBehindTls: platform !== "",
      router: this.#buildRouter(),
      metrics: this.#buildMetricsEndpoint(gate),
      proxyDetector: new ProxyDetector({
        hops: config["trust-proxy"],
        expectsCrowds: config["shared-address"].length > 0,
        ...{ clock, log },
      }),
      origins: originsOf(config),
      relayAt: this.callRelay && ((host) => locateRelay(host, location)),
      addressesHeld: () => registry.held,
    });
  }

  #buildRouter(): Router {
    const { clock, pages } = this.#options;
    const settings = this.#settings;
    const { statistics, registry, accessLog } = this;
    return new Router({
      ...{ clock, pages, settings, statistics, encoder: this.#encoder },
      report: () => transparencyReport({ registry, accessLog, settings }),
      health: () => this.health,
    });
  }

  #buildMetricsEndpoint(gate: Gate): MetricsEndpoint {
    const { config, clock, platform = "" } = this.#options;
    const startedAt = clock.date().getTime() / SECOND;
    return new MetricsEndpoint({
      token: config["metrics-token"],
      localToken: this.#options.localToken,
      trustsLocal: platform === "",
      contentType: this.#metrics.contentType,
      render: () => this.#renderMetrics(gate, startedAt),
    });
  }

  async #renderMetrics(gate: Gate, startedAt: number): Promise<string> {
    const { config, version, cluster, certificate, logOutput } = this.#options;
    const { sessions, matchmaker, relay, statistics, registry } = this;
    const limit = config["max-connections"];
    const { wantedConnections: wanted = limit } = this.#options;
    return await this.#metrics.render({
      ...{ version, limit, wanted, startedAt, sessions, matchmaker, relay, statistics, gate },
      ...{ cluster, logOutput, accessLog: this.accessLog, health: () => this.health },
      callRelay: this.callRelay,
      certificateExpiry: (certificate?.expiresAt ?? 0) / SECOND,
      addresses: { held: registry.held, blocked: () => this.#blocked() },
      workBits: () => this.#proofOfWork.isRequired ? WORK_BITS : 0,
      load: { lag: this.#eventLoop.lag, memory, cpu },
      sockets: await this.#listener?.sockets() ?? 0,
    });
  }

  /** The health of the server. */
  get health(): Health {
    const { logOutput, cluster, certificate } = this.#options;
    const { denyFile, announcementFile, rulesFile } = this.#options;
    const { sessions, accessLog, statistics, callRelay } = this;
    return healthOf({
      ...{ sessions, accessLog, logOutput, cluster, statistics, callRelay },
      ...{ certificate, denyFile, announcementFile, rulesFile },
    });
  }

  #newRecord(address: Address): AddressRecord {
    const { config, clock } = this.#options;
    const shared = findShared(address, config["shared-address"]);
    return new AddressRecord({
      ...{ places: placesOf(shared, config), isShared: shared !== undefined },
      identity: this.#records++,
      threshold: config["report-threshold"],
      lifetime: this.registry.lifetime,
    }, clock.now());
  }

  /** Number of blocked addresses, by reason. */
  #blocked(): Record<BlockReason, number> {
    const counts: Record<BlockReason, number> = { reported: 0, flooding: 0 };
    const now = this.#options.clock.now();
    for (const { record } of this.registry.entries()) {
      if (record.blockedFor(now) > 0) counts[record.blockReason]++;
    }
    return counts;
  }

  /** Starts all interval tasks, and the deletion of access log lines past their retention. */
  async start(
    listener: Pick<Listener, "heartbeat" | "reloadCertificate" | "sockets">,
  ): Promise<void> {
    this.#listener = listener;
    this.#repeat(...this.#intervalTasks(listener));
    await this.accessLog.open();
    void this.accessLog.sweep();
    this.#join();
  }

  #intervalTasks(
    listener: Pick<Listener, "heartbeat" | "reloadCertificate">,
  ): readonly IntervalTask[] {
    const { accessLog, statistics, registry, relay, matchmaker, sessions, callRelay } = this;
    return [
      [LAG_INTERVAL, () => this.#eventLoop.sample()],
      [CALENDAR_CHECK, () => this.#followCalendar()],
      [INTERVALS.widen, () => matchmaker.widen()],
      [INTERVALS.encode, () => this.#encoder.step()],
      [INTERVALS.prune, () => matchmaker.prune()],
      [INTERVALS.relaySweep, () => relay.sweep()],
      [CALL_SWEEP_INTERVAL, () => callRelay?.sweep()],
      [INTERVALS.sessionSweep, () => sessions.sweep()],
      [INTERVALS.broadcastOnline, () => sessions.broadcastOnline()],
      [INTERVALS.closeIdle, () => sessions.closeIdle()],
      [HEARTBEAT_INTERVAL, () => listener.heartbeat()],
      [RENEWAL_CHECK, () => void listener.reloadCertificate()],
      [FILE_CHECK, () => void this.#denials.check(registry)],
      [FILE_CHECK, () => void this.#options.announcementFile?.check()],
      [FILE_CHECK, () => void this.#options.rulesFile?.check()],
      [registry.purgeInterval, () => registry.purge()],
      [LOG_FLUSH_INTERVAL, () => void accessLog.flush()],
      [SWEEP_INTERVAL, () => void accessLog.sweep()],
      [LOG_RETRY_INTERVAL, () => this.#options.logOutput.retry()],
      [SAMPLE_INTERVAL, () => statistics.sample(sessions.online)],
      [FLUSH_INTERVAL, () => void statistics.flush()],
      [REFRESH_INTERVAL, () => void statistics.refresh()],
    ];
  }

  /** Reads the certificate and the operator's files again, without waiting for the next check. */
  async reload(): Promise<void> {
    await Promise.all([
      this.#listener?.reloadCertificate(),
      this.#denials.reload(this.registry),
      this.#options.announcementFile?.reload(),
      this.#options.rulesFile?.reload(),
    ]);
  }

  /** Deletes addresses whose retention the calendar has ended, without waiting for the next purge. */
  #followCalendar(): void {
    const leap = this.#calendar.check();
    if (leap === 0) return;
    this.#options.log.warn("Clock changed by {seconds} s: it was set, or the machine slept.", {
      seconds: Math.round(leap / SECOND),
    });
    this.registry.purge();
  }

  /** Joins the cluster, if there is one. */
  #join(): void {
    const { registry, matchmaker, sessions } = this;
    const { cluster, config } = this.#options;
    if (cluster === undefined) return;
    this.#repeat(
      [NODE_HEARTBEAT_INTERVAL, () => cluster.heartbeat()],
      [REJOIN_INTERVAL, () => cluster.rejoin()],
      [registry.lifetime / REFRESHES_PER_LIFETIME, () => void cluster.refreshAddresses()],
    );
    cluster.start({ registry, matchmaker, sessions, threshold: config["report-threshold"] });
  }

  #repeat(...tasks: readonly IntervalTask[]): void {
    const { clock } = this.#options;
    this.#tasks.push(...tasks.map(([interval, task]) => clock.every(interval, task)));
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
  async dismiss(): Promise<void> {
    await this.sessions.close();
  }

  /** Stops all tasks, and writes what is still unwritten. */
  async close(): Promise<void> {
    for (const cancel of this.#tasks.splice(0)) cancel();
    this.callRelay?.close();
    await this.statistics.close();
    await this.#options.cluster?.close();
    await this.accessLog.close();
  }
}

/** What comes from files is read each time, because they may change. */
function settingsOf(options: AppOptions): PublicSettings {
  const { config, version, build, platform = "", pages, announcementFile, rulesFile } = options;
  const fingerprints = fingerprintsOf(pages);
  return {
    ...publicSettingsOf(config, { version, build, platform, fingerprints }),
    get announcement() {
      return announcementFile?.value ?? config.announcement;
    },
    get rules() {
      return rulesFile?.value;
    },
  };
}

function denialsOf({ config, clock, denyFile: file }: AppOptions): Denials {
  return new Denials({ clock, ranges: config.deny, file });
}

/** Maximum number of connections of an address, which may be in a shared range. */
function placesOf(shared: SharedRange | undefined, config: Config): number {
  if (shared === undefined) return config["max-connections-per-address"];
  return shared.connections ?? config["max-connections"];
}

function requestRateOf(address: Address, config: Config): Rate {
  const shared = findShared(address, config["shared-address"]);
  return addressRates(placesOf(shared, config)).requests;
}

/** How many times as much an address may have as the limits say, because many people share it. */
function crowdFactor(address: Address, config: Config): number {
  const shared = findShared(address, config["shared-address"]);
  return shared === undefined ? 1 : Math.max(1, placesOf(shared, config) / CONNECTIONS_PER_ADDRESS);
}

/** What the operator says about the location of the relay. Behind a proxy, the Host header may be another one. */
function locationOf(config: Config): LocationOptions {
  const isProxied = config["trust-proxy"] > 0 && config["public-url"] !== "";
  const page = isProxied ? new URL(config["public-url"]).hostname : "";
  return {
    host: config["relay-host"] || page,
    port: config["relay-port"],
    isTls: config["tls-cert"] !== "",
  };
}

function originsOf(config: Config): OriginOptions {
  return { hops: config["trust-proxy"], publicUrl: config["public-url"] };
}

/** The metrics of this server, with those of parts that not every server has. */
function buildMetrics({ cluster, certificate, config, clock }: AppOptions): Metrics {
  return new Metrics(clock, [
    ...relayModeOf(config) === "embedded" ? ["calls" as const] : [],
    ...cluster === undefined ? [] : ["cluster" as const],
    ...certificate === undefined ? [] : ["tls" as const],
  ]);
}
