/** How long a message of a chat takes through the server: pairs that write to each other all the time, at a human rate. */

import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";

/** Time between two messages of a pair, in milliseconds. */
const PAUSE = 60;

/** Quantiles, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** Chats without a call. */
export class TextPairs {
  readonly #pairs: readonly (readonly [BareClient, BareClient])[];

  private constructor(pairs: readonly (readonly [BareClient, BareClient])[]) {
    this.#pairs = pairs;
  }

  /** Opens chats, each from another address. */
  static async open(url: string, count: number): Promise<TextPairs> {
    const pairs = [];
    for (let n = 0; n < count; n++) {
      pairs.push(await BareClient.pair(url, { localAddress: `127.2.0.${n}` }));
    }
    return new TextPairs(pairs);
  }

  /** Measures for some seconds. */
  async measure(seconds: number): Promise<Latency> {
    const end = performance.now() + seconds * 1000;
    const times = (await Promise.all(this.#pairs.map((pair) => timesOf(pair, end)))).flat()
      .toSorted((a, b) => a - b);
    const at = (quantile: number): number => times[Math.floor((times.length - 1) * quantile)] ?? 0;
    return { p50: at(0.5), p99: at(0.99) };
  }
}

/** How long each message takes, until a moment. */
async function timesOf([a, b]: readonly [BareClient, BareClient], end: number): Promise<number[]> {
  const times: number[] = [];
  await delay(PAUSE * Math.random());
  while (performance.now() < end) {
    times.push(await timeOf(a, b), await timeOf(b, a));
    await delay(PAUSE);
  }
  return times;
}

async function timeOf(from: BareClient, to: BareClient): Promise<number> {
  const start = performance.now();
  from.send(Uint8Array.of(2, 1)); // A sealed frame that is not counted as a message.
  await to.frame();
  return performance.now() - start;
}
