/**
 * The pool that all nodes share while Redis can be reached, and the pool of this node alone while it can't, so that its
 * visitors still find each other.
 *
 *   up      offers and withdrawals go to Redis
 *   down    they stay on this node
 *
 * After each change every search is offered again (`Matchmaker.offerAll`), in the other pool.
 */

import { type Backend, MemoryBackend, type Outcome } from "../matching/backend.ts";
import type { Clock } from "../base/clock.ts";
import type { SearchRequest } from "../matching/policy.ts";
import type { NodeId } from "../ids.ts";
import type { RedisPool } from "./redis_pool.ts";

export interface SharedBackendOptions {
  readonly node: NodeId;
  readonly clock: Pick<Clock, "date">;
  readonly pool: RedisPool;
  readonly isUp: () => boolean;
}

/** The searches of all nodes. */
export class SharedBackend implements Backend {
  readonly node: NodeId;
  readonly #options: SharedBackendOptions;
  readonly #alone: MemoryBackend;
  #lastOrder = 0;

  constructor(options: SharedBackendOptions) {
    this.node = options.node;
    this.#options = options;
    this.#alone = new MemoryBackend(options.node);
  }

  /** By the calendar, on which nodes agree well enough. Two searches on one node never get the same order. */
  newOrder(): number {
    const now = this.#options.clock.date().getTime();
    this.#lastOrder = Math.max(now, this.#lastOrder + 0.001);
    return this.#lastOrder;
  }

  offer(request: SearchRequest, when: "always" | "if-waiting"): Promise<Outcome> {
    const { isUp, pool } = this.#options;
    return isUp() ? pool.offer(request, when) : this.#alone.offer(request, when);
  }

  async withdraw(request: SearchRequest): Promise<void> {
    const { isUp, pool } = this.#options;
    await this.#alone.withdraw(request);
    if (isUp()) await pool.withdraw(request);
  }

  prune(): void {
    this.#alone.prune();
  }

  /**
   * Removes the searches of this node from its own pool, and those that Redis still has from before the outage. Waiting
   * searches must be offered after this, not before.
   */
  async onConnected(): Promise<void> {
    this.#alone.clear();
    await this.#options.pool.forget(this.node).catch(() => {}); // Redis is unreachable again.
  }
}
