import assert from "node:assert/strict";
import { DistinctCounter } from "../../../server/admission/distinct_counter.ts";

function counterOf(from: number, to: number): DistinctCounter {
  const counter = new DistinctCounter();
  for (let round = 0; round < 3; round++) {
    for (let n = from; n < to; n++) counter.add(`${n}`);
  }
  return counter;
}

Deno.test("Distinct counter counts different texts once, over several counters", () => {
  assert.equal(DistinctCounter.count([new DistinctCounter()]), 0);
  for (const size of [1, 10, 100, 300]) {
    const count = DistinctCounter.count([counterOf(0, size), counterOf(0, size / 2)]);
    assert.ok(Math.abs(count - size) <= 0.5 + size / 5, `${count} instead of ${size}`);
  }
});

Deno.test("Distinct counter stays finite when all of its bits are set", () => {
  assert.ok(Number.isFinite(DistinctCounter.count([counterOf(0, 100_000)])));
});
