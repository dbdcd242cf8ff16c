/**
 * The pool that all nodes share while Redis can be reached, and the pool of this node alone while it can't, so that its
 * visitors still find each other.
 *
 *   up      offers, claims and withdrawals go to Redis; a claimed seeker on another node receives an invitation
 *   down    they stay on this node
 *
 * After each change every search is offered again (`Matchmaker.offerAll`), in the other pool.
 *
 * A claim in Redis guarantees that no other session can have the partner, not that the partner is still there: it may
 * just have left, or its node may be down. So an invitation follows the claim, and the claim counts only once the
 * invitation is accepted. By then the partner is in the chat. If our side has left meanwhile, the partner sees that as
 * an ordinary leave.
 */

import { type Backend, MemoryBackend, type QueueEnd } from "../matching/backend.ts";
import type { Clock } from "../base/clock.ts";
import type { SearchRequest } from "../matching/policy.ts";
import type { NodeId } from "../ids.ts";
import type { Bus } from "./bus.ts";
import type { RedisPool } from "./redis_pool.ts";

export interface SharedBackendOptions {
  readonly node: NodeId;
  readonly clock: Pick<Clock, "date">;
  readonly pool: RedisPool;
  readonly bus: Pick<Bus, "request" | "send">;
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

  offer(
    request: SearchRequest,
    end: QueueEnd,
    when: "always" | "if-waiting" = "always",
  ): Promise<SearchRequest[] | "taken"> {
    const { isUp, pool } = this.#options;
    return isUp() ? pool.offer(request, when) : this.#alone.offer(request, end, when);
  }

  async withdraw(request: SearchRequest): Promise<void> {
    const { isUp, pool } = this.#options;
    await this.#alone.withdraw(request);
    if (isUp()) await pool.withdraw(request);
  }

  async claim(own: SearchRequest, partner: SearchRequest): Promise<boolean> {
    const { isUp, pool } = this.#options;
    if (!isUp()) return await this.#alone.claim(own, partner);
    if (!await pool.claim(own, partner)) return false;
    return partner.node === this.node || await this.#invite(own, partner);
  }

  retract(own: SearchRequest, partner: SearchRequest): void {
    const event = { type: "left" as const };
    const message = { to: partner.id, from: own.id, node: this.node, event };
    this.#options.bus.send(partner.node, { type: "chat", message });
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

  /** If the reply is late, the partner may believe that it is in a chat, so the invitation is retracted. */
  async #invite(own: SearchRequest, partner: SearchRequest): Promise<boolean> {
    const { bus, pool } = this.#options;
    const request = pool.encode(own);
    const reply = await bus.request(partner.node, {
      type: "invite",
      ticket: partner.ticket,
      request,
    });
    const isAccepted = reply?.type === "accepted" && reply.isAccepted;
    if (reply === undefined) this.retract(own, partner);
    if (!isAccepted) await pool.offer(own); // The claim failed: keep waiting.
    return isAccepted;
  }
}
