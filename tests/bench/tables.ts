/** Formats the figures for docs/benchmarks.md and the README. */

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
import type { PageLoad } from "./page_load.ts";

/** All measurements of a run. */
export interface Findings {
  readonly machine: string;
  readonly relay: readonly Result<RelayFigures>[];
  readonly memory: readonly Result<MemoryFigures>[];
  readonly arrivals: readonly Result<ArrivalFigures>[];
  readonly pages: readonly Result<PageFigures>[];
  readonly find: readonly FindCost[];
  readonly pageLoad: PageLoad;
}

/** All tables, each with an explanation. */
export function markdown(findings: Findings): string {
  const { machine, relay, memory, arrivals, pages, find, pageLoad } = findings;
  const connections = Math.max(...memory.map((one) => figure(one, "connections") ?? 0));
  return [
    machine,
    "100 pairs exchange messages of 100 bytes. In a chat, each pair has one message in flight. In " +
    "bursts, it has sixteen. CPU is the server's time per delivered message in microseconds, " +
    "followed by its ratio to ours. Latency is measured at 5,000 messages a second.",
    relayTable(relay),
    `Memory for ${count(connections)} connections, all paired and silent:`,
    memoryTable(memory),
    "Arrivals: visitors connect, are paired, exchange a message each way and leave, 32 at a time. " +
    "CPU is in microseconds per pair:",
    arrivalsTable(arrivals),
    "The home page, requested over 16 connections. CPU is in microseconds:",
    pagesTable(pages),
    "Time to find a partner, in microseconds:",
    findTable(find),
    pageLine(pageLoad),
  ].join("\n\n");
}

/** The servers in the README's summary. */
const SUMMARY: readonly string[] = [NAMES.node, NAMES.socketIo, NAMES.ws];

/** Some figures of some servers, for the README. */
export function summary({ relay, memory }: Findings): string {
  const head = [
    "server",
    "chat, messages/s",
    "bursts, messages/s",
    "median, ms",
    "kB per connection",
  ];
  const rows = relay.filter(({ name }) => SUMMARY.includes(name)).map((result) =>
    row(result, head.length, ({ chatPerSecond, burstsPerSecond, p50 }) => {
      const bytes = figure(memory.find(({ name }) => name === result.name)!, "bytes");
      return [
        count(chatPerSecond),
        count(burstsPerSecond),
        p50.toFixed(2),
        bytes === undefined ? "" : (bytes / 1000).toFixed(2),
      ];
    })
  );
  return table(head, rows);
}

function relayTable(results: readonly Result<RelayFigures>[]): string {
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
  return table(
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
}

function memoryTable(results: readonly Result<MemoryFigures>[]): string {
  const head = ["server", "kB per connection", "to ours"];
  return table(
    head,
    results.map((result) =>
      row(result, head.length, (figures) => [
        (figures.bytes / 1000).toFixed(2),
        toOurs(results, "bytes", figures),
      ])
    ),
  );
}

function arrivalsTable(results: readonly Result<ArrivalFigures>[]): string {
  const head = ["server", "pairs/s", "CPU per pair", "to ours"];
  return table(
    head,
    results.map((result) =>
      row(result, head.length, (figures) => [
        count(figures.pairsPerSecond),
        figures.pairCpu.toFixed(0),
        toOurs(results, "pairCpu", figures),
      ])
    ),
  );
}

function pagesTable(results: readonly Result<PageFigures>[]): string {
  const head = ["server", "pages/s", "CPU per page", "bytes per page"];
  return table(
    head,
    results.map((result) =>
      row(result, head.length, (figures) => [
        count(figures.pagesPerSecond),
        figures.pageCpu.toFixed(0),
        count(figures.pageBytes),
      ])
    ),
  );
}

function findTable(costs: readonly FindCost[]): string {
  const sizes = [...costs[0]!.nanoseconds.keys()];
  const rows = costs.map(({ name, nanoseconds }) => [
    name,
    ...sizes.map((size) => (nanoseconds.get(size)! / 1000).toFixed(2)),
  ]);
  return table(["", ...sizes.map((size) => `${count(size)} waiting`)], rows);
}

function pageLine(load: PageLoad): string {
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

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = head.map((_, column) => column === 0 ? "---" : "--:");
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
