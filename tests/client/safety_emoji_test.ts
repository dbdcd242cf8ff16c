import assert from "node:assert/strict";
import { EMOJI_BYTES, safetyEmoji } from "../../client/safety_emoji.ts";

Deno.test("Safety emoji are sixty-four, all different, each with a name of its own", () => {
  const all = Array.from({ length: 64 }, (_, n) => safetyEmoji(Uint8Array.of(n << 2, 0, 0))[0]!);
  assert.equal(new Set(all.map(({ picture }) => picture)).size, 64);
  assert.equal(new Set(all.map(({ name }) => name)).size, 64);
  assert.ok(
    all.every(({ picture, name }) => /^\P{ASCII}+$/u.test(picture) && /^[a-z]+$/.test(name)),
  );
});

Deno.test("Safety emoji use every bit, six for each", () => {
  const names = (...bytes: number[]): string[] =>
    safetyEmoji(Uint8Array.from(bytes)).map(({ name }) => name);
  assert.equal(EMOJI_BYTES, 3);
  assert.equal(names(0, 0, 0).length, 4);
  for (let bit = 0; bit < 24; bit++) {
    const bytes = [0, 0, 0];
    bytes[bit >> 3] = 128 >> (bit & 7);
    const changed = names(...bytes).flatMap((name, index) =>
      name === names(0, 0, 0)[index] ? [] : [index]
    );
    assert.deepEqual(changed, [Math.floor(bit / 6)]);
  }
});
