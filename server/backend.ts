/**
 * What crosses machines. On one machine nothing does, and {@linkcode MemoryBackend} is all there is; the interface is
 * asynchronous all the same, because the matchmaker must be right when an answer takes a while and the world has
 * moved on meanwhile.
 */

import type { SessionId } from "./pairing.ts";

/** Where it is decided, once for everybody, who has been taken. */
export interface Backend {
  /** Makes `id` claimable. */
  offer(id: SessionId): Promise<void>;
  /** Makes `id` no longer claimable. */
  withdraw(id: SessionId): Promise<void>;
  /** Takes both, atomically: `true` when both were on offer, else neither is taken and the answer is `false`. */
  claim(a: SessionId, b: SessionId): Promise<boolean>;
}

/** The backend of a single process. */
export class MemoryBackend implements Backend {
  readonly #offered = new Set<SessionId>();

  /** How many are on offer. */
  get offered(): number {
    return this.#offered.size;
  }

  offer(id: SessionId): Promise<void> {
    this.#offered.add(id);
    return Promise.resolve();
  }

  withdraw(id: SessionId): Promise<void> {
    this.#offered.delete(id);
    return Promise.resolve();
  }

  claim(a: SessionId, b: SessionId): Promise<boolean> {
    if (a === b || !this.#offered.has(a) || !this.#offered.has(b)) return Promise.resolve(false);
    this.#offered.delete(a);
    this.#offered.delete(b);
    return Promise.resolve(true);
  }
}
