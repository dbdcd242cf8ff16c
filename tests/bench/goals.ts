/** The performance goals of this program, compared with the measurements. */

import { NAMES } from "./competitor.ts";
import type { FindCost } from "./find_cost.ts";
import type { MemoryFigures, RelayFigures, Result } from "./measurement.ts";
import type { Figures } from "./medians.ts";

/** Messages per second of a core in a chat, compared with Socket.IO. */
const TIMES_SOCKET_IO = 3;
/** The same compared with `ws`. */
const TIMES_WS = 1.25;
/** For a paired connection with its session. */
const MAX_CONNECTION_BYTES = 10_000;
/**
 * The factor by which `find` may cost more in a pool ten thousand times as large. Memory outside the caches is slower.
 */
const FLAT = 2;

/** A goal. `value` is undefined if it could not be measured. */
interface Goal {
  readonly says: string;
  readonly value: number | undefined;
  readonly isMet: (value: number) => boolean;
}

export function goalLines(
  relay: readonly Result<RelayFigures>[],
  memory: readonly Result<MemoryFigures>[],
  find: readonly FindCost[],
): string[] {
  const cpu = (name: string, figure: "chatCpu" | "burstsCpu"): number | undefined =>
    figuresOf(relay, name)?.[figure];
  const overSocketIo = (name: string, what: string): Goal => ({
    says: `chat, messages/s of a core, at least ${TIMES_SOCKET_IO} times Socket.IO's ${what}`,
    value: ratio(cpu(name, "chatCpu"), cpu(NAMES.node, "chatCpu")),
    isMet: (times) => times >= TIMES_SOCKET_IO,
  });
  const goals: Goal[] = [
    overSocketIo(NAMES.socketIoBinary, "with bytes, as our frames are"),
    overSocketIo(NAMES.socketIo, "with text"),
    {
      says: `chat, messages/s of a core, at least ${TIMES_WS} times those of ws`,
      value: ratio(cpu(NAMES.ws, "chatCpu"), cpu(NAMES.node, "chatCpu")),
      isMet: (times) => times >= TIMES_WS,
    },
    {
      says: "bursts, messages/s of a core, above Bun's",
      value: ratio(cpu(NAMES.bun, "burstsCpu"), cpu(NAMES.node, "burstsCpu")),
      isMet: (times) => times > 1,
    },
    {
      says: `bytes of an idle paired connection, at most ${MAX_CONNECTION_BYTES}`,
      value: figuresOf(memory, NAMES.node)?.bytes,
      isMet: (bytes) => bytes <= MAX_CONNECTION_BYTES,
    },
    {
      says: `find among 100,000, at most ${FLAT} times its cost among 10`,
      value: Math.max(...find.map(growth)),
      isMet: (times) => times <= FLAT,
    },
  ];
  return goals.map(lineOf);
}

function lineOf({ says, value, isMet }: Goal): string {
  if (value === undefined) return `goal: ${says}: not measured`;
  const shown = value < 100 ? value.toFixed(2) : value.toFixed(0);
  return `goal: ${says}: ${isMet(value) ? "met" : "NOT met"} (${shown})`;
}

/** The cost in the largest pool divided by the cost in the smallest. */
function growth({ nanoseconds }: FindCost): number {
  const sizes = [...nanoseconds.keys()];
  return nanoseconds.get(Math.max(...sizes))! / nanoseconds.get(Math.min(...sizes))!;
}

function figuresOf<F extends Figures>(
  results: readonly Result<F>[],
  name: string,
): F | undefined {
  const result = results.find((one) => one.name === name);
  return result?.kind === "measured" ? result.figures : undefined;
}

function ratio(other: number | undefined, ours: number | undefined): number | undefined {
  return other === undefined || ours === undefined ? undefined : other / ours;
}
