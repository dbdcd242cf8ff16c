/**
 * Counts different texts without storing them (linear counting: Whang, Vander-Zanden and Taylor, 1990). The hash of a
 * text sets one of 256 bits, and the count is estimated from the bits that are set. A bit stands for many texts, so the
 * counter doesn't say which ones it has seen.
 */

import { hashOf } from "../base/hash.ts";

const BITS = 256;

/** Bits per element of the array. */
const WORD = 32;

/** A counter of 32 bytes. Its error is a few per cent up to several hundred texts. */
export class DistinctCounter {
  readonly #words = new Uint32Array(BITS / WORD);

  /** Counts a text, unless it was counted before. */
  add(text: string): void {
    const bit = hashOf(text) % BITS;
    const word = Math.floor(bit / WORD);
    this.#words[word] = (this.#words[word] ?? 0) | (1 << bit % WORD);
  }

  /** How many different texts were added to any of the counters. */
  static count(counters: readonly DistinctCounter[]): number {
    let set = 0;
    for (let word = 0; word < BITS / WORD; word++) {
      set += bitsOf(counters.reduce((all, counter) => all | (counter.#words[word] ?? 0), 0));
    }
    return BITS * Math.log(BITS / Math.max(1, BITS - set));
  }
}

function bitsOf(word: number): number {
  let count = 0;
  for (let rest = word >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}
