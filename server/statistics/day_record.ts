/**
 * Reads a day from JSON, as Redis and Deno KV hold it. What is not a record of that day counts as missing: another
 * program, or another version of this one, may have written it.
 */

import * as v from "valibot";
import { parseDay } from "../base/clock.ts";
import { checked, count } from "../base/schema.ts";
import type { DayRecord } from "./day.ts";

const counts = v.object({
  day: v.pipe(v.string(), v.check(isDay)),
  chats: count,
  chatDuration: count,
  messages: count,
  samples: count,
  onlineSum: count,
  peakOnline: count,
});

const dayRecord = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ counted: counts, published: v.optional(counts, () => undefined) }),
) satisfies v.GenericSchema<unknown, DayRecord>;

/** Whether `text` is a date in the format YYYY-MM-DD. */
export function isDay(text: string): boolean {
  return parseDay(text) !== undefined;
}

/** The record of `day` in a JSON text; `undefined` if the text is anything else. */
export function parseDayRecord(day: string, text: string): DayRecord | undefined {
  const record = checked(dayRecord, text);
  if (record === undefined || record.counted.day !== day) return undefined;
  return record.published === undefined || record.published.day === day ? record : undefined;
}
