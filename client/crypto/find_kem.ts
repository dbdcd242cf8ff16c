/**
 * A browser may have ML-KEM-768 in WebCrypto. If not, the page uses a library. Both pass the same known answers, and a
 * page with one can chat with a page with the other.
 */

import { areEqual } from "./bytes.ts";
import type { Kem } from "./kem.ts";
import { LIBRARY_KEM } from "./library_kem.ts";
import { WEB_CRYPTO_KEM } from "./web_crypto_kem.ts";

/** The browser's own implementation if it works, and otherwise the library's. */
export async function findKem(browsers = WEB_CRYPTO_KEM): Promise<Kem> {
  return await works(browsers).catch(() => false) ? browsers : LIBRARY_KEM;
}

/** Whether a secret arrives. */
async function works(kem: Kem): Promise<boolean> {
  const keys = await kem.generate();
  const { secret, ciphertext } = await kem.encapsulate(keys.ek);
  return areEqual(secret, await keys.decapsulate(ciphertext));
}
