/** Does the work that the server asks for when very many people come in at once; see `server/chat/proof_of_work.ts`. */

import { type Challenge, WORK_BYTES } from "../../protocol.ts";

/** How many hashes are under way at once: enough to keep every processor at work. */
const AT_ONCE = 32;

/** The smallest number that solves a challenge; the page can do something else meanwhile. */
export async function solve({ salt, bits }: Challenge): Promise<number> {
  const input = new Uint8Array(WORK_BYTES);
  new TextEncoder().encodeInto(salt, input.subarray(4));
  const number = new DataView(input.buffer);
  for (let first = 0;; first += AT_ONCE) {
    const hashes = await Promise.all(
      Array.from({ length: AT_ONCE }, (_, n) => {
        number.setUint32(0, first + n);
        return crypto.subtle.digest("SHA-256", input); // It takes a copy at once.
      }),
    );
    const solved = hashes.findIndex((hash) => new DataView(hash).getUint32(0) >>> 32 - bits === 0);
    if (solved >= 0) return first + solved;
  }
}
