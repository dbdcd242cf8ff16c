/**
 * How many replies an address may get without an allocation. By UDP its packets may be forged, so that each reply hits
 * somebody else.
 *
 * As in `server/admission/request_budget.ts`, no address is kept. A keyed hash of it chooses one of {@linkcode SLOTS}
 * token buckets, which many addresses share.
 */

import { type Address, networkOf } from "../admission/address.ts";
import type { Clock } from "../base/clock.ts";
import type { KeyedHash } from "../base/keyed_hash.ts";
import { type Rate, TokenBucket } from "../base/token_bucket.ts";
import { STRANGER_RATE } from "./turn_limits.ts";

/** Number of buckets, a power of two. */
export const SLOTS = 65_536;

export interface StrangerBudgetOptions {
  readonly clock: Pick<Clock, "now">;
  /** Its key is unpredictable. */
  readonly hash: KeyedHash;
  /** How many times as much an address may have as one that a few people share. At least 1. */
  readonly factorOf?: ((address: Address) => number) | undefined;
}

/** The buckets of all addresses. */
export class StrangerBudget {
  readonly #options: StrangerBudgetOptions;
  /** By number. A bucket that has not been used yet is full, and is omitted. */
  readonly #buckets = new Map<number, TokenBucket>();

  constructor(options: StrangerBudgetOptions) {
    this.#options = options;
  }

  /** Number of buckets in use. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a reply, if there is one left. */
  take(address: Address): boolean {
    const { clock, hash, factorOf = () => 1 } = this.#options;
    const network = networkOf(address);
    const slot = hash.of(network) % SLOTS;
    const now = clock.now();
    const bucket = this.#buckets.get(slot) ?? new TokenBucket(times(factorOf(network)), now);
    this.#buckets.set(slot, bucket);
    return bucket.take(now) === 0;
  }
}

function times(factor: number): Rate {
  const { burst, perMinute } = STRANGER_RATE;
  return { burst: burst * factor, perMinute: perMinute * factor };
}
