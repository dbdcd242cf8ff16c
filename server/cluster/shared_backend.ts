/**
 * The pool that several machines share, as long as Redis can be reached; and the pool of this machine alone while it
 * can't, so that people here go on finding each other.
 *
 *   up      offers, claims and withdrawals go to Redis; who is claimed on another machine is invited there
 *   down    they stay here
 *
 * With each change everybody who waits is offered again (`Matchmaker.offerAll`), in the other place.
 *
 * A claim in Redis says that nobody else can have the other person, not that they are still there: they may just have
 * gone, or their machine with them. So the claim is followed by an invitation, and counts only once it is accepted; the
 * other is then chatting already. If our side has gone meanwhile, it is told so as if a stranger had left.
 */

import { type Backend, MemoryBackend, type QueueEnd } from "../matching/backend.ts";
import type { Clock } from "../base/clock.ts";
import type { SearchRequest } from "../matching/policy.ts";
import type { NodeId } from "../ids.ts";
import type { Bus } from "./bus.ts";
import type { RedisPool } from "./redis_pool.ts";

/** What it needs. */
export interface SharedBackendOptions {
  readonly node: NodeId;
  readonly clock: Pick<Clock, "date">;
  readonly pool: RedisPool;
  readonly bus: Pick<Bus, "request" | "send">;
  readonly isUp: () => boolean;
}

/** Everybody who waits on any machine. */
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

  /** By the calendar, which machines agree on well enough; two who come here at once stay apart. */
  newOrder(): number {
    const now = this.#options.clock.date().getTime();
    this.#lastOrder = Math.max(now, this.#lastOrder + 0.001);
    return this.#lastOrder;
  }

  offer(
    request: SearchRequest,
    end: QueueEnd,
    how: "anew" | "again" = "anew",
  ): Promise<SearchRequest[] | "taken"> {
    const { isUp, pool } = this.#options;
    return isUp() ? pool.offer(request, how) : this.#alone.offer(request, end, how);
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
    const word = { to: partner.id, from: own.id, node: this.node, say: { type: "left" as const } };
    this.#options.bus.send(partner.node, { type: "chat", word });
  }

  prune(): void {
    this.#alone.prune();
  }

  /**
   * Lets nobody wait here alone any more, nor among all who has gone since that was last heard. Whoever still waits is
   * to be offered after this.
   */
  async onConnected(): Promise<void> {
    this.#alone.clear();
    await this.#options.pool.forget(this.node).catch(() => {}); // The line is lost again, then.
  }

  /** An answer that comes too late is that of somebody who believes to be chatting. */
  async #invite(own: SearchRequest, partner: SearchRequest): Promise<boolean> {
    const { bus, pool } = this.#options;
    const request = pool.write(own);
    const reply = await bus.request(partner.node, {
      type: "invite",
      ticket: partner.ticket,
      request,
    });
    const isAccepted = reply?.type === "accepted" && reply.isAccepted;
    if (reply === undefined) this.retract(own, partner);
    if (!isAccepted) await pool.offer(own, "anew"); // Claimed in vain: it waits on.
    return isAccepted;
  }
}
