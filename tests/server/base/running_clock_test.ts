import assert from "node:assert/strict";
import { CalendarWatch, LEAP } from "../../../server/base/calendar_watch.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { COUNTED, RunningClock, STANDSTILL } from "../../../server/base/running_clock.ts";
import { FakeClock } from "../../support/fake_clock.ts";

/** A clock whose time is read four times a second, as the tasks of the server do. */
function world(): { outside: FakeClock; clock: RunningClock; watch: CalendarWatch } {
  const outside = new FakeClock();
  const clock = new RunningClock(outside);
  clock.every(SECOND / 4, () => clock.now());
  return { outside, clock, watch: new CalendarWatch(clock) };
}

Deno.test("Running clock agrees with the steady clock while its process runs", () => {
  const { outside, clock } = world();
  outside.advance(HOUR);
  outside.freeze(STANDSTILL - SECOND); // Busy, but not stopped.
  assert.equal(clock.now(), outside.now());
});

for (const stopped of [10 * SECOND, MINUTE, 10 * MINUTE, 3 * DAY]) {
  Deno.test(`Running clock counts little of ${stopped / SECOND} s in which its process stood still`, () => {
    const { outside, clock, watch } = world();
    const before = clock.now();
    outside.freeze(stopped);
    assert.equal(clock.now() - before, COUNTED);
    assert.equal(watch.check(), stopped - COUNTED, "the calendar has leapt");
    outside.advance(MINUTE);
    assert.equal(clock.now() - before, COUNTED + MINUTE);
  });
}

Deno.test("Running clock ignores the calendar", () => {
  const { outside, clock } = world();
  const before = clock.now();
  for (const leap of [HOUR, -HOUR, 30 * DAY, -60 * DAY]) outside.jump(leap);
  assert.equal(clock.now(), before);
});

Deno.test("Calendar watch reports each leap once, in both directions, and no small correction", () => {
  const { outside, watch } = world();
  assert.equal(watch.check(), 0);
  for (const leap of [HOUR, -HOUR, 3 * DAY, -3 * DAY]) {
    outside.jump(leap);
    assert.equal(watch.check(), leap);
    assert.equal(watch.check(), 0);
  }
  outside.jump(LEAP - 1);
  assert.equal(watch.check(), 0);
});
