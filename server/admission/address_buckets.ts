/**
 * Token buckets for addresses of which nothing is kept. A keyed hash of the address chooses one of {@linkcode SLOTS}
 * buckets, whose number says nothing about a person: 65,536 IPv4 addresses share each. The key is chosen at start and
 * never leaves the process, so an attacker doesn't know which addresses share a bucket. An honest address shares the
 * bucket of a flood with a probability of 1 in SLOTS.
 */

import type { Clock } from "../base/clock.ts";
import type { KeyedHash } from "../base/keyed_hash.ts";
import { type Rate, TokenBucket } from "../base/token_bucket.ts";

/** Number of buckets, a power of two. */
export const SLOTS = 65_536;

export interface AddressBucketsOptions {
  readonly clock: Pick<Clock, "now">;
  /** Its key is unpredictable. */
  readonly hash: KeyedHash;
}

/** The buckets of all addresses. */
export class AddressBuckets {
  readonly #options: AddressBucketsOptions;
  /** By number. A bucket that has not been used yet is full, and is omitted. */
  readonly #buckets = new Map<number, TokenBucket>();

  constructor(options: AddressBucketsOptions) {
    this.#options = options;
  }

  /** Number of buckets in use. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The bucket of a text that contains an address. A bucket that is not in use yet gets the rate. */
  of(text: string, rateOf: () => Rate): TokenBucket {
    const { clock, hash } = this.#options;
    const slot = hash.of(text) % SLOTS;
    const bucket = this.#buckets.get(slot) ?? new TokenBucket(rateOf(), clock.now());
    this.#buckets.set(slot, bucket);
    return bucket;
  }
}
