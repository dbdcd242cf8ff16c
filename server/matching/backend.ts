/**
 * The pool of waiting searches, which also decides who is paired. On a single node it is {@linkcode MemoryBackend}.
 * Nodes that share a pool keep it in Redis (`cluster/redis_pool.ts`). The interface is asynchronous in both cases,
 * because the matchmaker must be correct even when an answer is late and the state has changed in the meantime.
 */

import type { SearchRequest } from "./policy.ts";
import { ALONE, type NodeId, type Ticket } from "../ids.ts";
import { Pool } from "./pool.ts";

/** What became of a search that was offered. */
export type Outcome =
  /** It waits, until another search takes it. */
  | { readonly kind: "waiting" }
  /** It has taken the search `partner` of this node. Neither waits any longer. */
  | { readonly kind: "paired"; readonly partner: Ticket }
  /** It doesn't wait: it has taken a search of another node, or was taken. The other node reports how that ends. */
  | { readonly kind: "taken" }
  /** The pool can't be reached, or has not answered in time, and that has been reported. Any of the above may be true. */
  | { readonly kind: "unknown" };

/** The waiting searches. */
export interface Backend {
  /** This node. */
  readonly node: NodeId;
  /** The next position in the order of arrival. */
  newOrder(): number;
  /**
   * In one step, takes the best partner of `request` out of the pool, or adds `request` if there is no partner. It
   * replaces the previous request with the same ticket. With `if-waiting`, it is offered only if it still waits. If
   * not, another search has taken it, and its node may be about to say so.
   */
  offer(request: SearchRequest, when: "always" | "if-waiting"): Promise<Outcome>;
  /** Removes the request from the pool. */
  withdraw(request: SearchRequest): Promise<void>;
  /** Deletes the interests and languages that no search waits for. An interval task. */
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

  offer(request: SearchRequest, when: "always" | "if-waiting" = "always"): Promise<Outcome> {
    if (when === "if-waiting" && !this.#waiting.has(request.ticket)) {
      return Promise.resolve({ kind: "taken" });
    }
    this.#remove(request.ticket);
    const partner = this.#pool.offer(request);
    if (partner === undefined) this.#waiting.set(request.ticket, request);
    else this.#waiting.delete(partner.ticket);
    return Promise.resolve(
      partner === undefined ? { kind: "waiting" } : { kind: "paired", partner: partner.ticket },
    );
  }

  withdraw({ ticket }: SearchRequest): Promise<void> {
    this.#remove(ticket);
    return Promise.resolve();
  }

  prune(): void {
    this.#pool.prune();
  }

  /** Removes all searches. */
  clear(): void {
    for (const ticket of [...this.#waiting.keys()]) this.#remove(ticket);
  }

  #remove(ticket: Ticket): void {
    const request = this.#waiting.get(ticket);
    if (request === undefined) return;
    this.#waiting.delete(ticket);
    this.#pool.remove(request);
  }
}
