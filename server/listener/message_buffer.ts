/**
 * Gathers a message that does not arrive in one piece. The buffer grows with the bytes that have arrived, not with the
 * length that a header announced. Ten thousand peers that announce 32 KiB and send nothing cost next to nothing, and a
 * peer that sends costs at most twice what it has sent.
 */

import { Buffer } from "node:buffer";
import { HEADROOM } from "./frame.ts";
import { unmask } from "./masking.ts";

/** Bytes allocated for an announced length before any of them have arrived. */
const MIN_ROOM = 512;

/** Gathers a message or control frame that is not complete in one chunk. */
export class MessageBuffer {
  #buffer = Buffer.allocUnsafeSlow(0);
  #length = 0;

  /** Number of bytes gathered. */
  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(HEADROOM, HEADROOM + this.#length);
  }

  /** Adds masked bytes. Room for `expected` more is allocated too, within {@linkcode MIN_ROOM} or what has arrived. */
  append(masked: Uint8Array, key: number, expected: number): void {
    const needed = this.#length + masked.length;
    if (HEADROOM + needed > this.#buffer.length) this.#grow(needed, expected);
    const start = HEADROOM + this.#length;
    this.#buffer.set(masked, start);
    unmask(this.#buffer, start, start + masked.length, key);
    this.#length = needed;
  }

  #grow(needed: number, expected: number): void {
    const outgrown = this.#buffer;
    const room = Math.min(expected, Math.max(needed, MIN_ROOM));
    this.#buffer = Buffer.allocUnsafeSlow(HEADROOM + needed + room);
    this.#buffer.set(outgrown.subarray(0, HEADROOM + this.#length));
    outgrown.fill(0);
  }
}
