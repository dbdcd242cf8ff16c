/**
 * Every metric, as a table: its name, its meaning, and how its value is read. Nearly all values are read from the parts
 * of the server when Prometheus asks. Only a few counters exist for the metrics alone.
 *
 * The metrics describe the server and never a person. A value is a sum over all visitors, and a label is one of a few
 * words in the source. No address, token or message text can get into them.
 */

import type { BlockReason } from "../admission/address_record.ts";
import type { Gate } from "../admission/gate.ts";
import { SECOND } from "../base/clock.ts";
import type { LogOutput } from "../base/log_output.ts";
import type { Relay } from "../chat/relay.ts";
import type { SessionRegistry } from "../chat/session_registry.ts";
import type { CallRelay } from "../turn/call_relay.ts";
import { COMPONENTS, type Health } from "../health.ts";
import type { Matchmaker } from "../matching/matchmaker.ts";
import type { Statistics } from "../statistics/statistics.ts";

/** Features that not every server has: the embedded relay of calls, a cluster, and a certificate. */
export type Feature = "calls" | "cluster" | "tls";

/** A value, or one for each value of the label. */
export type Reading = number | Readonly<Record<string, number>>;

/** One metric of the Prometheus text format, version 0.0.4. */
export interface Metric {
  /** Without the prefix. */
  readonly name: string;
  readonly kind: "counter" | "gauge";
  readonly help: string;
  /** The name of its label, if it has several values. */
  readonly label?: string;
  readonly read: (sources: MetricSources) => Reading;
  /** The feature without which it is left out. */
  readonly needs?: Feature;
}

/** The parts of the server that the metrics are read from. */
export interface MetricSources {
  readonly version: string;
  /** Maximum number of connections: the effective limit, and the configured value. */
  readonly limit: number;
  readonly wanted: number;
  /** In seconds since 1970. */
  readonly startedAt: number;
  readonly sessions: Pick<
    SessionRegistry,
    "connected" | "disconnected" | "entered" | "resumes" | "reports" | "isDraining" | "chats"
  >;
  readonly matchmaker: Pick<Matchmaker, "pairings" | "searchingFor">;
  readonly relay: Pick<Relay, "frames" | "bytes" | "slowReaders" | "dropped">;
  readonly statistics: Pick<Statistics, "total">;
  readonly gate: Pick<Gate, "refusals">;
  readonly addresses: { readonly held: number; blocked(): Record<BlockReason, number> };
  /** Difficulty of the work that a page must do before a search, in bits; 0 if none is required. */
  readonly workBits: () => number;
  readonly health: () => Health;
  readonly logOutput: Pick<LogOutput, "lost">;
  readonly accessLog: { readonly lost: Readonly<Record<string, number>> };
  /** Expiry of the certificate in use, in seconds since 1970. */
  readonly certificateExpiry: number;
  /** `undefined` without the embedded relay. */
  readonly callRelay: Pick<CallRelay, "calls" | "relayedBytes" | "drops"> | undefined;
  readonly cluster: { readonly isUp: boolean; readonly others: number } | undefined;
  readonly load: {
    /** In milliseconds. */
    readonly lag: number;
    /** In bytes. */
    memory(): { readonly rss: number; readonly heapUsed: number };
    /** Processor time used so far, in seconds. */
    cpu(): number;
  };
  /** Number of open sockets of the listener. */
  readonly sockets: number;
}

/** The prefix of our metrics. */
const PREFIX = "anonymous_chat_";

/** Every metric but the histogram (`metrics.ts`), in the order of the output. */
export const METRICS: readonly Metric[] = [
  {
    name: `${PREFIX}build_info`,
    kind: "gauge",
    help: "Always 1; the label is the running version.",
    label: "version",
    read: ({ version }) => ({ [version]: 1 }),
  },
  gauge("connected_sessions", "Connected sessions.", ({ sessions }) => sessions.connected),
  gauge("connections_limit", "Maximum number of connections.", ({ limit }) => limit),
  gauge(
    "connections_configured",
    "Value of --max-connections; above the limit if the system has too few file descriptors.",
    ({ wanted }) => wanted,
  ),
  gauge(
    "disconnected_sessions",
    "Sessions whose connection dropped and that can still resume.",
    ({ sessions }) => sessions.disconnected,
  ),
  gauge(
    "searching_sessions",
    "Sessions that are searching for a partner, by mode.",
    ({ matchmaker }) => matchmaker.searchingFor(),
    "mode",
  ),
  gauge(
    "active_chats",
    "Active chats, by mode; a chat across two nodes is counted by one of them.",
    ({ sessions }) => sessions.chats(),
    "mode",
  ),
  counter("connections_total", "WebSockets accepted.", ({ sessions }) => sessions.entered),
  counter(
    "connections_refused_total",
    "WebSockets refused, by reason.",
    ({ gate }) => gate.refusals,
    "reason",
  ),
  counter(
    "resumes_total",
    "Session resume attempts, by outcome.",
    ({ sessions }) => ({ ...sessions.resumes }),
    "outcome",
  ),
  counter(
    "pairings_total",
    "Chats started, by mode.",
    ({ matchmaker }) => matchmaker.pairings,
    "mode",
  ),
  counter("chats_ended_total", "Chats ended.", ({ statistics }) => statistics.total.chats),
  counter(
    "chat_duration_seconds_total",
    "Total duration of ended chats.",
    ({ statistics }) => statistics.total.chatDuration / SECOND,
  ),
  counter(
    "messages_total",
    "Messages relayed.",
    ({ statistics }) => statistics.total.messages,
  ),
  counter(
    "relayed_frames_total",
    "Encrypted frames relayed: messages, and everything else that pages send each other.",
    ({ relay }) => relay.frames,
  ),
  counter("relayed_bytes_total", "Bytes in relayed frames.", ({ relay }) => relay.bytes),
  gauge(
    "slow_readers",
    "Clients with data queued that they have not read yet.",
    ({ relay }) => relay.slowReaders,
  ),
  counter(
    "slow_readers_closed_total",
    "Clients disconnected because they had stopped reading.",
    ({ relay }) => relay.dropped,
  ),
  counter("reports_total", "Reports, by reason.", ({ sessions }) => sessions.reports, "reason"),
  gauge("addresses_held", "Addresses in memory.", ({ addresses }) => addresses.held),
  gauge(
    "addresses_blocked",
    "Blocked addresses in memory, by reason.",
    ({ addresses }) => addresses.blocked(),
    "reason",
  ),
  gauge(
    "proof_of_work_difficulty",
    "Difficulty of the work required before a search; each step doubles it, and 0 means none is required.",
    ({ workBits }) => workBits(),
  ),
  gauge(
    "component_failing",
    "1 for each failing component other than the chat, named as in /healthz.",
    ({ health, cluster, certificateExpiry, callRelay }) =>
      failures(health(), {
        redis: cluster !== undefined,
        certificate: certificateExpiry > 0,
        relay: callRelay !== undefined,
      }),
    "component",
  ),
  counter(
    "log_lines_lost_total",
    "Operational log lines that could not be written.",
    ({ logOutput }) => logOutput.lost,
  ),
  counter(
    "access_log_lines_lost_total",
    "Requests missing from the access log: over a limit of the address or of the day, too many at once, or not writable.",
    ({ accessLog }) => accessLog.lost,
    "reason",
  ),
  gauge(
    "draining",
    "1 if the server is about to stop.",
    ({ sessions }) => Number(sessions.isDraining),
  ),
  {
    ...gauge("calls", "Calls that the embedded relay forwards.", ({ callRelay }) => {
      return callRelay?.calls ?? 0;
    }),
    needs: "calls",
  },
  {
    ...counter(
      "call_bytes_total",
      "Bytes of calls that the embedded relay has forwarded, each counted once.",
      ({ callRelay }) => callRelay?.relayedBytes ?? 0,
    ),
    needs: "calls",
  },
  {
    ...counter(
      "call_packets_dropped_total",
      "Packets that the embedded relay did not forward, by reason.",
      ({ callRelay }) => callRelay?.drops ?? {},
      "reason",
    ),
    needs: "calls",
  },
  {
    ...gauge(
      "cluster_members",
      "Nodes that can reach each other, including this one.",
      ({ cluster }) => 1 + (cluster?.others ?? 0),
    ),
    needs: "cluster",
  },
  {
    ...gauge(
      "redis_up",
      "1 if this node is connected to the cluster through Redis, 0 if not.",
      ({ cluster }) => Number(cluster?.isUp ?? false),
    ),
    needs: "cluster",
  },
  {
    ...gauge(
      "tls_certificate_expiry_timestamp_seconds",
      "Expiry of the certificate in use, as a Unix timestamp.",
      ({ certificateExpiry }) => certificateExpiry,
    ),
    needs: "tls",
  },
  gauge("listener_sockets", "Open sockets of the listener.", ({ sockets }) => sockets),
  gauge(
    "event_loop_lag_seconds",
    "Longest delay of a timer in the last half minute.",
    ({ load }) => load.lag / SECOND,
  ),
  gauge("heap_bytes", "JavaScript heap in use.", ({ load }) => {
    return load.memory().heapUsed;
  }),
  {
    name: "process_resident_memory_bytes",
    kind: "gauge",
    help: "Resident memory of the process.",
    read: ({ load }) => load.memory().rss,
  },
  {
    name: "process_cpu_seconds_total",
    kind: "counter",
    help: "CPU time of all threads.",
    read: ({ load }) => load.cpu(),
  },
  {
    name: "process_start_time_seconds",
    kind: "gauge",
    help: "Start time of the process, as a Unix timestamp.",
    read: ({ startedAt }) => startedAt,
  },
];

/** Duration of a search until a chat began, with its buckets in seconds. */
export const SEARCH_DURATION = {
  name: `${PREFIX}search_duration_seconds`,
  help: "Time from the start of a search until a partner is found, by mode.",
  label: "mode",
  buckets: [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300],
} as const;

function gauge(name: string, help: string, read: Metric["read"], label?: string): Metric {
  return metric("gauge", name, help, read, label);
}

function counter(name: string, help: string, read: Metric["read"], label?: string): Metric {
  return metric("counter", name, help, read, label);
}

function metric(
  kind: Metric["kind"],
  name: string,
  help: string,
  read: Metric["read"],
  label?: string,
): Metric {
  const metric = { name: PREFIX + name, kind, help, read };
  return label === undefined ? metric : { ...metric, label };
}

/** Every component that this server has, with 1 if it fails. `has` names those that not every server has. */
function failures(
  { failing }: Health,
  has: Readonly<Partial<Record<Health["failing"][number], boolean>>>,
): Record<string, number> {
  const parts = COMPONENTS.filter((part) => has[part] ?? true);
  return Object.fromEntries(parts.map((part) => [part, Number(failing.includes(part))]));
}
