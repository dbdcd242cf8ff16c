/**
 * ML-KEM-768, the key encapsulation mechanism of FIPS 203. One side generates keys and publishes `ek`. The other side
 * encapsulates a secret to `ek`, and only the first side can recover it from the ciphertext.
 *
 * Decapsulation never reports a wrong ciphertext: the result is then another secret (implicit rejection, FIPS 203
 * section 6.3). An invalid `ek` is an error (section 7.2), and so is a ciphertext of another length (section 7.3).
 */

import type { Bytes } from "./bytes.ts";

/** Length of an encapsulation key, in bytes (FIPS 203 table 3). */
export const EK_BYTES = 1184;

/** Length of a ciphertext, in bytes. */
export const CIPHERTEXT_BYTES = 1088;

export interface Kem {
  generate(): KemKeys | Promise<KemKeys>;
  /** Rejects if `ek` is invalid. */
  encapsulate(ek: Bytes): Encapsulation | Promise<Encapsulation>;
}

/** A secret of 32 bytes, and the ciphertext from which the other side recovers it. */
export interface Encapsulation {
  readonly secret: Bytes;
  readonly ciphertext: Bytes;
}

/** A pair of keys. */
export interface KemKeys {
  readonly ek: Bytes;
  decapsulate(ciphertext: Bytes): Bytes | Promise<Bytes>;
  /** Overwrites the private key, if it is a byte array. */
  forget(): void;
}
