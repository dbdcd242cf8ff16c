/**
 * What relaying costs, ours and coturn in turns, each in a fresh process on the same core, with the same packets. The
 * generator has the other core.
 */

import { delay } from "../../server/base/timeout.ts";
import { residentBytes } from "../support/process_memory.ts";
import {
  type MeasuredRelay,
  openCalls,
  type Sending,
  startCoturn,
  startProgram,
} from "./call_setup.ts";
import { datagramLoad, type DatagramReport, type DatagramTask } from "./datagram_load.ts";
import { type Figures, medians } from "./medians.ts";

/** Calls in the measurement of cost. None of them reaches the budget of a person. */
const CALLS = 200;
/** Bytes of data in a packet, as of media. */
const BYTES = 1200;
/** Packets per second at which loss is measured. */
const FIXED_RATE = 10_000;
/** Packets in flight at full load: fewer than fit into the receive buffer of a socket by default. */
const WINDOW = 64;
/** Packets per second of a call of 1.2 Mbit/s each way: 125 of video and 50 of audio from each person. */
export const CALL_RATE = 350;
/** How many calls one core must carry. */
const FULL_CALLS = 100;

/** How long is measured. */
export interface CallProfile {
  readonly repetitions: number;
  /** In seconds. */
  readonly warmUp: number;
  /** Of half a second each. */
  readonly periods: number;
}

export const CALL_PROFILES: Readonly<Record<"full" | "quick", CallProfile>> = {
  full: { repetitions: 3, warmUp: 2, periods: 12 },
  quick: { repetitions: 1, warmUp: 1, periods: 4 },
};

/** Processor times in microseconds per delivered packet, latencies in milliseconds, `loss` and `busy` from 0 to 1. */
export interface CallFigures extends Figures {
  readonly fullCpu: number;
  readonly fullPerSecond: number;
  readonly fixedCpu: number;
  readonly fixedLoss: number;
  readonly fixedP50: number;
  readonly fixedP99: number;
  /** 100 calls: the share of a core, the loss, and the latency. */
  readonly callsBusy: number;
  readonly callsLoss: number;
  readonly callsP99: number;
  /** Resident bytes per call. */
  readonly memory: number;
}

export const RELAYS = { ours: () => startProgram(), coturn: startCoturn } as const;
export type RelayName = keyof typeof RELAYS;

/** The medians of all relays, by name and by how clients send. */
export async function measureRelays(
  generator: string,
  profile: CallProfile,
  names: readonly RelayName[],
  note: (line: string) => void,
): Promise<Map<string, CallFigures>> {
  const all = new Map<string, CallFigures[]>();
  for (let turn = 1; turn <= profile.repetitions; turn++) {
    for (const sending of ["channel", "indication"] as const) {
      for (const name of names) {
        await using relay = await RELAYS[name]();
        const figures = await measureRelay(generator, relay, sending, profile);
        const key = `${name} ${sending}`;
        all.set(key, [...all.get(key) ?? [], figures]);
        note(`${turn}/${profile.repetitions} ${key}: ${JSON.stringify(figures)}`);
      }
    }
  }
  return new Map([...all].map(([key, figures]) => [key, medians(figures)]));
}

async function measureRelay(
  generator: string,
  relay: MeasuredRelay,
  sending: Sending,
  { warmUp, periods }: CallProfile,
): Promise<CallFigures> {
  const time = { warmUp, periods };
  const before = await residentBytes(relay.pid);
  const ends = await openCalls(relay, CALLS, sending);
  await delay(500);
  const memory = (await residentBytes(relay.pid) - before) / CALLS;
  const run = (task: DatagramTask, calls = CALLS): Promise<DatagramReport> =>
    datagramLoad(generator, relay, ends.slice(0, 2 * calls), task);
  const full = await run({ kind: "closed", window: WINDOW, bytes: BYTES, ...time });
  const fixed = await run({ kind: "paced", perSecond: FIXED_RATE, bytes: BYTES, ...time });
  const perSecond = FULL_CALLS * CALL_RATE;
  const calls = await run({ kind: "paced", perSecond, bytes: "mix", ...time }, FULL_CALLS);
  for (const report of [full, fixed, calls]) verify(report);
  return {
    fullCpu: cpuOf(full),
    fullPerSecond: full.delivered / full.seconds,
    fixedCpu: cpuOf(fixed),
    fixedLoss: lossOf(fixed),
    fixedP50: fixed.p50,
    fixedP99: fixed.p99,
    callsBusy: calls.cpuMs / 1000 / calls.seconds,
    callsLoss: lossOf(calls),
    callsP99: calls.p99,
    memory,
  };
}

/** Microseconds of processor time per delivered packet. */
export function cpuOf({ cpuMs, delivered }: DatagramReport): number {
  return cpuMs * 1000 / delivered;
}

/** The share of packets that did not arrive. */
export function lossOf({ sent, delivered }: DatagramReport): number {
  return 1 - delivered / sent;
}

function verify({ delivered, faults }: DatagramReport): void {
  if (delivered > 0 && faults === 0) return;
  throw new Error(`Cannot measure: ${delivered} packets arrived, ${faults} at the wrong client`);
}
