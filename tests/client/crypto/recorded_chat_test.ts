/** What somebody can read of a chat that they have recorded, if they learn some of its secrets later. */

import assert from "node:assert/strict";
import recorded from "../../../docs/channel_vectors.json" with { type: "json" };
import { firstChain, openFrames } from "./independent_decoder.ts";

const { derived, sealed } = recorded;

const SECRETS = {
  shared: Uint8Array.fromHex(derived.Z),
  secret: Uint8Array.fromHex(derived.K),
  salt: Uint8Array.fromHex(derived.salt),
};

/** Values that an attacker might put in the place of a secret that they don't have. */
const GUESSES = [
  new Uint8Array(32),
  SECRETS.shared,
  SECRETS.secret,
  Uint8Array.fromHex(derived.maskedOpening),
  Uint8Array.fromHex(derived.ciphertext).slice(0, 32),
  new Uint8Array(),
];

/** The recorded frames of the caller. */
const FRAMES = sealed.filter(({ from }) => from === "caller").map((one) => ({
  counter: one.counter,
  chain: Uint8Array.fromHex(one.chain),
  frame: Uint8Array.fromHex(one.frame),
}));

Deno.test("P6: a recorded chat can't be opened with the secret of one key agreement alone", async () => {
  const frames = FRAMES.map(({ frame }) => frame);
  assert.equal(
    (await openFrames(await firstChain(SECRETS, "caller"), frames)).length,
    frames.length,
  );
  for (const missing of ["shared", "secret"] as const) {
    for (const guess of GUESSES) {
      if (guess === SECRETS[missing]) continue;
      const chain = await firstChain({ ...SECRETS, [missing]: guess }, "caller");
      for (const frame of frames) await assert.rejects(openFrames(chain, [frame]));
    }
  }
});

Deno.test("P6: keys that leak late open no message that was recorded before", async () => {
  for (const late of FRAMES) {
    for (const { counter, frame } of FRAMES) {
      const isLater = counter >= late.counter;
      // The attacker ignores the counter, and tries the chain that leaked and all that follow.
      for (let first = counter; first > counter - 8; first--) {
        const attempt = openFrames(late.chain, [frame], first);
        const opens = await attempt.then(() => true, () => false);
        assert.equal(
          opens,
          isLater && first === late.counter,
          `${late.counter}: ${counter} at ${first}`,
        );
      }
    }
  }
});
