import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY, dayOf, inSeconds, parseDay, SECOND } from "../../../server/base/clock.ts";
import { trials } from "../../support/repeats.ts";

Deno.test("Wait in seconds is rounded up, but not because of a rounding error", () => {
  assert.deepEqual([0, 0.5, 1, 999, 1000, 1001].map(inSeconds), [0, 1, 1, 1, 1, 2]);
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.nat(3600), (now, seconds) => {
      assert.equal(inSeconds(now + seconds * SECOND - now), seconds);
    }),
    trials({ sample: 500, long: 10_000 }),
  );
});

Deno.test("Day is a calendar day in UTC, in any time zone", () => {
  assert.equal(dayOf(new Date("2026-11-23T00:00:00.000Z")), "2026-11-23");
  assert.equal(dayOf(new Date("2026-11-23T23:59:59.999Z")), "2026-11-23");
  assert.equal(dayOf(new Date("2026-11-24T00:30:00+02:00")), "2026-11-23");
  assert.equal(dayOf(new Date("2026-11-23T20:30:00-05:00")), "2026-11-24");
});

Deno.test("Day's text is read as the midnight at which it begins", () => {
  assert.equal(parseDay("2026-11-23")?.toISOString(), "2026-11-23T00:00:00.000Z");
  assert.equal(parseDay("2024-02-29")?.toISOString(), "2024-02-29T00:00:00.000Z");
  assert.equal(parseDay("1970-01-01")?.getTime(), 0);
});

Deno.test("Day that is not in the calendar is refused", () => {
  for (
    const text of [
      "",
      "today",
      "2026-02-29", // Not a leap year.
      "1900-02-29",
      "2026-02-30",
      "2026-04-31",
      "2026-00-10",
      "2026-13-01",
      "2026-01-00",
      "2026-01-32",
      "2026-1-1",
      "26-01-01",
      "20260101",
      "2026/01/01",
      "01-01-2026",
      "+002026-01-01",
      "-2026-01-01",
      " 2026-01-01",
      "2026-01-01\n",
      "2026-01-01T00:00:00Z",
      "2026-W01-1",
      "２０２６-01-01",
    ]
  ) assert.equal(parseDay(text), undefined, JSON.stringify(text));
});

Deno.test("Day of a moment contains that moment, and reads as it is written", () => {
  const moments = fc.date({
    min: new Date("0000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(moments, (moment) => {
      const midnight = parseDay(dayOf(moment));
      assert.ok(midnight !== undefined);
      const since = moment.getTime() - midnight.getTime();
      assert.ok(since >= 0 && since < DAY);
      assert.equal(dayOf(midnight), dayOf(moment));
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
