/**
 * ML-KEM-768 of the browser (the WICG's draft "Modern Algorithms in the Web Cryptography API"). The private key stays
 * in the browser and can't be exported.
 */

import type { Bytes } from "./bytes.ts";
import type { Encapsulation, Kem, KemKeys } from "./kem.ts";

const NAME = "ML-KEM-768";

/** What the draft adds to WebCrypto. TypeScript doesn't know it yet. */
interface KemCrypto {
  generateKey(name: string, extractable: boolean, usages: string[]): Promise<CryptoKeyPair>;
  importKey(
    format: "raw-public",
    key: BufferSource,
    name: string,
    extractable: boolean,
    usages: string[],
  ): Promise<CryptoKey>;
  exportKey(format: "raw-public", key: CryptoKey): Promise<ArrayBuffer>;
  encapsulateBits(
    name: string,
    key: CryptoKey,
  ): Promise<{ sharedKey: ArrayBuffer; ciphertext: ArrayBuffer }>;
  decapsulateBits(name: string, key: CryptoKey, ciphertext: BufferSource): Promise<ArrayBuffer>;
}

function subtle(): KemCrypto {
  return crypto.subtle as unknown as KemCrypto;
}

export const WEB_CRYPTO_KEM: Kem = { generate, encapsulate };

async function generate(): Promise<KemKeys> {
  const { publicKey, privateKey } = await subtle().generateKey(NAME, false, [
    "encapsulateBits",
    "decapsulateBits",
  ]);
  return {
    ek: new Uint8Array(await subtle().exportKey("raw-public", publicKey)),
    decapsulate: async (ciphertext) =>
      new Uint8Array(await subtle().decapsulateBits(NAME, privateKey, ciphertext)),
    forget: () => {},
  };
}

async function encapsulate(ek: Bytes): Promise<Encapsulation> {
  const key = await subtle().importKey("raw-public", ek, NAME, false, ["encapsulateBits"]);
  const { sharedKey, ciphertext } = await subtle().encapsulateBits(NAME, key);
  return { secret: new Uint8Array(sharedKey), ciphertext: new Uint8Array(ciphertext) };
}
