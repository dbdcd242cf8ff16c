/**
 * Where people wait for each other, and where it is decided, once for everybody, who has been taken. On one machine
 * that is the pool and nothing else, {@linkcode MemoryBackend}; machines that share one pool have it in Redis
 * (`cluster/redis_pool.ts`). The interface is asynchronous all the same, because the matchmaker must be right when an
 * answer takes a while and the world has moved on meanwhile.
 */

import type { Wish } from "./policy.ts";
import { ALONE, type NodeId, type Ticket } from "../ids.ts";
import { Pool } from "./pool.ts";

/** Which end of the line. */
export type End = "back" | "front";

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
  offer(wish: Wish, end: End, how?: "anew" | "again"): Promise<Wish[] | "taken">;
  /** Lets it wait no longer. */
  withdraw(wish: Wish): Promise<void>;
  /**
   * Takes both, for each other: `true` when both were waiting, else neither is taken and the answer is `false`. Somebody
   * on another machine has then been told already that the chat begins.
   */
  claim(own: Wish, partner: Wish): Promise<boolean>;
  /** Tells somebody on another machine who was claimed for `own` that nobody is there. */
  abandon(own: Wish, partner: Wish): void;
  /** Forgets the interests that nobody waits for any more. An interval task. */
  tidy(): void;
}

/** The backend of a single process. */
export class MemoryBackend implements Backend {
  readonly node: NodeId;
  readonly #pool = new Pool<Wish>();
  readonly #waiting = new Map<Ticket, Wish>();
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

  offer(wish: Wish, end: End, how = "anew"): Promise<Wish[] | "taken"> {
    if (how === "again" && !this.#waiting.has(wish.ticket)) return Promise.resolve("taken");
    this.#take(wish.ticket);
    const candidates = [...this.#pool.candidates(wish)];
    this.#pool.add(wish, end);
    this.#waiting.set(wish.ticket, wish);
    return Promise.resolve(candidates);
  }

  withdraw({ ticket }: Wish): Promise<void> {
    this.#take(ticket);
    return Promise.resolve();
  }

  claim(own: Wish, partner: Wish): Promise<boolean> {
    const [a, b] = [own.ticket, partner.ticket];
    const both = a !== b && this.#waiting.has(a) && this.#waiting.has(b);
    if (both) [a, b].forEach((ticket) => this.#take(ticket));
    return Promise.resolve(both);
  }

  /** Nothing: everybody is here. */
  abandon(): void {}

  tidy(): void {
    this.#pool.tidy();
  }

  /** Lets nobody wait any more. */
  clear(): void {
    for (const ticket of [...this.#waiting.keys()]) this.#take(ticket);
  }

  #take(ticket: Ticket): void {
    const wish = this.#waiting.get(ticket);
    if (wish === undefined) return;
    this.#waiting.delete(ticket);
    this.#pool.remove(wish);
  }
}
