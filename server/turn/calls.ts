/** The calls of all chats. A chat without an allocation has no call, except for a moment after its last one ended. */

import type { Address } from "../admission/address.ts";
import { Call } from "./call.ts";

/** Every call, by the name of its chat. */
export class Calls {
  readonly #calls = new Map<string, Call>();

  /** How many have allocations. */
  get size(): number {
    return this.#calls.values().filter(({ isEmpty }) => !isEmpty).reduce((count) => count + 1, 0);
  }

  /** How many have a client in a network. */
  countIn(network: Address): number {
    return this.#calls.values().filter((call) => call.isIn(network)).reduce((sum) => sum + 1, 0);
  }

  /** The call of a chat, which may be new and empty. */
  of(chat: string, now: number): Call {
    const call = this.#calls.get(chat) ?? new Call(now);
    this.#calls.set(chat, call);
    return call;
  }

  /** The call of a chat, if there is one. */
  find(chat: string): Call | undefined {
    return this.#calls.get(chat);
  }

  /** Ends the call of a chat that has ended. */
  end(chat: string): void {
    for (const allocation of this.#calls.get(chat)?.allocations ?? []) allocation.end();
    this.#calls.delete(chat);
  }

  /** Ends the allocations that were not refreshed, and forgets calls without allocations. */
  sweep(now: number): void {
    for (const [chat, call] of this.#calls) {
      for (const allocation of call.allocations) if (allocation.hasExpired(now)) allocation.end();
      if (call.isLikeNew(now)) this.#calls.delete(chat);
    }
  }

  /** Ends all calls. */
  close(): void {
    for (const chat of [...this.#calls.keys()]) this.end(chat);
  }
}
