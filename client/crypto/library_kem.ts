/** ML-KEM-768 for browsers without it. The library overwrites what it computes with. */

import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import type { Bytes } from "./bytes.ts";
import type { Encapsulation, Kem, KemKeys } from "./kem.ts";

export const LIBRARY_KEM: Kem = { generate, encapsulate };

function generate(): KemKeys {
  const { publicKey, secretKey } = ml_kem768.keygen();
  return {
    ek: publicKey,
    decapsulate: (ciphertext) => ml_kem768.decapsulate(ciphertext, secretKey),
    forget: () => void secretKey.fill(0),
  };
}

function encapsulate(ek: Bytes): Encapsulation {
  const { sharedSecret, cipherText } = ml_kem768.encapsulate(ek);
  return { secret: sharedSecret, ciphertext: cipherText };
}
