import assert from "node:assert/strict";
import { planOf, repeats, seeded } from "./repeats.ts";

const COUNTS = { sample: 3, long: 50 };

/** The plan in an environment, where the random seed is 77. */
function planIn(env: Record<string, string>): ReturnType<typeof planOf> {
  return planOf((name) => env[name], () => 77);
}

Deno.test("A normal test run uses a sample, always with the same seed", () => {
  const plan = planIn({});
  assert.equal(repeats(COUNTS, plan), 3);
  assert.deepEqual(planOf(() => undefined, () => 78), plan);
});

Deno.test("A long test run uses everything, with a new seed", () => {
  const plan = planIn({ TEST_LONG: "1" });
  assert.deepEqual([repeats(COUNTS, plan), plan.seed], [50, 77]);
});

Deno.test("A given seed applies to either kind of run, even if it is negative", () => {
  assert.deepEqual(planIn({ TEST_SEED: "5" }), { isLong: false, seed: 5 });
  assert.deepEqual(planIn({ TEST_SEED: "-5", TEST_LONG: "1" }), { isLong: true, seed: -5 });
});

Deno.test("An empty variable counts as not set", () => {
  assert.deepEqual(planIn({ TEST_LONG: "", TEST_SEED: "" }), planIn({}));
});

Deno.test("An invalid value is refused, because the tests would do something unintended", () => {
  for (const text of ["0", "yes", "true"]) {
    assert.throws(() => planIn({ TEST_LONG: text }), /Cannot use TEST_LONG=/, text);
  }
  for (const text of ["1.5", "x", "1e9", "99999999999"]) {
    assert.throws(() => planIn({ TEST_SEED: text }), /Cannot use TEST_SEED=/, text);
  }
});

Deno.test("A failure names the seed and the failing case", async () => {
  const plan = planIn({ TEST_SEED: "5" });
  const cause = new Error("it has failed");
  const failing = seeded((seed) => {
    assert.equal(seed, 5);
    throw cause;
  }, plan);
  await assert.rejects(failing, { message: "TEST_SEED=5 tries the same again.", cause });
});
