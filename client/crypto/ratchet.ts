/**
 * A key for each frame of one direction. The present state opens no earlier frame, so keys that leak late are useless
 * for what was recorded before.
 *
 *     chain 0 ──> chain 1 ──> chain 2 ──> …        each arrow is HKDF-SHA-256, which can't be reversed
 *        │           │           │
 *      key 0       key 1       key 2               AES-256-GCM, each for one frame
 *
 * A step gives another state, and the previous one is dropped. So a frame that doesn't open has no effect. Frames that are
 * lost with a connection leave a gap, over which the receiver steps. It keeps no key for them.
 *
 * The counter in a header is not authentic before the frame is open, so the number of steps over a gap has a limit. It
 * is more than a page sends while it doesn't know that the connection has dropped: all messages that wait for a
 * confirmation, the steps of a call, and typing indicators. Each state keeps the one after it, which reveals no more than
 * the state itself. So however many frames are forged, each step is taken once.
 */

import { type Bytes, erase } from "./bytes.ts";

/** Maximum number of counters that a frame may skip. */
export const MAX_SKIP = 256;

/** Length of a chain key, in bits. */
const CHAIN_BITS = 256;

const AES = { name: "AES-GCM", length: 256 } as const;

/** The state of one direction. */
export class Ratchet {
  readonly #chain: CryptoKey;
  /** The counter of the next frame. */
  readonly counter: number;
  #next: Promise<Ratchet> | undefined;

  private constructor(chain: CryptoKey, counter: number) {
    this.#chain = chain;
    this.counter = counter;
  }

  /** The first state of a direction. `root` is a key for HKDF. */
  static first(root: CryptoKey, salt: Bytes, label: string): Promise<Ratchet> {
    return Ratchet.#derive(root, hkdf(salt, label), 0);
  }

  /** The key of the frame with this counter. */
  key(): Promise<CryptoKey> {
    const how = hkdf(new Uint8Array(), "frame key");
    return crypto.subtle.deriveKey(how, this.#chain, AES, false, ["encrypt", "decrypt"]);
  }

  /** The state after this one. */
  next(): Promise<Ratchet> {
    const how = hkdf(new Uint8Array(), "next chain");
    return this.#next ??= Ratchet.#derive(this.#chain, how, this.counter + 1);
  }

  /** The state with this counter; `undefined` if it has passed, or is too far ahead. */
  async at(counter: number): Promise<Ratchet | undefined> {
    const gap = counter - this.counter;
    if (gap < 0 || gap > MAX_SKIP) return undefined;
    return gap === 0 ? this : (await this.next()).at(counter);
  }

  static async #derive(key: CryptoKey, how: HkdfParams, counter: number): Promise<Ratchet> {
    const bytes = new Uint8Array(await crypto.subtle.deriveBits(how, key, CHAIN_BITS));
    const chain = await crypto.subtle.importKey("raw", bytes, "HKDF", false, [
      "deriveBits",
      "deriveKey",
    ]);
    erase(bytes);
    return new Ratchet(chain, counter);
  }
}

/** HKDF-SHA-256 (RFC 5869). */
function hkdf(salt: Bytes, label: string): HkdfParams {
  return { name: "HKDF", hash: "SHA-256", salt, info: new TextEncoder().encode(label) };
}
