import assert from "node:assert/strict";
import { planOf, repeats, seeded } from "./repeats.ts";

const COUNTS = { sample: 3, long: 50 };

/** The plan in an environment, where the random seed is 77. */
function planIn(env: Record<string, string>): ReturnType<typeof planOf> {
  return planOf((name) => env[name], () => 77);
}

Deno.test("A run of the tests takes the sample, whose seed is always the same", () => {
  const plan = planIn({});
  assert.equal(repeats(COUNTS, plan), 3);
  assert.deepEqual(planOf(() => undefined, () => 78), plan);
});

Deno.test("A long run takes all, with a seed of its own", () => {
  const plan = planIn({ TEST_LONG: "1" });
  assert.deepEqual([repeats(COUNTS, plan), plan.seed], [50, 77]);
});

Deno.test("A seed that is set holds in either run, also a negative one", () => {
  assert.deepEqual(planIn({ TEST_SEED: "5" }), { isLong: false, seed: 5 });
  assert.deepEqual(planIn({ TEST_SEED: "-5", TEST_LONG: "1" }), { isLong: true, seed: -5 });
});

Deno.test("A variable that is empty is one that is not set", () => {
  assert.deepEqual(planIn({ TEST_LONG: "", TEST_SEED: "" }), planIn({}));
});

Deno.test("A value that means nothing is refused, since the tests would do something else than was meant", () => {
  for (const text of ["0", "yes", "true"]) {
    assert.throws(() => planIn({ TEST_LONG: text }), /Cannot use TEST_LONG=/, text);
  }
  for (const text of ["1.5", "x", "1e9", "99999999999"]) {
    assert.throws(() => planIn({ TEST_SEED: text }), /Cannot use TEST_SEED=/, text);
  }
});

Deno.test("A failure names the seed, and what has failed", async () => {
  const plan = planIn({ TEST_SEED: "5" });
  const cause = new Error("it has failed");
  const failing = seeded((seed) => {
    assert.equal(seed, 5);
    throw cause;
  }, plan);
  await assert.rejects(failing, { message: "TEST_SEED=5 tries the same again.", cause });
});
