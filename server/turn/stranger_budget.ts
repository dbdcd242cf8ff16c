/**
 * How many replies an address may get without an allocation. By UDP its packets may be forged, so that each reply hits
 * somebody else.
 *
 * No address is kept (`server/admission/address_buckets.ts`).
 */

import { type Address, networkOf } from "../admission/address.ts";
import { AddressBuckets, type AddressBucketsOptions } from "../admission/address_buckets.ts";
import type { Rate } from "../base/token_bucket.ts";
import { STRANGER_RATE } from "./turn_limits.ts";

export interface StrangerBudgetOptions extends AddressBucketsOptions {
  /** How many times as much an address may have as one that a few people share. At least 1. */
  readonly factorOf?: ((address: Address) => number) | undefined;
}

/** The buckets of all addresses. */
export class StrangerBudget {
  readonly #options: StrangerBudgetOptions;
  readonly #buckets: AddressBuckets;

  constructor(options: StrangerBudgetOptions) {
    this.#options = options;
    this.#buckets = new AddressBuckets(options);
  }

  /** Number of buckets in use. */
  get size(): number {
    return this.#buckets.size;
  }

  /** Takes a reply, if there is one left. */
  take(address: Address): boolean {
    const { clock, factorOf = () => 1 } = this.#options;
    const network = networkOf(address);
    return this.#buckets.of(network, () => times(factorOf(network))).take(clock.now()) === 0;
  }
}

function times(factor: number): Rate {
  const { burst, perMinute } = STRANGER_RATE;
  return { burst: burst * factor, perMinute: perMinute * factor };
}
