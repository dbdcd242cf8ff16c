/**
 * The latency of messages through a server that is not busy, at a rate that does not depend on how slow the server is.
 * Each message is sent when it is due and timed from then, so a pause of the server affects every message due in it.
 * Timers are too coarse for that, so the generator polls the clock whenever it is idle, on a separate core.
 */

import { Pairs } from "./pairs.ts";
import type { Endpoint, Peer } from "./peer.ts";
import type { FixedRateReport, FixedRateTask } from "./task.ts";

/** Measures a {@linkcode FixedRateTask}. */
export async function fixedRateLoad(
  endpoint: Endpoint,
  task: FixedRateTask,
): Promise<FixedRateReport> {
  const pairs = await Pairs.open(endpoint, task.pairs);
  const { peers } = pairs;
  const interval = 1000 / task.perSecond;
  const counts = task.warmUp / interval;
  const latencies: number[] = [];
  const start = performance.now();
  const dueAt = (index: number): number => start + index * interval;
  peers.forEach((peer, index) => {
    peer.onDelivered = (count) => {
      const now = performance.now();
      for (let nth = peer.delivered - count; nth < peer.delivered; nth++) {
        const message = nth * peers.length + (index ^ 1);
        if (message >= counts) latencies.push(now - dueAt(message));
      }
    };
  });
  await sendWhenDue(peers, dueAt, (task.warmUp + task.duration) / interval);
  const delivery = await pairs.drain();
  await pairs.leave();
  return { ...delivery, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

/** Sends one message from each peer in turn. */
async function sendWhenDue(
  peers: readonly Peer[],
  dueAt: (message: number) => number,
  messages: number,
): Promise<void> {
  for (let message = 0; message < messages;) {
    while (message < messages && dueAt(message) <= performance.now()) {
      peers[message++ % peers.length]!.send(1);
    }
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN;
}
