/** Formats the figures of calls for docs/benchmarks.md. */

import type { CallFigures, RelayName } from "./call_measurement.ts";
import type { Sending } from "./call_setup.ts";
import type { Scene, TextFigures } from "./media_and_text.ts";
import { table } from "./markdown_table.ts";
import type { StreamFigures } from "./stream_load.ts";

/** All measurements of a run. */
export interface CallFindings {
  readonly relays: ReadonlyMap<string, CallFigures>;
  readonly streams: ReadonlyMap<string, StreamFigures>;
  readonly text: ReadonlyMap<Scene, TextFigures>;
  readonly receiveBuffer: string;
}

const NAMES: Readonly<Record<RelayName, string>> = { ours: "**ours**", coturn: "coturn" };
const SENDINGS: Readonly<Record<Sending, string>> = {
  channel: "ChannelData",
  indication: "Send and Data",
};

/** Three tables, each with an explanation. */
export function callTables(findings: CallFindings): string {
  const { relays, streams, text, receiveBuffer } = findings;
  return [
    "Both people of each call are clients of the relay, and send 1,200 bytes in each packet by UDP. " +
    "CPU is the relay's time per delivered packet in microseconds, followed by its ratio to coturn's. " +
    "At full load 64 packets are in flight.",
    costTable(relays),
    "100 calls of 1.2 Mbit/s each way, 350 packets a second each: 125 of video and 50 of audio from each " +
    "person. Memory is measured after 200 calls were opened. For ours it includes their two chats' connections.",
    capacityTable(relays),
    "By TCP and TLS, with five packets in each write:",
    streamTable(streams),
    `The latency of eight text pairs on the same server, in milliseconds (net.core.rmem_default is ${receiveBuffer}):`,
    textTable(text),
  ].join("\n\n");
}

function costTable(relays: ReadonlyMap<string, CallFigures>): string {
  const head = [
    ...["relay", "sent as", "full load, packets/s", "CPU", "to coturn"],
    ...["10,000 packets/s: CPU", "to coturn", "lost", "median, ms", "99th percentile, ms"],
  ];
  return table(
    head,
    rowsOf(relays, (figures, coturn) => [
      count(figures.fullPerSecond),
      figures.fullCpu.toFixed(1),
      ratio(figures.fullCpu, coturn?.fullCpu),
      figures.fixedCpu.toFixed(1),
      ratio(figures.fixedCpu, coturn?.fixedCpu),
      percent(figures.fixedLoss),
      figures.fixedP50.toFixed(2),
      figures.fixedP99.toFixed(2),
    ]),
    2,
  );
}

function capacityTable(relays: ReadonlyMap<string, CallFigures>): string {
  const head = [
    "relay",
    "sent as",
    "share of a core",
    "lost",
    "99th percentile, ms",
    "kB per call",
  ];
  return table(
    head,
    rowsOf(relays, (figures) => [
      `${(figures.callsBusy * 100).toFixed(0)}%`,
      percent(figures.callsLoss),
      figures.callsP99.toFixed(2),
      (figures.memory / 1000).toFixed(0),
    ]),
    2,
  );
}

function rowsOf(
  relays: ReadonlyMap<string, CallFigures>,
  cells: (figures: CallFigures, coturn: CallFigures | undefined) => string[],
): string[][] {
  return (["channel", "indication"] as const).flatMap((sending) =>
    (["ours", "coturn"] as const).flatMap((name) => {
      const figures = relays.get(`${name} ${sending}`);
      if (figures === undefined) return [];
      return [[NAMES[name], SENDINGS[sending], ...cells(figures, relays.get(`coturn ${sending}`))]];
    })
  );
}

function streamTable(streams: ReadonlyMap<string, StreamFigures>): string {
  const rows = [...streams].map(([name, { cpu, loss }]) => [name, cpu.toFixed(1), percent(loss)]);
  return table(["transport", "CPU", "lost"], rows);
}

function textTable(text: ReadonlyMap<Scene, TextFigures>): string {
  const idle = text.get("idle")?.p50 ?? NaN;
  const rows = [...text].map(([scene, { p50, p99, cpuP50, cpuP99, loss, busy }]) => [
    scene,
    p50.toFixed(2),
    ratio(p50, idle),
    p99.toFixed(2),
    cpuP50.toFixed(2),
    cpuP99.toFixed(2),
    scene === "50 calls" ? percent(loss) : "",
    `${(busy * 100).toFixed(0)}%`,
  ]);
  const head = [
    ...[
      "meanwhile",
      "median, ms",
      "to idle",
      "99th percentile, ms",
      "CPU, median",
      "CPU, 99th percentile",
    ],
    ...["packets lost", "share of a core"],
  ];
  return table(head, rows);
}

function ratio(value: number, other: number | undefined): string {
  return other === undefined ? "" : (value / other).toFixed(2);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.001 ? 3 : 2)}%`;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
