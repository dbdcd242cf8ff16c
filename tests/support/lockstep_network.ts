/**
 * A network between nodes and a real Redis whose time is counted, not measured. What is sent arrives with the next
 * step, so a step is the time that a message takes one way, and two steps are a round trip.
 */

import { Buffer } from "node:buffer";
import { delay } from "../../server/base/timeout.ts";
import type { RedisClient } from "../../server/cluster/redis_client.ts";
import type { PairingLink } from "./pairing_node.ts";
import { waitUntil } from "./wait_until.ts";

/** Turns of the event loop in which a node has handled what has arrived: a crowd takes several. */
const TURNS = 20;

export class LockstepNetwork {
  readonly #redis: RedisClient;
  #toRedis: (() => Promise<void>)[] = [];
  #toNodes: (() => void)[] = [];
  #marks = 0;
  #seen = 0;
  /** How many scripts and messages have been sent to Redis. */
  sent = 0;

  private constructor(redis: RedisClient) {
    this.#redis = redis;
  }

  static async open(redis: RedisClient): Promise<LockstepNetwork> {
    const network = new LockstepNetwork(redis);
    await redis.subscribe("lockstep", () => network.#seen++);
    return network;
  }

  /** The link of one node. */
  get link(): PairingLink {
    return {
      isReady: true,
      run: (...args) => this.#send(() => this.#redis.run(...args)),
      publish: (...args) => this.#send(() => this.#redis.publish(...args)),
      subscribe: (channel, listener) =>
        this.#redis.subscribe(channel, (batch) => void this.#toNodes.push(() => listener(batch))),
    };
  }

  /** Delivers everything that is on its way. What that causes is on its way afterwards. */
  async step(): Promise<void> {
    await turns();
    const [toRedis, toNodes] = [this.#toRedis, this.#toNodes];
    this.#toRedis = [];
    this.#toNodes = [];
    toNodes.forEach((deliver) => deliver());
    await Promise.all(toRedis.map((deliver) => deliver()));
    await this.#redis.publish("lockstep", Buffer.of(++this.#marks & 0xff));
    await waitUntil(() => this.#seen === this.#marks, 60, 1);
    await turns();
  }

  /** Steps until nothing is on its way, and returns how many that took. */
  async settle(): Promise<number> {
    let steps = 0;
    for (await turns(); this.#toRedis.length + this.#toNodes.length > 0; steps++) await this.step();
    return steps;
  }

  #send<T>(work: () => Promise<T>): Promise<T> {
    this.sent++;
    return new Promise((resolve, reject) => {
      this.#toRedis.push(async () => {
        const result = await Promise.allSettled([work()]).then(([one]) => one);
        this.#toNodes.push(() =>
          result.status === "fulfilled" ? resolve(result.value) : reject(result.reason)
        );
      });
    });
  }
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await delay(0);
}
