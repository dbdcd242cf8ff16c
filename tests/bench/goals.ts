/**
 * The performance goals of this program, compared with the measurements. A goal that an experiment has shown to be
 * unreachable is no longer a goal. Its figure is printed as a result, with the reason.
 */

import { NAMES } from "./competitor.ts";
import type { FindCost } from "./find_cost.ts";
import type { Findings } from "./findings.ts";
import type { RelayFigures, Result } from "./measurement.ts";
import type { Figures } from "./medians.ts";

/** CPU time of a message in a chat, compared with the lower bound and with `ws`. */
const MAX_TIMES_FLOOR = 1.7;
const MAX_TIMES_WS = 1.05;
/** CPU time of Bun for a message in bursts, compared with ours. */
const MIN_TIMES_BUN = 3;
/** Of a pair of visitors who arrive and leave: in microseconds, or compared with `ws`. One of them is enough. */
const MAX_ARRIVAL = 370;
const MAX_ARRIVAL_TIMES_WS = 0.65;
/** For an idle paired connection with its session, and for TLS in addition. */
const MAX_CONNECTION_BYTES = 6_300;
const MAX_TLS_BYTES = 10_000;
/**
 * The factor by which `find` may cost more in a pool ten thousand times as large. Memory outside the caches is slower.
 */
const FLAT = 2;

/** Former goals, for messages per second of a core in a chat, compared with others. */
const TIMES_SOCKET_IO_TEXT = 3;
const TIMES_WS = 1.25;

/** A goal, or a former one. */
export type Goal =
  | { kind: "met" | "missed"; says: string; measured: string }
  | { kind: "unmeasured"; says: string }
  | { kind: "unreachable"; says: string; measured: string; reason: string };

/** All goals. Those that lack a figure are unmeasured. */
export function goals(findings: Findings): Goal[] {
  return [
    ...relayGoals(findings),
    arrivalGoal(findings),
    ...memoryGoals(findings),
    findGoal(findings),
    ...formerGoals(findings),
  ];
}

function relayGoals({ relay }: Findings): Goal[] {
  const ours = figuresOf(relay, NAMES.node);
  const [ws, bun, floor] = [NAMES.ws, NAMES.bun, NAMES.floor].map((name) => figuresOf(relay, name));
  const atMost = (other: RelayFigures | undefined, max: number, name: string): Goal =>
    goal(
      `A message in a chat takes at most ${max} times the CPU time of ${name}.`,
      ours && other && ours.chatCpu / other.chatCpu,
      (times) => times <= max,
      (times) => `${times.toFixed(2)} times`,
    );
  return [
    atMost(floor, MAX_TIMES_FLOOR, "C and epoll"),
    atMost(ws, MAX_TIMES_WS, "`ws`"),
    goal(
      `In bursts, a core relays at least ${MIN_TIMES_BUN} times as many messages as with Bun.`,
      ours && bun && bun.burstsCpu / ours.burstsCpu,
      (times) => times >= MIN_TIMES_BUN,
      (times) => `${times.toFixed(2)} times`,
    ),
  ];
}

function arrivalGoal({ arrivals }: Findings): Goal {
  const ours = figuresOf(arrivals, NAMES.node)?.pairCpu;
  const ws = figuresOf(arrivals, NAMES.ws)?.pairCpu ?? NaN;
  return goal(
    `Two visitors who arrive, chat and leave take at most ${MAX_ARRIVAL} µs of CPU time, or ` +
      `${MAX_ARRIVAL_TIMES_WS} times that of \`ws\`.`,
    ours,
    (cpu) => cpu <= MAX_ARRIVAL || cpu / ws <= MAX_ARRIVAL_TIMES_WS,
    (cpu) => `${cpu.toFixed(0)} µs` + (ws > 0 ? `, ${(cpu / ws).toFixed(2)} times` : ""),
  );
}

function memoryGoals({ memory, tlsMemory }: Findings): Goal[] {
  const plain = figuresOf(memory, NAMES.node)?.bytes;
  const tls = figuresOf(tlsMemory, NAMES.node)?.bytes;
  const atMost = (says: string, bytes: number | undefined, max: number): Goal =>
    goal(
      `${says} takes at most ${kilobytes(max)} kB.`,
      bytes,
      () => bytes! <= max,
      () => `${kilobytes(bytes!)} kB`,
    );
  const extra = plain === undefined || tls === undefined ? undefined : tls - plain;
  return [
    atMost("An idle paired connection", plain, MAX_CONNECTION_BYTES),
    atMost("TLS on an idle connection", extra, MAX_TLS_BYTES),
  ];
}

function findGoal({ find }: Findings): Goal {
  return goal(
    `Finding a partner among 100,000 takes at most ${FLAT} times as long as among 10.`,
    find && Math.max(...find.map(growth)),
    (times) => times <= FLAT,
    (times) => `${times.toFixed(2)} times`,
  );
}

/** Goals that a bare relay on the same runtime does not reach. */
function formerGoals({ relay }: Findings): Goal[] {
  const former = (name: string, times: number, says: string): Goal[] => {
    const [other, ours, bare] = [name, NAMES.node, NAMES.runtime]
      .map((one) => figuresOf(relay, one)?.chatCpu);
    if (other === undefined || ours === undefined || bare === undefined) return [];
    const reason =
      `A message would have to take ${(other / times).toFixed(1)} µs. With a bare relay ` +
      `on the same runtime it takes ${bare.toFixed(1)} µs.`;
    return [{ kind: "unreachable", says, measured: `${(other / ours).toFixed(2)} times`, reason }];
  };
  return [
    ...former(
      NAMES.socketIo,
      TIMES_SOCKET_IO_TEXT,
      `In a chat, a core relays ${TIMES_SOCKET_IO_TEXT} times as many messages as with Socket.IO and text.`,
    ),
    ...former(
      NAMES.ws,
      TIMES_WS,
      `In a chat, a core relays ${TIMES_WS} times as many messages as with \`ws\`.`,
    ),
  ];
}

function goal(
  says: string,
  value: number | undefined,
  isMet: (value: number) => boolean,
  show: (value: number) => string,
): Goal {
  if (value === undefined) return { kind: "unmeasured", says };
  return { kind: isMet(value) ? "met" : "missed", says, measured: show(value) };
}

/** The cost in the largest pool divided by the cost in the smallest. */
function growth({ nanoseconds }: FindCost): number {
  const sizes = [...nanoseconds.keys()];
  return nanoseconds.get(Math.max(...sizes))! / nanoseconds.get(Math.min(...sizes))!;
}

function figuresOf<F extends Figures>(
  results: readonly Result<F>[] | undefined,
  name: string,
): F | undefined {
  const result = results?.find((one) => one.name === name);
  return result?.kind === "measured" ? result.figures : undefined;
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1);
}
