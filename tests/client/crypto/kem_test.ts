/**
 * ML-KEM-768 against known answers of Project Wycheproof (`ml_kem_768_vectors.json` names the source and the license):
 * the library, and the platform's WebCrypto, which the page prefers.
 */

import assert from "node:assert/strict";
import { ml_kem768 } from "@noble/post-quantum/ml-kem.js";
import type { Bytes } from "../../../client/crypto/bytes.ts";
import { CIPHERTEXT_BYTES, EK_BYTES, type Kem } from "../../../client/crypto/kem.ts";
import { findKem } from "../../../client/crypto/find_kem.ts";
import { LIBRARY_KEM } from "../../../client/crypto/library_kem.ts";
import { WEB_CRYPTO_KEM } from "../../../client/crypto/web_crypto_kem.ts";
import vectors from "./ml_kem_768_vectors.json" with { type: "json" };

/** What TypeScript doesn't know of WebCrypto yet. */
interface SeedCrypto {
  importKey(
    format: "raw-seed",
    seed: Bytes,
    name: string,
    isExtractable: boolean,
    usages: string[],
  ): Promise<CryptoKey>;
  decapsulateBits(name: string, key: CryptoKey, ciphertext: Bytes): Promise<ArrayBuffer>;
}

const KEMS: readonly [name: string, kem: Kem][] = [
  ["library", LIBRARY_KEM],
  ["WebCrypto", WEB_CRYPTO_KEM],
];

function hex(digits: string): Bytes {
  return Uint8Array.fromHex(digits);
}

async function sha256(bytes: Uint8Array): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes))).toHex();
}

/** Decapsulates with the keys that a seed generates, by the platform. */
async function decapsulateByPlatform(seed: Bytes, ciphertext: Bytes): Promise<Uint8Array> {
  const subtle = crypto.subtle as unknown as SeedCrypto;
  const usages = ["decapsulateBits"];
  const key = await subtle.importKey("raw-seed", seed, "ML-KEM-768", false, usages);
  return new Uint8Array(await subtle.decapsulateBits("ML-KEM-768", key, ciphertext));
}

function decapsulateByLibrary(seed: Bytes, ciphertext: Bytes): Promise<Uint8Array> {
  return Promise.resolve(ml_kem768.decapsulate(ciphertext, ml_kem768.keygen(seed).secretKey));
}

Deno.test("Library generates the keys of Wycheproof's seeds", async () => {
  for (const { tcId, seed, ekSha256, dkSha256 } of vectors.keygen) {
    const { publicKey, secretKey } = ml_kem768.keygen(hex(seed));
    assert.equal(await sha256(publicKey), ekSha256, `${tcId}`);
    assert.equal(await sha256(secretKey), dkSha256, `${tcId}`);
  }
});

Deno.test("Library encapsulates as Wycheproof does, with edge cases of the matrix", async () => {
  const valid = vectors.encapsulate.filter(({ result }) => result === "valid");
  assert.ok(valid.length >= 8);
  for (const { tcId, ek, m, ciphertextSha256, secret } of valid) {
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(hex(ek), hex(m!));
    assert.equal(await sha256(cipherText), ciphertextSha256, `${tcId}`);
    assert.equal(sharedSecret.toHex(), secret, `${tcId}`);
  }
});

for (const [name, kem] of KEMS) {
  Deno.test(`KEM of the ${name} refuses every invalid encapsulation key of Wycheproof`, async () => {
    const invalid = vectors.encapsulate.filter(({ result }) => result === "invalid");
    assert.ok(invalid.length >= 14);
    for (const { tcId, comment, ek } of invalid) {
      await assert.rejects(async () => await kem.encapsulate(hex(ek)), `${tcId}: ${comment}`);
    }
  });

  Deno.test(`KEM of the ${name} refuses a ciphertext of another length`, async () => {
    const keys = await kem.generate();
    for (const length of [0, CIPHERTEXT_BYTES - 1, CIPHERTEXT_BYTES + 1]) {
      await assert.rejects(async () => await keys.decapsulate(new Uint8Array(length)));
    }
  });

  Deno.test(`KEM of the ${name} answers an altered ciphertext with another secret, always the same`, async () => {
    const keys = await kem.generate();
    const { secret, ciphertext } = await kem.encapsulate(keys.ek);
    assert.deepEqual(await keys.decapsulate(ciphertext), secret);
    const altered = ciphertext.slice();
    altered[500]! ^= 1;
    const rejected = await keys.decapsulate(altered);
    assert.notDeepEqual(rejected, secret);
    assert.deepEqual(await keys.decapsulate(altered), rejected);
  });

  for (const [other, encapsulating] of KEMS) {
    Deno.test(`KEM of the ${name} recovers what that of the ${other} encapsulates`, async () => {
      const keys = await kem.generate();
      const { secret, ciphertext } = await encapsulating.encapsulate(keys.ek);
      assert.deepEqual([keys.ek.length, ciphertext.length], [EK_BYTES, CIPHERTEXT_BYTES]);
      assert.deepEqual(await keys.decapsulate(ciphertext), secret);
    });
  }
}

for (
  const [name, decapsulate] of [
    ["Library", decapsulateByLibrary],
    ["WebCrypto", decapsulateByPlatform],
  ] as const
) {
  Deno.test(`${name} decapsulates as Wycheproof does, with random, altered and misshapen ciphertexts`, async () => {
    for (const { tcId, comment, seed, ciphertext, secret, result } of vectors.decapsulate) {
      const open = async (): Promise<string> =>
        (await decapsulate(hex(seed), hex(ciphertext))).toHex();
      if (result === "valid") assert.equal(await open(), secret, `${tcId}: ${comment}`);
      else await assert.rejects(open, `${tcId}: ${comment}`);
    }
  });
}

Deno.test("Library decapsulates with expanded private keys as Wycheproof does, and refuses broken ones", () => {
  for (const { tcId, comment, dk, ciphertext, secret, result } of vectors.decapsulateExpanded) {
    const open = (): string => ml_kem768.decapsulate(hex(ciphertext), hex(dk)).toHex();
    if (result === "valid") assert.equal(open(), secret, `${tcId}: ${comment}`);
    else assert.throws(open, `${tcId}: ${comment}`);
  }
});

Deno.test("Library forgets its private key by overwriting it", async () => {
  const keys = await LIBRARY_KEM.generate();
  const { secret, ciphertext } = await LIBRARY_KEM.encapsulate(keys.ek);
  assert.deepEqual(await keys.decapsulate(ciphertext), secret);
  keys.forget();
  assert.throws(() => keys.decapsulate(ciphertext), "a key of zeros is not valid");
});

Deno.test("Page prefers WebCrypto's KEM, and takes the library's where that is missing or wrong", async () => {
  assert.equal(await findKem(), WEB_CRYPTO_KEM);
  const missing = { generate: () => Promise.reject(new Error()) };
  const wrong = {
    encapsulate: () => ({
      secret: new Uint8Array(32),
      ciphertext: new Uint8Array(CIPHERTEXT_BYTES),
    }),
  };
  for (const fault of [missing, wrong]) {
    assert.equal(await findKem({ ...WEB_CRYPTO_KEM, ...fault }), LIBRARY_KEM);
  }
});
