/** Formats what was measured of crowds for docs/scaling.md: a column for each way, and a row for each figure. */

import type { CrowdFigures, StepFigures } from "./crowd_measurement.ts";
import type { WayName } from "./crowd_way.ts";
import type { Histogram } from "./histogram.ts";

const HEADS: Readonly<Record<WayName, string>> = {
  process: "connections to one process",
  transports: "sessions in one process",
  cluster: "connections to six nodes",
};

/** A row: its name, and the cell of a way. */
type Row = readonly [name: string, cell: (figures: CrowdFigures) => string];

const ROWS: readonly Row[] = [
  ["people", ({ people }) => count(people)],
  ["part of the messages of people", ({ share }) => `${count(share * 100)}%`],
  ["memory per person, silent, kB", (all) => kilobytes(all, all.silence)],
  ["memory per person, chatting, kB", (all) => kilobytes(all, all.chat)],
  ["CPU per arrival, µs", ({ arrival, people }) => count(arrival.cpu * 1000 / people)],
  ["CPU, silent", ({ silence }) => shareOfCore(silence)],
  ["CPU, chatting", ({ chat }) => shareOfCore(chat)],
  ["CPU per heartbeat of a person, µs", heartbeatCost],
  ["median of a message, ms", ({ chat }) => quantile(chat.latency, 0.5)],
  ["99th percentile of a message, ms", ({ chat }) => quantile(chat.latency, 0.99)],
  ["median of a search while others wait, ms", ({ wait }) => quantile(wait.pairing, 0.5)],
  ["99th percentile of a search while others wait, ms", ({ wait }) => quantile(wait.pairing, 0.99)],
  ["how many wait", ({ waiters }) => count(waiters)],
  ["longest stretch on arrivals, ms", ({ arrival }) => count(arrival.stretch)],
  ["longest stretch of a heartbeat, ms", ({ heartbeat }) => count(heartbeat.stretch)],
  ["longest stretch while chatting, ms", ({ chat }) => count(chat.stretch)],
  ["99 % of timers in chats are later by less than, ms", ({ chat }) => count(chat.lagP99)],
  ["longest stretch while others wait, ms", ({ wait }) => count(wait.stretch)],
  [
    "longest stretch of a purge and its garbage collection, ms",
    ({ purge }) => count(purge.stretch),
  ],
  ["longest interval task, ms", longestTask],
  ["longest pause of a minor collection, ms", (all) => longestPause(all, "minor")],
  ["longest pause of a major collection, ms", (all) => longestPause(all, "major")],
  ["SIGTERM: seconds until it exits", ({ stop }) => (stop.ms / 1000).toFixed(1)],
  ["SIGTERM: longest stretch, ms", ({ stop }) => count(stop.figures.stretch)],
];

/** One table for all ways that were measured, and a list of what the visitors saw. */
export function crowdTable(ways: ReadonlyMap<WayName, CrowdFigures>): string {
  const figures = [...ways.values()];
  const heads = [...ways.keys()].map((name) => HEADS[name]);
  const rows = ROWS.map(([name, cell]) => [name, ...figures.map(cell)]);
  const table = [["", ...heads], ["---", ...heads.map(() => "--:")], ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const seen = figures.map(({ stop }, at) => `- ${heads[at]}: ${listOf(stop.seen.seen)}`)
    .join("\n");
  return `${table}\n\nWhat the visitors see when the first server is stopped:\n\n${seen}`;
}

function kilobytes({ people, empty }: CrowdFigures, { rss }: StepFigures): string {
  return ((rss - empty.rss) / people / 1000).toFixed(1);
}

/** The processor time of a step, as a part of one core. */
function shareOfCore({ cpu, took }: StepFigures): string {
  return `${count(cpu / took * 100)}%`;
}

/** Both steps last equally long, and all else in them is alike. */
function heartbeatCost({ heartbeat, silence, people }: CrowdFigures): string {
  return (Math.max(0, heartbeat.cpu - silence.cpu) * 1000 / people).toFixed(1);
}

function longestTask(all: CrowdFigures): string {
  const tasks = stepsOf(all).flatMap((step) => Object.entries(step.tasks));
  const [name, ms] = tasks.reduce((a, b) => b[1] > a[1] ? b : a, ["", 0]);
  return `${count(ms)} (${name})`;
}

function longestPause(all: CrowdFigures, kind: "minor" | "major"): string {
  return count(Math.max(...stepsOf(all).map((step) => step[kind])));
}

function stepsOf({ arrival, silence, heartbeat, chat, wait, purge }: CrowdFigures): StepFigures[] {
  return [arrival, silence, heartbeat, chat, wait, purge];
}

function quantile(histogram: Histogram, part: number): string {
  return histogram.quantile(part).toFixed(1);
}

function listOf(seen: Readonly<Record<string, number>>): string {
  return Object.entries(seen).map(([what, number]) => `${count(number)} ${what}`).join(", ");
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en");
}
