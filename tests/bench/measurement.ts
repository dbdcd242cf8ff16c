/**
 * The measurements of each server, in turns: every server once, then every server again, so that the load of the
 * machine affects all of them alike. Each turn starts a fresh process, and a figure is the median over all turns.
 */

import type { Competitor, RunningServer, Unavailable } from "./competitor.ts";
import type { Profile } from "./profile.ts";
import { generate } from "./generate.ts";
import { type Figures, medians } from "./medians.ts";
import { descriptorLimit } from "./cpu_pinning.ts";
import type { Delivery, IdleTask } from "./task.ts";

/** Pairs that chat at the same time, and how many messages each has in flight. */
const PAIRS = 100;
const CHAT_DEPTH = 1;
const BURST_DEPTH = 16;
/** Messages per second at which latency is measured, as many as eight thousand people send who type all the time. */
const FIXED_RATE = 5_000;
/** Visits, and connections that request pages, at the same time. */
const VISITS_AT_ONCE = 32;
const PAGE_CONNECTIONS = 16;
/** Descriptors that a process needs besides its connections. */
const SPARE_DESCRIPTORS = 200;

/** How fast messages pass. Processor times are in microseconds per message, latencies in milliseconds. */
export interface RelayFigures extends Figures {
  readonly chatPerSecond: number;
  readonly chatCpu: number;
  readonly burstsPerSecond: number;
  readonly burstsCpu: number;
  readonly p50: number;
  readonly p99: number;
}

/** The memory of a connection. */
export interface MemoryFigures extends Figures {
  readonly connections: number;
  readonly bytes: number;
}

/** The cost of two visitors who arrive, are paired, exchange a message each way and leave, in microseconds. */
export interface ArrivalFigures extends Figures {
  readonly pairsPerSecond: number;
  readonly pairCpu: number;
}

/** The cost of the home page. The processor time is in microseconds. */
export interface PageFigures extends Figures {
  readonly pagesPerSecond: number;
  readonly pageCpu: number;
  readonly pageBytes: number;
}

/** The medians of a server, or why it was not measured. */
export type Result<F extends Figures> =
  | { name: string; kind: "measured"; figures: F }
  | { name: string; kind: "missing"; reason: string };

/** Measures every available server repeatedly. `note` receives the progress. */
export async function inTurns<F extends Figures>(
  all: readonly (Competitor | Unavailable)[],
  repetitions: number,
  measure: (running: RunningServer) => Promise<F>,
  note: (line: string) => void,
): Promise<Result<F>[]> {
  const figures = new Map<string, F[]>(all.map(({ name }) => [name, []]));
  for (let turn = 1; turn <= repetitions; turn++) {
    for (const competitor of all) {
      if ("reason" in competitor) continue;
      await using running = await competitor.start();
      const measured = await measure(running);
      figures.get(competitor.name)!.push(measured);
      note(`${turn}/${repetitions} ${competitor.name}: ${JSON.stringify(rounded(measured))}`);
    }
  }
  return all.map((one) => resultOf(one, figures.get(one.name)!));
}

/** Measures messages in a chat, in bursts and at a fixed rate. */
export async function measureRelay(
  { warmUp, duration }: Profile,
  { target }: RunningServer,
): Promise<RelayFigures> {
  const time = { pairs: PAIRS, warmUp, duration };
  const chat = await generate(target, { kind: "closed-loop", depth: CHAT_DEPTH, ...time });
  const bursts = await generate(target, { kind: "closed-loop", depth: BURST_DEPTH, ...time });
  const fixedRate = await generate(target, { kind: "fixed-rate", perSecond: FIXED_RATE, ...time });
  for (const delivery of [chat, bursts, fixedRate]) verify(delivery);
  return {
    chatPerSecond: chat.perSecond,
    chatCpu: chat.cpu,
    burstsPerSecond: bursts.perSecond,
    burstsCpu: bursts.cpu,
    p50: fixedRate.p50,
    p99: fixedRate.p99,
  };
}

/** Measures the memory of idle, connected pairs. */
export async function measureMemory(
  wanted: Omit<IdleTask, "kind">,
  { target }: RunningServer,
): Promise<MemoryFigures> {
  const { before, settle } = wanted;
  const maxPairs = (await descriptorLimit() - SPARE_DESCRIPTORS) >> 1;
  const pairs = Math.min(wanted.pairs, maxPairs - before);
  const task = { kind: "idle", pairs, before, settle } as const;
  const { connections, bytes, faults } = await generate(target, task);
  if (faults > 0) throw new Error(`Cannot measure memory: ${faults} connections have ended`);
  return { connections, bytes };
}

/** Measures visits that consist of being paired, a message each way, and leaving. */
export async function measureArrivals(
  visitors: number,
  { target }: RunningServer,
): Promise<ArrivalFigures> {
  const task = { kind: "visits", visitors, concurrency: VISITS_AT_ONCE } as const;
  const { perSecond, cpu, faults } = await generate(target, task);
  if (faults > 0) throw new Error(`Cannot measure arrivals: ${faults} faults`);
  return { pairsPerSecond: perSecond, pairCpu: cpu };
}

/** Measures requests for the home page. */
export async function measurePages(
  { warmUp, duration }: Profile,
  { target }: RunningServer,
): Promise<PageFigures> {
  const task = { kind: "page", connections: PAGE_CONNECTIONS, warmUp, duration } as const;
  const { perSecond, cpu, bytes } = await generate(target, task);
  return { pagesPerSecond: perSecond, pageCpu: cpu, pageBytes: bytes };
}

/** Throws if messages were lost, because then the figures are worthless. */
function verify({ sent, delivered, faults }: Delivery): void {
  if (delivered === sent && faults === 0) return;
  throw new Error(`Cannot measure: ${delivered} of ${sent} messages arrived, ${faults} faults`);
}

function resultOf<F extends Figures>(
  one: Competitor | Unavailable,
  figures: readonly F[],
): Result<F> {
  const { name } = one;
  return "reason" in one
    ? { name, kind: "missing", reason: one.reason }
    : { name, kind: "measured", figures: medians(figures) };
}

function rounded(figures: Figures): Figures {
  const entries = Object.entries(figures);
  return Object.fromEntries(entries.map(([name, value]) => [name, Number(value.toPrecision(3))]));
}
