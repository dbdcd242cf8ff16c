/**
 * What crosses machines. On one machine nothing does, and {@linkcode MemoryBackend} is all there is; the interface is
 * asynchronous all the same, because the matchmaker must be right when an answer takes a while and the world has
 * moved on meanwhile.
 */

/**
 * Names one search, not one person: a claim that is under way must not take what the same person looks for next.
 * Never used twice.
 */
export type Ticket = number & { readonly brand: "Ticket" };

/** Where it is decided, once for everybody, who has been taken. */
export interface Backend {
  /** Makes `ticket` claimable. */
  offer(ticket: Ticket): Promise<void>;
  /** Makes `ticket` no longer claimable. */
  withdraw(ticket: Ticket): Promise<void>;
  /** Takes both, atomically: `true` when both were on offer, else neither is taken and the answer is `false`. */
  claim(a: Ticket, b: Ticket): Promise<boolean>;
}

/** The backend of a single process. */
export class MemoryBackend implements Backend {
  readonly #offered = new Set<Ticket>();

  /** How many are on offer. */
  get offered(): number {
    return this.#offered.size;
  }

  offer(ticket: Ticket): Promise<void> {
    this.#offered.add(ticket);
    return Promise.resolve();
  }

  withdraw(ticket: Ticket): Promise<void> {
    this.#offered.delete(ticket);
    return Promise.resolve();
  }

  claim(a: Ticket, b: Ticket): Promise<boolean> {
    if (a === b || !this.#offered.has(a) || !this.#offered.has(b)) return Promise.resolve(false);
    this.#offered.delete(a);
    this.#offered.delete(b);
    return Promise.resolve(true);
  }
}
