import assert from "node:assert/strict";
import { PICTURE_BYTES, PICTURES, safetyEmoji } from "../../../client/crypto/safety_emoji.ts";

Deno.test("Safety emoji are sixty-four, all different", () => {
  assert.equal(new Set(PICTURES).size, 64);
  assert.ok(PICTURES.every((picture) => /^\P{ASCII}+$/u.test(picture)));
});

Deno.test("Safety emoji use every bit, six for each", () => {
  const pictures = (...bytes: number[]): number[] => safetyEmoji(Uint8Array.from(bytes));
  assert.equal(PICTURE_BYTES, 3);
  assert.deepEqual(pictures(0, 0, 0), [0, 0, 0, 0]);
  assert.deepEqual(pictures(255, 255, 255), [63, 63, 63, 63]);
  for (let bit = 0; bit < 24; bit++) {
    const bytes = [0, 0, 0];
    bytes[bit >> 3] = 128 >> (bit & 7);
    const changed = pictures(...bytes).flatMap((one, index) => one === 0 ? [] : [index]);
    assert.deepEqual(changed, [Math.floor(bit / 6)]);
  }
});
