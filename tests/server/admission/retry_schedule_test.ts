import assert from "node:assert/strict";
import { RetrySchedule } from "../../../server/admission/retry_schedule.ts";
import { RETRIES } from "../../../server/limits/rate_limits.ts";

const { shortest, longest, spacing, most, patience, toldWithin } = RETRIES;

/** The waits of so many clients that are refused at the same time. */
function refuse(schedule: RetrySchedule, count: number, now = 0): number[] {
  return Array.from({ length: count }, () => schedule.add(shortest, now));
}

Deno.test("Retry schedule spaces the clients that wait, up to the longest wait", () => {
  const waits = refuse(new RetrySchedule(), 2 * most);
  assert.deepEqual(waits.slice(0, 3), [shortest, shortest + spacing, shortest + 2 * spacing]);
  assert.equal(waits.at(-1), longest);
});

Deno.test("Retry schedule expects each attempt once, and not before its time", () => {
  const schedule = new RetrySchedule();
  refuse(schedule, 2);
  assert.equal(schedule.take(shortest - 1), false);
  const attempts = [0, 0, spacing, spacing].map((after) => schedule.take(shortest + after));
  assert.deepEqual(attempts, [true, false, true, false]);
});

Deno.test("Retry schedule expects a late attempt for a while, and then no longer", () => {
  for (const [late, isExpected] of [[patience - 1, true], [patience, false]] as const) {
    const schedule = new RetrySchedule();
    refuse(schedule, 1);
    assert.equal(schedule.take(shortest + late), isExpected);
  }
});

Deno.test("Retry schedule tells each page its own wait, soon after the refusal", () => {
  const schedule = new RetrySchedule();
  refuse(schedule, 2);
  assert.deepEqual([0, 0, 0].map((now) => schedule.tell(now)), [
    shortest,
    shortest + spacing,
    undefined,
  ]);
  refuse(schedule, 1);
  assert.equal(schedule.tell(toldWithin + 1), undefined);
});

Deno.test("Retry schedule remembers a limited number of attempts", () => {
  const schedule = new RetrySchedule();
  refuse(schedule, 10 * most);
  assert.equal(schedule.size, most);
});
