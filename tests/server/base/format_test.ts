import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { formatApproximate, formatDay, formatDuration } from "../../../server/base/format.ts";

Deno.test("Words state a duration exactly, in the largest possible unit", () => {
  const said = [SECOND, 5 * SECOND, 90 * SECOND, 10 * MINUTE, HOUR, 25 * HOUR, 30 * DAY, 0];
  assert.deepEqual(said.map(formatDuration), [
    "1 second",
    "5 seconds",
    "90 seconds",
    "10 minutes",
    "1 hour",
    "25 hours",
    "30 days",
    "0 seconds",
  ]);
});

Deno.test("Words state roughly how long ago something was, rounded down", () => {
  const said = [0, 59 * SECOND, 90 * SECOND, HOUR - 1, 3 * HOUR + 1];
  assert.deepEqual(said.map(formatApproximate), [
    "0 seconds",
    "59 seconds",
    "1 minute",
    "59 minutes",
    "3 hours",
  ]);
});

Deno.test("Words name a day in UTC", () => {
  assert.equal(formatDay("2026-01-01"), "1 January 2026");
});
