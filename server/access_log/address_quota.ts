/**
 * How much of the access log one address may fill. A page is about ten lines of 250 bytes, so the quota is enough for
 * two hundred visitors behind one address who open the page at the same moment. A client that requests pages in a loop
 * exceeds it in a second. In a day, one address can write QUOTA_BYTES for each QUOTA_PERIOD: 72 MiB.
 *
 * No address is held here, and nothing that can be turned back into one. An address is hashed with a secret key to one
 * cell in each of two rows of counters. Tens of thousands of addresses share a cell, and the smaller counter of the two
 * counts. The counters and the key are discarded after each period. Only an address that shares both of its cells with
 * busier ones can lose lines because of them.
 */

import { type Address, networkOf } from "../admission/address.ts";
import { type Clock, MINUTE } from "../base/clock.ts";
import { KeyedHash } from "../base/keyed_hash.ts";

/** How long the bytes of an address are added up, in milliseconds. */
export const QUOTA_PERIOD = 10 * MINUTE;

/** Maximum number of bytes that an address may write in a period. For IPv6 it is shared by a /64. */
export const QUOTA_BYTES = 512 * 1024;

/** Number of counters in a row: one for each value of half a hash. */
const ROW_LENGTH = 2 ** 16;

/** Bytes written in this period, by address. */
export class AddressQuota {
  readonly #clock: Pick<Clock, "now">;
  readonly #newToken: () => string;
  readonly #rows = [new Uint32Array(ROW_LENGTH), new Uint32Array(ROW_LENGTH)] as const;
  #hash: KeyedHash;
  #endsAt: number;

  constructor(clock: Pick<Clock, "now">, newToken: () => string) {
    this.#clock = clock;
    this.#newToken = newToken;
    this.#hash = KeyedHash.fromToken(newToken());
    this.#endsAt = clock.now() + QUOTA_PERIOD;
  }

  /** Takes `bytes` from the quota of an address. Returns whether there were enough. Unknown addresses share a quota. */
  take(address: Address | undefined, bytes: number): boolean {
    this.expire();
    const hash = this.#hash.of(address === undefined ? "" : networkOf(address));
    const [low, high] = this.#rows;
    const [lowCell, highCell] = [hash % ROW_LENGTH, Math.floor(hash / ROW_LENGTH)];
    const used = Math.min(low[lowCell] ?? 0, high[highCell] ?? 0);
    if (used + bytes > QUOTA_BYTES) return false;
    low[lowCell]! += bytes;
    high[highCell]! += bytes;
    return true;
  }

  /** Discards the counters and the key of a period that is over. An interval task. */
  expire(): void {
    if (this.#clock.now() < this.#endsAt) return;
    for (const row of this.#rows) row.fill(0);
    this.#hash = KeyedHash.fromToken(this.#newToken());
    this.#endsAt = this.#clock.now() + QUOTA_PERIOD;
  }
}
