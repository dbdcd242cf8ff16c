/**
 * How many plain HTTP requests an address may send, and how many bytes of responses it may cause. The
 * address record (`address_record.ts`) limits handshakes.
 *
 * Loading a page must not add an address to the registry (promise P1), so no address is kept here. A keyed hash of it
 * chooses one of SLOTS token buckets, whose number says nothing about a person: 65,536 IPv4 addresses share each. The
 * key is chosen at start and never leaves the process, so an attacker doesn't know which addresses share a bucket. An
 * honest address shares the bucket of a flood with a probability of 1 in SLOTS.
 */

import type { Clock } from "../base/clock.ts";
import type { KeyedHash } from "../base/keyed_hash.ts";
import type { Address } from "./address.ts";
import { type Rate, TokenBucket } from "../base/token_bucket.ts";
import { ADDRESS_LIMITS, RESPONSE_UNIT } from "../limits/rate_limits.ts";

/** Number of buckets, a power of two. */
export const SLOTS = 65_536;

/** What is counted. Health checks have a separate budget, so that no flood of pages can make it fail. */
export type Purpose = "page" | "health-check";

export interface RequestBudgetOptions {
  readonly clock: Pick<Clock, "now">;
  /** Its key is unpredictable. */
  readonly hash: KeyedHash;
  /** The limit of an address, if not that of {@linkcode ADDRESS_LIMITS}. */
  readonly rateOf?: ((address: Address) => Rate) | undefined;
}

/** The buckets of all addresses. */
export class RequestBudget {
  readonly #options: RequestBudgetOptions;
  /** By number. A bucket that has not been used yet is full, and is omitted. */
  readonly #buckets = new Map<number, TokenBucket>();

  constructor(options: RequestBudgetOptions) {
    this.#options = options;
  }

  /** Number of buckets in use. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The bucket of an address, which others share. */
  of(address: Address, purpose: Purpose): RequestAllowance {
    const { clock, hash, rateOf = () => ADDRESS_LIMITS.requests } = this.#options;
    const slot = hash.of(`${purpose} ${address}`) % SLOTS;
    const bucket = this.#buckets.get(slot) ?? new TokenBucket(rateOf(address), clock.now());
    this.#buckets.set(slot, bucket);
    return {
      take: () => bucket.take(clock.now()),
      charge: (bytes) => bucket.charge(Math.ceil(bytes / RESPONSE_UNIT) - 1, clock.now()),
    };
  }
}

/** The budget of one address. */
export interface RequestAllowance {
  /** Takes a request. Returns 0, or the number of milliseconds until one is allowed. */
  take(): number;
  /** Charges the response to a request that was taken. */
  charge(bytes: number): void;
}
