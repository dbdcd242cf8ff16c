import assert from "node:assert/strict";
import { KeyedHash } from "../../../server/base/keyed_hash.ts";

/** The hashes of the texts of 0 to 3 bytes that count from 0, under a key that counts from 0 (the authors' vectors). */
const VECTORS = ["a9359f5b", "27475ab8", "fa62a603", "8afee704"];

Deno.test("Keyed hash is HalfSipHash-2-4", () => {
  const hash = new KeyedHash(0x03020100, 0x07060504);
  for (const [length, vector] of VECTORS.entries()) {
    const text = String.fromCharCode(...Array.from({ length }, (_, n) => n));
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, hash.of(text), true);
    assert.equal(bytes.toHex(), vector);
  }
});

Deno.test("Keyed hash differs with either half of its key", () => {
  const keys = [[1, 2], [1, 3], [0, 2]] as const;
  const hashes = keys.map(([low, high]) => new KeyedHash(low, high).of("203.0.113.7"));
  assert.equal(new Set(hashes).size, keys.length);
  assert.equal(KeyedHash.fromToken("0000000100000002ff").of("203.0.113.7"), hashes[0]);
});
