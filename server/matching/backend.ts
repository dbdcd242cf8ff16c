/**
 * Where people wait for each other, and where it is decided, once for everybody, who has been taken. On one machine
 * that is the pool and nothing else, {@linkcode MemoryBackend}; machines that share one pool have it in Redis
 * (`cluster/redis_pool.ts`). The interface is asynchronous all the same, because the matchmaker must be right when an
 * answer takes a while and the world has moved on meanwhile.
 */

import type { SearchRequest } from "./policy.ts";
import { ALONE, type NodeId, type Ticket } from "../ids.ts";
import { Pool } from "./pool.ts";

/** Which end of the line. */
export type QueueEnd = "back" | "front";

/** Everybody who waits. */
export interface Backend {
  /** The machine that this is. */
  readonly node: NodeId;
  /** Where somebody who comes now stands in the order of arrival. */
  newOrder(): number;
  /**
   * Lets `wish` wait, in the place of what the same ticket wished before, and names a few people among whom its best
   * partner is, if anybody would do. `again` only if it still waits: else somebody has taken it, and may be about to say so.
   */
  offer(
    request: SearchRequest,
    end: QueueEnd,
    how?: "anew" | "again",
  ): Promise<SearchRequest[] | "taken">;
  /** Lets it wait no longer. */
  withdraw(request: SearchRequest): Promise<void>;
  /**
   * Takes both, for each other: `true` when both were waiting, else neither is taken and the answer is `false`. Somebody
   * on another machine has then been told already that the chat begins.
   */
  claim(own: SearchRequest, partner: SearchRequest): Promise<boolean>;
  /** Tells somebody on another machine who was claimed for `own` that nobody is there. */
  retract(own: SearchRequest, partner: SearchRequest): void;
  /** Forgets the interests that nobody waits for any more. An interval task. */
  prune(): void;
}

/** The backend of a single process. */
export class MemoryBackend implements Backend {
  readonly node: NodeId;
  readonly #pool = new Pool<SearchRequest>();
  readonly #waiting = new Map<Ticket, SearchRequest>();
  #arrived = 0;

  constructor(node = ALONE) {
    this.node = node;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  newOrder(): number {
    return this.#arrived++;
  }

  offer(request: SearchRequest, end: QueueEnd, how = "anew"): Promise<SearchRequest[] | "taken"> {
    if (how === "again" && !this.#waiting.has(request.ticket)) return Promise.resolve("taken");
    this.#take(request.ticket);
    const candidates = [...this.#pool.candidates(request)];
    this.#pool.add(request, end);
    this.#waiting.set(request.ticket, request);
    return Promise.resolve(candidates);
  }

  withdraw({ ticket }: SearchRequest): Promise<void> {
    this.#take(ticket);
    return Promise.resolve();
  }

  claim(own: SearchRequest, partner: SearchRequest): Promise<boolean> {
    const [a, b] = [own.ticket, partner.ticket];
    const both = a !== b && this.#waiting.has(a) && this.#waiting.has(b);
    if (both) [a, b].forEach((ticket) => this.#take(ticket));
    return Promise.resolve(both);
  }

  /** Nothing: everybody is here. */
  retract(): void {}

  prune(): void {
    this.#pool.prune();
  }

  /** Lets nobody wait any more. */
  clear(): void {
    for (const ticket of [...this.#waiting.keys()]) this.#take(ticket);
  }

  #take(ticket: Ticket): void {
    const request = this.#waiting.get(ticket);
    if (request === undefined) return;
    this.#waiting.delete(ticket);
    this.#pool.remove(request);
  }
}
