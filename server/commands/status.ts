/**
 * The command `status`: prints what an operator asks first about the running server. Every figure is taken from the
 * metrics, so it is a total and can't reveal anything about a person. `metrics/endpoint.ts` decides who may read them.
 */

import { type Clock, SECOND } from "../base/clock.ts";
import { formatApproximate } from "../base/format.ts";
import { print } from "../base/print.ts";
import type { Command } from "../config/command_line.ts";
import { fail } from "./console.ts";
import { addressOf } from "./health.ts";

/** Counts by a fixed word, such as a reason. */
export type Counts = Readonly<Record<string, number>>;

/** What the server is doing. */
export interface Status {
  readonly version: string;
  readonly status: "ok" | "degraded" | "draining";
  readonly failing: readonly string[];
  readonly uptimeSeconds: number;
  /** Sessions: connected, about to reconnect, and how many the server admits. */
  readonly people: {
    readonly connected: number;
    readonly reconnecting: number;
    readonly limit: number;
  };
  /** By mode. */
  readonly searching: Counts;
  readonly chats: Counts;
  /** Addresses that are blocked now, by reason. */
  readonly blocked: Counts;
  /** Since the server started, by reason. */
  readonly reports: Counts;
  readonly refused: Counts;
  /** The nodes of the cluster, or 1. */
  readonly nodes: number;
}

/** Prints it, and exits with 1 unless the server accepts visitors. */
export async function printStatus(
  command: Command & { kind: "status" },
  clock: Pick<Clock, "date">,
): Promise<void> {
  const { fetchMetrics, describeAddress } = await import("../doctor/health_client.ts");
  const address = await addressOf(command);
  const result = await fetchMetrics(address, address.token ?? command.config["metrics-token"]);
  const where = describeAddress(address);
  if (result.kind === "unreachable") {
    return await fail(`Cannot ask the server on ${where}: ${result.code}.`);
  }
  if (result.kind === "refused") {
    return await fail(
      `Cannot ask the server on ${where}: it answers with ${result.status}. ` +
        "Use its --data-dir as its user, or its --metrics-token.",
    );
  }
  const status = statusIn(result.text, clock.date());
  if (status === undefined) {
    return await fail(`Cannot ask the server on ${where}: it is not Anonymous Chat.`);
  }
  await print(Deno.stdout, command.isJson ? `${JSON.stringify(status)}\n` : formatStatus(status));
  Deno.exit(status.status === "draining" ? 1 : 0);
}

/** The status in the text of the metrics; `undefined` if they are not those of this program. */
export function statusIn(text: string, now: Date): Status | undefined {
  const metrics = new MetricValues(text);
  const [version] = Object.keys(metrics.counts("build_info"));
  if (version === undefined) return undefined;
  const failing = keysOf(metrics.counts("component_failing"));
  const isDraining = metrics.value("draining") > 0;
  const startedAt = metrics.value("process_start_time_seconds", "");
  return {
    version,
    status: isDraining ? "draining" : failing.length > 0 ? "degraded" : "ok",
    failing,
    uptimeSeconds: Math.max(0, Math.floor(now.getTime() / SECOND - startedAt)),
    people: {
      connected: metrics.value("connected_sessions"),
      reconnecting: metrics.value("disconnected_sessions"),
      limit: metrics.value("connections_limit"),
    },
    searching: metrics.counts("searching_sessions"),
    chats: metrics.counts("active_chats"),
    blocked: metrics.counts("addresses_blocked"),
    reports: metrics.counts("reports_total"),
    refused: metrics.counts("connections_refused_total"),
    nodes: Math.max(1, metrics.value("cluster_members")),
  };
}

/** The words whose count is not 0. */
function keysOf(counts: Counts): string[] {
  return Object.entries(counts).filter(([, count]) => count > 0).map(([word]) => word);
}

/** A line of the text format: a name, perhaps a label, and a value. */
const SAMPLE = /^(\w+)(?:\{\w+="([^"]*)"\})? (\S+)$/;

/** The values in the Prometheus text format. */
class MetricValues {
  readonly #values = new Map<string, Record<string, number>>();

  constructor(text: string) {
    for (const line of text.split("\n")) {
      const [, name, label = "", value] = SAMPLE.exec(line) ?? [];
      if (name === undefined || !Number.isFinite(Number(value))) continue;
      const counts = this.#values.get(name) ?? {};
      this.#values.set(name, Object.assign(counts, { [label]: Number(value) }));
    }
  }

  /** The values of a metric, by its label. */
  counts(name: string, prefix = "anonymous_chat_"): Counts {
    return this.#values.get(prefix + name) ?? {};
  }

  /** The value of a metric without a label; 0 if the server doesn't have it. */
  value(name: string, prefix?: string): number {
    return this.counts(name, prefix)[""] ?? 0;
  }
}

/** The status as lines for people. */
export function formatStatus(status: Status): string {
  const { version, people, failing, nodes } = status;
  const uptime = formatApproximate(status.uptimeSeconds * SECOND);
  const rows: readonly (readonly [name: string, value: string])[] = [
    ["status", [status.status, ...failing.length === 0 ? [] : [failing.join(", ")]].join(": ")],
    ["version", `${version}, started ${uptime} ago`],
    [
      "people",
      `${people.connected} of at most ${people.limit}, and ${people.reconnecting} reconnecting`,
    ],
    ["searching", counted(status.searching)],
    ["chats", counted(status.chats)],
    ["blocked", `${counted(status.blocked)} addresses`],
    ["reports", `${counted(status.reports)} since the start`],
    ["refused", `${counted(status.refused)} since the start`],
    ...nodes === 1 ? [] : [["nodes", `${nodes}`] as const],
  ];
  return rows.map(([name, value]) => `${name.padEnd(NAME_WIDTH)}${value}\n`).join("");
}

/** Width of the names, in characters. */
const NAME_WIDTH = 11;

/** A total and, in parentheses, the counts that are not 0. */
function counted(counts: Counts): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const parts = keysOf(counts).map((word) => `${word} ${counts[word]}`);
  return parts.length === 0 ? `${total}` : `${total} (${parts.join(", ")})`;
}
