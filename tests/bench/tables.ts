/** Formats the figures for docs/benchmarks.md. */

import { NAMES } from "./competitor.ts";
import type { FindCost } from "./find_cost.ts";
import type {
  ArrivalFigures,
  MemoryFigures,
  PageFigures,
  RelayFigures,
  Result,
} from "./measurement.ts";
import type { Figures } from "./medians.ts";
import { table } from "./markdown_table.ts";
import type { PageLoad } from "./page_load.ts";

/** How fast messages pass. */
export function relayTable(results: readonly Result<RelayFigures>[]): string {
  const head = [
    "server",
    "chat, messages/s",
    "CPU",
    "to ours",
    "bursts, messages/s",
    "CPU",
    "to ours",
    "median, ms",
    "99th percentile, ms",
  ];
  const rows = table(
    head,
    results.map((result) =>
      row(result, head.length, (figures) => [
        count(figures.chatPerSecond),
        figures.chatCpu.toFixed(1),
        toOurs(results, "chatCpu", figures),
        count(figures.burstsPerSecond),
        figures.burstsCpu.toFixed(1),
        toOurs(results, "burstsCpu", figures),
        figures.p50.toFixed(2),
        figures.p99.toFixed(2),
      ])
    ),
  );
  return "100 pairs exchange messages of 100 bytes. In a chat, each pair has one message in flight. In " +
    "bursts, it has sixteen. CPU is the server's time per delivered message in microseconds, " +
    `followed by its ratio to ours. Latency is measured at 5,000 messages a second.\n\n${rows}`;
}

/** The memory of an idle connection, and what TLS adds. */
export function memoryTable(
  plain: readonly Result<MemoryFigures>[],
  tls: readonly Result<MemoryFigures>[],
): string {
  const head = ["server", "kB per connection", "to ours", "over TLS", "to ours", "TLS adds"];
  const rows = plain.map((result) =>
    row(result, head.length, (figures) => [
      kilobytes(figures.bytes),
      toOurs(plain, "bytes", figures),
      ...overTls(result.name, tls, (over) => [
        kilobytes(over.bytes),
        toOurs(tls, "bytes", over),
        kilobytes(over.bytes - figures.bytes),
      ]),
    ])
  );
  const connections = Math.max(...plain.map((one) => figure(one, "connections") ?? 0));
  return `Memory for each of ${
    count(connections)
  } connections, all paired and silent. Those that ` +
    `bring what a process needs once, such as compiled code, were opened before:\n\n${
      table(head, rows)
    }`;
}

/** What a pair of visitors costs who arrive and leave. */
export function arrivalsTable(
  plain: readonly Result<ArrivalFigures>[],
  tls: readonly Result<ArrivalFigures>[],
): string {
  const head = [
    ...["server", "pairs/s", "CPU per pair", "to ours", "CPU over TLS", "to ours", "TLS adds"],
  ];
  const rows = plain.map((result) =>
    row(result, head.length, (figures) => [
      count(figures.pairsPerSecond),
      figures.pairCpu.toFixed(0),
      toOurs(plain, "pairCpu", figures),
      ...overTls(result.name, tls, (over) => [
        over.pairCpu.toFixed(0),
        toOurs(tls, "pairCpu", over),
        (over.pairCpu - figures.pairCpu).toFixed(0),
      ]),
    ])
  );
  return "Visitors connect, are paired, exchange a message each way and leave, 32 at a time. Over " +
    "TLS, every handshake is a full one, with the same ECDSA certificate (P-256) for all servers, and " +
    "the generator takes longer for it than the servers, so only CPU is shown. CPU " +
    `is in microseconds per pair:\n\n${table(head, rows)}`;
}

/** Three cells of the same server over TLS, or the reason why they are empty. */
function overTls<F extends Figures>(
  name: string,
  tls: readonly Result<F>[],
  cells: (figures: F) => string[],
): string[] {
  const result = tls.find((one) => one.name === name);
  if (result?.kind === "measured") return cells(result.figures);
  return [result === undefined ? "" : `not measured: ${result.reason}`, "", ""];
}

/** What a request for the home page costs. */
export function pagesTable(results: readonly Result<PageFigures>[]): string {
  const head = ["server", "pages/s", "CPU per page", "bytes per page"];
  const rows = table(
    head,
    results.map((result) =>
      row(result, head.length, (figures) => [
        count(figures.pagesPerSecond),
        figures.pageCpu.toFixed(0),
        count(figures.pageBytes),
      ])
    ),
  );
  return `The home page, requested over 16 connections. CPU is in microseconds:\n\n${rows}`;
}

/** How long finding a partner takes. */
export function findTable(costs: readonly FindCost[]): string {
  const sizes = [...costs[0]!.nanoseconds.keys()];
  const rows = costs.map(({ name, nanoseconds }) => [
    name,
    ...sizes.map((size) => (nanoseconds.get(size)! / 1000).toFixed(2)),
  ]);
  const head = ["", ...sizes.map((size) => `${count(size)} waiting`)];
  return `Time to find a partner, in microseconds:\n\n${table(head, rows)}`;
}

/** How long the page takes in a browser. */
export function pageLine(load: PageLoad): string {
  return load.kind === "missing"
    ? `The page was not opened in a browser: ${load.reason}.`
    : `The page is usable ${load.interactive.toFixed(0)} ms after it is requested, with nothing ` +
      `cached and no network in between, in ${load.browser}.`;
}

/** The cells of a result. For a missing result, the reason takes the second cell. */
function row<F extends Figures>(
  result: Result<F>,
  width: number,
  cells: (figures: F) => string[],
): string[] {
  if (result.kind === "measured") return [result.name, ...cells(result.figures)];
  const empty = Array.from({ length: width - 2 }, () => "");
  return [result.name, `not measured: ${result.reason}`, ...empty];
}

/** The ratio of a figure to ours. */
function toOurs<F extends Figures>(
  results: readonly Result<F>[],
  name: keyof F & string,
  figures: F,
): string {
  const ours = results.find((one) => one.name === NAMES.node);
  return (figures[name]! / (ours && figure(ours, name) || NaN)).toFixed(2);
}

function figure<F extends Figures>(result: Result<F>, name: keyof F & string): number | undefined {
  return result.kind === "measured" ? result.figures[name] : undefined;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(2);
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
