/** ML-KEM-768 for browsers without it. The library overwrites what it computes with. */

import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import type { Kem } from "./kem.ts";

export const LIBRARY_KEM: Kem = {
  generate() {
    const { publicKey, secretKey } = ml_kem768.keygen();
    return {
      ek: publicKey,
      decapsulate: (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey),
      forget: () => void secretKey.fill(0),
    };
  },
  encapsulate(ek) {
    const { sharedSecret, cipherText } = ml_kem768.encapsulate(ek);
    return { secret: sharedSecret, ciphertext: cipherText };
  },
};
