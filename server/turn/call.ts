/** The relayed call of one chat: two people, each with a few allocations, and the virtual ports of these. */

import { type Address, networkOf } from "../admission/address.ts";
import { MINUTE } from "../base/clock.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import type { Allocation } from "./allocation.ts";
import type { Side } from "./credentials.ts";
import { MAX_ALLOCATIONS_PER_PERSON, PERSON_RATE, STREAM_RATE } from "./turn_limits.ts";

/** The dynamic ports (RFC 6335 section 6), of which each allocation has one. */
const [FIRST_PORT, PORTS] = [49_152, 16_384];

/** A call. */
export class Call {
  /** What each person may still send, in bytes. */
  readonly budgets: readonly [TokenBucket, TokenBucket];
  /** What each person may still send by streams, in bytes. */
  readonly inflows: readonly [TokenBucket, TokenBucket];
  readonly #allocations = [new Map<number, Allocation>(), new Map<number, Allocation>()] as const;

  /** `now` is in clock milliseconds. */
  constructor(now: number) {
    this.budgets = [new TokenBucket(PERSON_RATE, now), new TokenBucket(PERSON_RATE, now)];
    this.inflows = [new TokenBucket(STREAM_RATE, now), new TokenBucket(STREAM_RATE, now)];
  }

  /** All allocations. Some may be removed while they are read. */
  get allocations(): readonly Allocation[] {
    return this.#allocations.flatMap((side) => [...side.values()]);
  }

  get isEmpty(): boolean {
    return this.#allocations.every(({ size }) => size === 0);
  }

  /** Whether a new call would be the same. Otherwise people could renew their budgets by allocating again. */
  isLikeNew(now: number): boolean {
    return this.isEmpty &&
      this.budgets.every((budget) => budget.credit(now) >= PERSON_RATE.burst * MINUTE) &&
      this.inflows.every((inflow) => inflow.credit(now) >= STREAM_RATE.burst * MINUTE);
  }

  /** Whether a client is in a network. */
  isIn(network: Address): boolean {
    return this.allocations.some(({ path }) => networkOf(path.address) === network);
  }

  /** Whether a person has as many allocations as allowed. */
  isFull(side: Side): boolean {
    return this.#allocations[side].size >= MAX_ALLOCATIONS_PER_PERSON;
  }

  /** A port that is free here. `random` is a random number: a counter would say how many calls there were. */
  freePort(random: number): number {
    for (let offset = random;; offset++) {
      const port = FIRST_PORT + offset % PORTS;
      if (!this.#allocations.some((side) => side.has(port))) return port;
    }
  }

  add(side: Side, allocation: Allocation): void {
    this.#allocations[side].set(allocation.port, allocation);
  }

  remove(allocation: Allocation): void {
    for (const side of this.#allocations) side.delete(allocation.port);
  }

  /** The allocation of a person at a port. */
  at(side: Side, port: number): Allocation | undefined {
    return this.#allocations[side].get(port);
  }
}
