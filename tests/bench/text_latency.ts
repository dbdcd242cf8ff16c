/**
 * How long a message of a chat takes through the server: pairs that write to each other all the time, at a human rate.
 *
 * On a busy machine most of that time is spent waiting for a core. So the processor time that the main thread of the
 * server uses in between is measured as well. It is how long the message would wait on a quiet machine, with what else
 * has arrived in the meantime.
 */

import { delay } from "../../server/base/timeout.ts";
import { BareClient } from "../support/bare_client.ts";

/** Time between two messages of a pair, in milliseconds. */
const PAUSE = 60;

/** Quantiles, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  /** Of the server's processor time. */
  readonly cpuP50: number;
  readonly cpuP99: number;
}

/** A server that is measured. */
export interface TextServer {
  readonly socketUrl: string;
  readonly pid: number;
}

/** The time of one message, in milliseconds. */
interface Sample {
  readonly ms: number;
  readonly cpuMs: number;
}

type Pair = readonly [BareClient, BareClient];

/** Chats without a call. */
export class TextPairs {
  readonly #pid: number;
  readonly #pairs: readonly Pair[];

  private constructor(pid: number, pairs: readonly Pair[]) {
    this.#pid = pid;
    this.#pairs = pairs;
  }

  /** Opens chats, each from another address. */
  static async open({ socketUrl, pid }: TextServer, count: number): Promise<TextPairs> {
    const pairs = [];
    for (let n = 0; n < count; n++) {
      pairs.push(await BareClient.pair(socketUrl, { localAddress: `127.2.0.${n}` }));
    }
    return new TextPairs(pid, pairs);
  }

  /** Measures for some seconds. */
  async measure(seconds: number): Promise<Latency> {
    const end = performance.now() + seconds * 1000;
    const samples = (await Promise.all(this.#pairs.map((pair) => this.#measure(pair, end)))).flat();
    const [times, cpu] = [samples.map(({ ms }) => ms), samples.map(({ cpuMs }) => cpuMs)];
    return {
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      cpuP50: quantile(cpu, 0.5),
      cpuP99: quantile(cpu, 0.99),
    };
  }

  /** Each message of a pair, until a moment. */
  async #measure([a, b]: Pair, end: number): Promise<Sample[]> {
    const samples: Sample[] = [];
    await delay(PAUSE * Math.random());
    while (performance.now() < end) {
      samples.push(await this.#sample(a, b), await this.#sample(b, a));
      await delay(PAUSE);
    }
    return samples;
  }

  async #sample(from: BareClient, to: BareClient): Promise<Sample> {
    const [start, cpu] = [performance.now(), computedBy(this.#pid)];
    from.send(Uint8Array.of(2, 1)); // A sealed frame that is not counted as a message.
    await to.frame();
    return { ms: performance.now() - start, cpuMs: computedBy(this.#pid) - cpu };
  }
}

/** How long the main thread of a process has run on a core, in milliseconds (proc(5), `schedstat`). */
function computedBy(pid: number): number {
  return Number(Deno.readTextFileSync(`/proc/${pid}/task/${pid}/schedstat`).split(" ")[0]) / 1e6;
}

function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? 0;
}
