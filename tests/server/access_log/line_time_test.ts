import assert from "node:assert/strict";
import { LineTime } from "../../../server/access_log/line_time.ts";

Deno.test("Time of a line is that of its second, in whichever direction the calendar moves", () => {
  const time = new LineTime();
  const shown = (date: string): string[] => {
    time.set(new Date(date));
    return [time.day, time.time];
  };
  const last = ["2026-11-23", "23/Nov/2026:23:59:59 +0000"];
  assert.deepEqual(shown("2026-11-23T23:59:59.001Z"), last);
  assert.deepEqual(shown("2026-11-23T23:59:59.999Z"), last);
  assert.deepEqual(shown("2026-11-24T00:00:00.000Z"), ["2026-11-24", "24/Nov/2026:00:00:00 +0000"]);
  assert.deepEqual(shown("2026-11-23T23:59:59.500Z"), last);
  assert.deepEqual(shown("1969-12-31T23:59:59.500Z"), ["1969-12-31", "31/Dec/1969:23:59:59 +0000"]);
});
