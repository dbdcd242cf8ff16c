/** Pairs, and whether all that they said has arrived. */

import { delay } from "../../server/base/timeout.ts";
import { Peer, type Wire } from "./peer.ts";
import type { Delivery } from "./task.ts";

/** How long the last messages may take, in milliseconds. */
const DRAIN_TIME = 5_000;

/** A closed group of pairs. */
export class Pairs {
  /** The two of a pair stand side by side, so that whoever is at `index` has a partner at `index ^ 1`. */
  readonly peers: readonly Peer[];

  private constructor(peers: readonly Peer[]) {
    this.peers = peers;
  }

  /** Connects one after the other, so that any server makes the same pairs. */
  static async open(wire: Wire, count: number): Promise<Pairs> {
    const peers: Peer[] = [];
    for (let pair = 0; pair < count; pair++) {
      peers.push(await Peer.open(wire, pair, "first"), await Peer.open(wire, pair, "second"));
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

  /** Waits until all that was sent has arrived, or will not any more. */
  async drain(): Promise<Delivery> {
    const end = performance.now() + DRAIN_TIME;
    while (this.delivered < this.sent && performance.now() < end) await delay(10);
    await delay(50); // For what has arrived already and comes again.
    const { sent, delivered, faults } = this;
    return { sent, delivered, faults };
  }

  async leave(): Promise<void> {
    await Promise.all(this.peers.map((peer) => peer.leave()));
  }
}
