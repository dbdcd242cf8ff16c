/**
 * What is measured of each contestant, in turns: everybody once, then everybody again, so that whatever else the
 * machine does falls on all of them alike. Each turn has a fresh process, and a figure is the median over all turns.
 */

import type { Absentee, Contestant, Running } from "./contestant.ts";
import type { Extent } from "./extent.ts";
import { generate } from "./generate.ts";
import { type Figures, medians } from "./medians.ts";
import { descriptors } from "./placement.ts";
import type { Delivery } from "./task.ts";

/** Pairs that talk at once, and how much each of them has under way. */
const PAIRS = 100;
const CHAT_DEPTH = 1;
const BURST_DEPTH = 16;
/** Messages a second at which latency is measured: what eight thousand people write who type all the time. */
const STEADY_RATE = 5_000;
/** Descriptors that a process needs beside its connections. */
const SPARE_DESCRIPTORS = 200;

/** How fast messages pass; times of a processor in microseconds a message, latencies in milliseconds. */
export interface RelayFigures extends Figures {
  readonly chatPerSecond: number;
  readonly chatCpu: number;
  readonly burstsPerSecond: number;
  readonly burstsCpu: number;
  readonly p50: number;
  readonly p99: number;
}

/** What a connection holds. */
export interface MemoryFigures extends Figures {
  readonly connections: number;
  readonly bytes: number;
}

/** What happens beside messages; times of a processor in microseconds. */
export interface VisitFigures extends Figures {
  readonly pairsPerSecond: number;
  readonly pairCpu: number;
  readonly pagesPerSecond: number;
  readonly pageCpu: number;
  readonly pageBytes: number;
}

/** A contestant's medians, or why there are none. */
export type Result<F extends Figures> =
  | { name: string; kind: "measured"; figures: F }
  | { name: string; kind: "missing"; reason: string };

/** Measures everybody who is there, again and again; `note` is told how it goes. */
export async function inTurns<F extends Figures>(
  all: readonly (Contestant | Absentee)[],
  repetitions: number,
  measure: (running: Running) => Promise<F>,
  note: (line: string) => void,
): Promise<Result<F>[]> {
  const figures = new Map<string, F[]>(all.map(({ name }) => [name, []]));
  for (let turn = 1; turn <= repetitions; turn++) {
    for (const contestant of all) {
      if ("reason" in contestant) continue;
      await using running = await contestant.start();
      const measured = await measure(running);
      figures.get(contestant.name)!.push(measured);
      note(`${turn}/${repetitions} ${contestant.name}: ${JSON.stringify(rounded(measured))}`);
    }
  }
  return all.map((one) => resultOf(one, figures.get(one.name)!));
}

/** Messages in a chat, in bursts and at a fixed rate. */
export async function measureRelay(
  { target }: Running,
  { warmUp, duration }: Extent,
): Promise<RelayFigures> {
  const time = { pairs: PAIRS, warmUp, duration };
  const chat = await generate(target, { kind: "flood", depth: CHAT_DEPTH, ...time });
  const bursts = await generate(target, { kind: "flood", depth: BURST_DEPTH, ...time });
  const steady = await generate(target, { kind: "steady", perSecond: STEADY_RATE, ...time });
  for (const delivery of [chat, bursts, steady]) verify(delivery);
  return {
    chatPerSecond: chat.perSecond,
    chatCpu: chat.cpu,
    burstsPerSecond: bursts.perSecond,
    burstsCpu: bursts.cpu,
    p50: steady.p50,
    p99: steady.p99,
  };
}

/** Memory of those who are there and say nothing. */
export async function measureMemory(
  { target }: Running,
  { crowdPairs, settle }: Extent,
): Promise<MemoryFigures> {
  const possible = (await descriptors() - SPARE_DESCRIPTORS) >> 1;
  const pairs = Math.min(crowdPairs, possible);
  const { connections, bytes, faults } = await generate(target, { kind: "crowd", pairs, settle });
  if (faults > 0) throw new Error(`Cannot measure memory: ${faults} connections have ended`);
  return { connections, bytes };
}

/** Visitors who are paired and go, and pages. */
export async function measureVisits(
  { target }: Running,
  { visitors, warmUp, duration }: Extent,
): Promise<VisitFigures> {
  const visits = await generate(target, { kind: "visits", visitors, atOnce: 32 });
  const page = await generate(target, { kind: "page", connections: 16, warmUp, duration });
  return {
    pairsPerSecond: visits.perSecond,
    pairCpu: visits.cpu,
    pagesPerSecond: page.perSecond,
    pageCpu: page.cpu,
    pageBytes: page.bytes,
  };
}

/** A figure of a server that loses messages is worth nothing. */
function verify({ sent, delivered, faults }: Delivery): void {
  if (delivered === sent && faults === 0) return;
  throw new Error(`Cannot measure: ${delivered} of ${sent} messages came, ${faults} faults`);
}

function resultOf<F extends Figures>(
  one: Contestant | Absentee,
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
