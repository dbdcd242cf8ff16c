/**
 * How many plain HTTP requests an address may send, and how many bytes of responses it may cause. The
 * address record (`address_record.ts`) limits handshakes.
 *
 * Loading a page must not add an address to the registry (promise P1), so no address is kept here: see
 * `address_buckets.ts`.
 */

import type { Rate } from "../base/token_bucket.ts";
import type { Address } from "./address.ts";
import { AddressBuckets, type AddressBucketsOptions } from "./address_buckets.ts";
import { ADDRESS_LIMITS, RESPONSE_UNIT } from "../limits/rate_limits.ts";

/** What is counted. Health checks have a separate budget, so that no flood of pages can make it fail. */
export type Purpose = "page" | "health-check";

export interface RequestBudgetOptions extends AddressBucketsOptions {
  /** The limit of an address, if not that of {@linkcode ADDRESS_LIMITS}. */
  readonly rateOf?: ((address: Address) => Rate) | undefined;
}

/** The buckets of all addresses. */
export class RequestBudget {
  readonly #options: RequestBudgetOptions;
  readonly #buckets: AddressBuckets;

  constructor(options: RequestBudgetOptions) {
    this.#options = options;
    this.#buckets = new AddressBuckets(options);
  }

  /** Number of buckets in use. */
  get size(): number {
    return this.#buckets.size;
  }

  /** The bucket of an address, which others share. */
  of(address: Address, purpose: Purpose): RequestAllowance {
    const { clock, rateOf = () => ADDRESS_LIMITS.requests } = this.#options;
    const bucket = this.#buckets.of(`${purpose} ${address}`, () => rateOf(address));
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
