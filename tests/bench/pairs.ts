/** Pairs, and whether all of their messages have arrived. */

import { delay } from "../../server/base/timeout.ts";
import { type Endpoint, Peer } from "./peer.ts";
import type { Delivery } from "./task.ts";

/** The time limit for the last messages, in milliseconds. */
const DRAIN_TIME = 5_000;

export class Pairs {
  /** The two peers of a pair are adjacent: the partner of the peer at `index` is at `index ^ 1`. */
  readonly peers: readonly Peer[];

  private constructor(peers: readonly Peer[]) {
    this.peers = peers;
  }

  /** Connects the peers one after the other, so that every server forms the same pairs. */
  static async open(endpoint: Endpoint, count: number): Promise<Pairs> {
    const peers: Peer[] = [];
    for (let pair = 0; pair < count; pair++) {
      peers.push(
        await Peer.open(endpoint, pair, "first"),
        await Peer.open(endpoint, pair, "second"),
      );
    }
    return new Pairs(peers);
  }

  get sent(): number {
    return this.peers.reduce((sum, { sent }) => sum + sent, 0);
  }

  get delivered(): number {
    return this.peers.reduce((sum, { delivered }) => sum + delivered, 0);
  }

  get faults(): number {
    return this.peers.reduce((sum, { faults }) => sum + faults, 0);
  }

  /** Waits until every message has arrived, or the time limit is over. */
  async drain(): Promise<Delivery> {
    const end = performance.now() + DRAIN_TIME;
    while (this.delivered < this.sent && performance.now() < end) await delay(10);
    await delay(50); // Catches messages that are delivered twice.
    const { sent, delivered, faults } = this;
    return { sent, delivered, faults };
  }

  async leave(): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer.leave()));
  }
}
