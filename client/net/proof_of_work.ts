/** Solves the challenge that the server sends while very many clients connect; see `server/chat/proof_of_work.ts`. */

import { type Challenge, WORK_BYTES } from "../../protocol.ts";

/** How many hashes are computed in parallel: enough to keep every processor busy. */
const AT_ONCE = 32;

/** Returns the smallest number that solves a challenge. The page stays responsive meanwhile. */
export async function solve({ salt, bits }: Challenge): Promise<number> {
  const input = new Uint8Array(WORK_BYTES);
  new TextEncoder().encodeInto(salt, input.subarray(4));
  const number = new DataView(input.buffer);
  for (let first = 0;; first += AT_ONCE) {
    const hashes = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => {
        number.setUint32(0, first + n);
        return crypto.subtle.digest("SHA-256", input); // `digest` copies its input immediately.
      }),
    );
    const solved = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> 32 - bits === 0);
    if (solved >= 0) return first + solved;
  }
}
