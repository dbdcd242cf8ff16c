/** Does the work that the server asks for when very many people come in at once; see `server/proof_of_work.ts`. */

import { sha256 } from "@noble/hashes/sha2.js";
import type { Challenge } from "../protocol.ts";

/** How many hashes are tried between two pauses: less than a frame on a fast device, a few on a slow one. */
const SLICE = 3_000;

/** The smallest number that solves a challenge. After each slice `pause` lets the page do something else. */
export async function solve(
  { salt, bits }: Challenge,
  pause: () => Promise<void>,
): Promise<number> {
  const encoded = new TextEncoder().encode(salt);
  const input = new Uint8Array(encoded.length + 4);
  input.set(encoded);
  const number = new DataView(input.buffer, encoded.length);
  for (let nonce = 0;; nonce++) {
    number.setUint32(0, nonce);
    const digest = sha256(input);
    if (new DataView(digest.buffer, digest.byteOffset).getUint32(0) >>> 32 - bits === 0) {
      return nonce;
    }
    if (nonce % SLICE === SLICE - 1) await pause();
  }
}
