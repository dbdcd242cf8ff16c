/**
 * The pool of waiting searches, and the one authority on which search has been claimed. On a single node it is only the
 * pool, {@linkcode MemoryBackend}. Nodes that share a pool keep it in Redis (`cluster/redis_pool.ts`). The interface is
 * asynchronous in both cases, because the matchmaker must be correct even when an answer is late and the state has
 * changed in the meantime.
 */

import type { SearchRequest } from "./policy.ts";
import { ALONE, type NodeId, type Ticket } from "../ids.ts";
import { Pool } from "./pool.ts";

/** An end of a queue. */
export type QueueEnd = "back" | "front";

/** The waiting searches. */
export interface Backend {
  /** This node. */
  readonly node: NodeId;
  /** The next position in the order of arrival. */
  newOrder(): number;
  /**
   * Adds `request` to the pool, replacing the previous request with the same ticket. Returns a few candidates, which
   * include its best partner, if there is one. With `if-waiting`, it is offered only if it still waits. If not, another
   * search has claimed it and may be about to say so.
   */
  offer(
    request: SearchRequest,
    end: QueueEnd,
    when?: "always" | "if-waiting",
  ): Promise<SearchRequest[] | "taken">;
  /** Removes the request from the pool. */
  withdraw(request: SearchRequest): Promise<void>;
  /**
   * Claims both for each other. If both were waiting, both are taken: `true`. Otherwise neither is: `false`. After
   * `true`, a partner on another node has already been told that the chat begins.
   */
  claim(own: SearchRequest, partner: SearchRequest): Promise<boolean>;
  /** Tells a partner on another node, which was claimed for `own`, that the chat is off. */
  retract(own: SearchRequest, partner: SearchRequest): void;
  /** Deletes the interests that no search waits for. An interval task. */
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

  /** How many searches wait. */
  get waiting(): number {
    return this.#waiting.size;
  }

  newOrder(): number {
    return this.#arrived++;
  }

  offer(
    request: SearchRequest,
    end: QueueEnd,
    when = "always",
  ): Promise<SearchRequest[] | "taken"> {
    if (when === "if-waiting" && !this.#waiting.has(request.ticket)) {
      return Promise.resolve("taken");
    }
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

  /** Does nothing: all partners are on this node. */
  retract(): void {}

  prune(): void {
    this.#pool.prune();
  }

  /** Removes all searches. */
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
