import assert from "node:assert/strict";
import fc from "fast-check";
import { solve } from "../../../client/net/proof_of_work.ts";
import { SECOND } from "../../../server/base/clock.ts";
import {
  isSolution,
  ProofOfWorkGate,
  RUSH_DURATION,
  RUSH_THRESHOLD,
  RUSH_WINDOW,
  type WorkMode,
} from "../../../server/chat/proof_of_work.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { trials } from "../../support/repeats.ts";

function check(mode: WorkMode): { clock: FakeClock; gate: ProofOfWorkGate } {
  const clock = new FakeClock();
  return { clock, gate: new ProofOfWorkGate(clock, mode) };
}

Deno.test("Work is solved when the hash begins with the required number of zero bits", () => {
  // (printf '\0\0\x01\x26salt'; head -c 65528 /dev/zero) | sha256sum begins with 00.
  const solutions = Array.from({ length: 500 }, (_, nonce) => nonce)
    .filter((nonce) => isSolution("salt", nonce, 8));
  assert.deepEqual(solutions, [294, 343, 470]);
  assert.equal(isSolution("another salt", 294, 8), false);
  assert.equal(isSolution("salt", 294, 32), false);
});

Deno.test("Work done by a page is the first solution of what the server requires", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string(), fc.integer({ min: 1, max: 10 }), async (salt, bits) => {
      const nonce = await solve({ salt, bits });
      assert.ok(isSolution(salt, nonce, bits));
      for (let other = 0; other < nonce; other++) {
        assert.equal(isSolution(salt, other, bits), false);
      }
    }),
    trials({ sample: 50, long: 2_000 }),
  );
});

Deno.test("Work is required of nobody in quiet times, of everybody under load, and of nobody afterwards", () => {
  const { clock, gate } = check("auto");
  for (let n = 0; n < 10 * RUSH_THRESHOLD; n++) {
    gate.entered();
    clock.advance(RUSH_WINDOW / (RUSH_THRESHOLD - 1));
  }
  assert.equal(gate.isRequired, false);
  for (let n = 0; n < RUSH_THRESHOLD; n++) gate.entered();
  assert.equal(gate.isRequired, true);
  clock.advance(RUSH_DURATION - 1);
  assert.equal(gate.isRequired, true);
  clock.advance(1);
  assert.equal(gate.isRequired, false);
});

Deno.test("Work is required as long as the load lasts", () => {
  const { clock, gate } = check("auto");
  for (let second = 0; second < 300; second++) {
    for (let n = 0; n < RUSH_THRESHOLD / 5; n++) gate.entered();
    clock.advance(SECOND);
    assert.equal(gate.isRequired, second >= 4, `${second} s`);
  }
});

Deno.test("Work is required always or never if the operator says so", () => {
  const { gate } = check("off");
  for (let n = 0; n < 10 * RUSH_THRESHOLD; n++) gate.entered();
  assert.equal(gate.isRequired, false);
  assert.equal(check("always").gate.isRequired, true);
});
