import assert from "node:assert/strict";
import { pad, unpad } from "../../../client/crypto/padding.ts";

Deno.test("Padding uses the smallest size that holds the content and its length", () => {
  const lengths = [0, 1, 1024 - 24, 1024 - 23, 4096 - 24, 4096 - 23, 16_384 - 24];
  assert.deepEqual(lengths.map((length) => pad(new Uint8Array(length), 22).length + 22), [
    1024,
    1024,
    1024,
    4096,
    4096,
    16_384,
    16_384,
  ]);
  assert.throws(() => pad(new Uint8Array(16_384 - 23), 22), RangeError);
});

Deno.test("Padding can be removed, and an impossible length is refused", () => {
  const padded = pad(Uint8Array.of(1, 2, 3), 22);
  assert.deepEqual(unpad(padded), Uint8Array.of(1, 2, 3));
  assert.deepEqual(padded.subarray(0, 6), Uint8Array.of(0, 3, 1, 2, 3, 0));
  assert.equal(unpad(Uint8Array.of(0, 3, 1, 2)), undefined);
  assert.equal(unpad(Uint8Array.of(0)), undefined);
});
