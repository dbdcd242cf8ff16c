/** A node of a cluster with only the parts that pair visitors, on any link to Redis. */

import type { Clock } from "../../server/base/clock.ts";
import { Bus, type MessageHandler } from "../../server/cluster/bus.ts";
import type { ClusterKeys } from "../../server/cluster/keys.ts";
import type { ChatMessage, NodeMessage, PairNotice, Reply } from "../../server/cluster/messages.ts";
import type { RedisClient } from "../../server/cluster/redis_client.ts";
import { RedisPool } from "../../server/cluster/redis_pool.ts";
import { RemotePairings } from "../../server/cluster/remote_pairings.ts";
import { SharedBackend } from "../../server/cluster/shared_backend.ts";
import type { NodeId, SessionId } from "../../server/ids.ts";
import { numbersFrom } from "../../server/ids.ts";
import {
  type Match,
  Matchmaker,
  type Search,
  type Seeker,
} from "../../server/matching/matchmaker.ts";

/** What a node needs of its Redis client. */
export type PairingLink = Pick<RedisClient, "run" | "isReady" | "publish" | "subscribe">;

export interface PairingNodeOptions {
  readonly link: PairingLink;
  readonly node: NodeId;
  readonly keys: ClusterKeys;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/** A seeker that remembers its match. */
export class PairedSeeker implements Seeker {
  search: Search | undefined;
  readonly recent: readonly SessionId[] = [];
  readonly id: SessionId;
  match: Match | undefined;
  readonly #onPaired: () => void;

  constructor(id: number, onPaired = (): void => {}) {
    this.id = id as SessionId;
    this.#onPaired = onPaired;
  }

  waits(): void {}

  paired(match: Match): void {
    this.match = match;
    this.#onPaired();
  }
}

/** One node. */
export class PairingNode implements MessageHandler {
  readonly node: NodeId;
  readonly matchmaker: Matchmaker;
  readonly bus: Bus;
  /** The sessions of this node whose partner could not be in the chat. */
  readonly left: ChatMessage[] = [];
  readonly #pairings: RemotePairings;

  constructor({ link, node, keys, clock, onError }: PairingNodeOptions) {
    const pool = new RedisPool({ link, keys: () => keys });
    const backend = new SharedBackend({ node, clock, pool, isUp: () => true });
    this.node = node;
    this.matchmaker = new Matchmaker({ clock, backend, onError });
    this.bus = new Bus({ link, node, clock, keys: () => keys, handler: this, onError });
    this.#pairings = new RemotePairings({
      ...{ node, bus: this.bus, pool, matchmaker: this.matchmaker },
      deliver: (message) => this.left.push(message),
    });
  }

  /** Seekers of this node, with ids that no other node uses. */
  seekers(count: number, onPaired?: () => void): PairedSeeker[] {
    const first = numbersFrom(this.node);
    return Array.from({ length: count }, (_, n) => new PairedSeeker(first + n, onPaired));
  }

  paired(notice: PairNotice): void {
    this.#pairings.noticed(notice);
  }

  message(message: NodeMessage): Reply | undefined {
    if (message.type === "chat") this.left.push(message.message);
    if (message.type === "declined") this.#pairings.declined(message.ticket);
    if (message.type !== "invite") return undefined;
    const isAccepted = this.#pairings.invited(message.ticket, message.request);
    return { type: "accepted", isAccepted };
  }

  frame(): void {}
  lateReply(): void {}
  plainMessage(): void {}
}
