/**
 * A browser may have ML-KEM-768 in WebCrypto. If not, the page uses a library. Both pass the same known answers, and a
 * page with one can chat with a page with the other.
 *
 * Each is tried before it is used. Browsers compile a script while it runs, and the library is many times slower at first.
 * So the page tries it soon after its start, and not when somebody waits for the keys.
 */

import { areEqual } from "./bytes.ts";
import type { Kem } from "./kem.ts";
import { LIBRARY_KEM } from "./library_kem.ts";
import { WEB_CRYPTO_KEM } from "./web_crypto_kem.ts";

/** How often a KEM is tried. After that, the library is compiled. */
const TRIALS = 2;

/** The browser's own implementation if it works, and otherwise the library's. */
export async function findKem(browsers = WEB_CRYPTO_KEM): Promise<Kem> {
  for (const kem of [browsers, LIBRARY_KEM]) {
    if (await works(kem).catch(() => false)) return kem;
  }
  throw new Error("Cannot agree on keys: no ML-KEM works");
}

/** Whether secrets arrive. */
async function works(kem: Kem): Promise<boolean> {
  for (let trial = 0; trial < TRIALS; trial++) {
    const keys = await kem.generate();
    const { secret, ciphertext } = await kem.encapsulate(keys.ek);
    if (!areEqual(secret, await keys.decapsulate(ciphertext))) return false;
  }
  return true;
}
