/** Reading a stored day, whatever is stored. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { type DayRecord, emptyDay } from "../../../server/statistics/day.ts";
import { isDay, parseDayRecord } from "../../../server/statistics/day_record.ts";
import { trials } from "../../support/repeats.ts";

const DAY = "2026-06-01";
const COUNTED = { ...emptyDay(DAY), chats: 12, messages: 7, samples: 3 };
const PUBLISHED = { ...COUNTED, chats: 10 };

Deno.test("parseDayRecord returns what was stored, published or not", () => {
  const records: DayRecord[] = [
    { counted: COUNTED, published: PUBLISHED },
    { counted: COUNTED, published: undefined },
  ];
  for (const record of records) {
    assert.deepEqual(parseDayRecord(DAY, JSON.stringify(record)), record);
  }
});

const MALFORMED: unknown[] = [
  null,
  [],
  7,
  {},
  { counted: null },
  { published: PUBLISHED },
  { counted: COUNTED, published: {} },
  { counted: COUNTED, published: null },
  { counted: { ...COUNTED, day: "2026-06-02" } },
  { counted: COUNTED, published: { ...PUBLISHED, day: "2026-06-02" } },
  ...Object.keys(COUNTED).flatMap((name) =>
    [undefined, null, "12", -1, 0.5, 2 ** 53, {}].map((value) => ({
      counted: { ...COUNTED, [name]: value },
    }))
  ),
];

Deno.test("parseDayRecord returns nothing for what is no record of the day", () => {
  for (const value of MALFORMED) {
    assert.equal(parseDayRecord(DAY, JSON.stringify(value)), undefined, JSON.stringify(value));
  }
  const infinite = JSON.stringify({ counted: COUNTED }).replace(`"chats":12`, `"chats":1e999`);
  for (const text of ["", "{", "garbage", `"text"`, "[".repeat(100_000), infinite]) {
    assert.equal(parseDayRecord(DAY, text), undefined, text.slice(0, 80));
  }
});

Deno.test("parseDayRecord drops unknown fields and prototypes", () => {
  const text = JSON.stringify({ counted: COUNTED, later: 1 })
    .replace("{", `{"__proto__":{"published":{}},`);
  assert.deepEqual(parseDayRecord(DAY, text), { counted: COUNTED, published: undefined });
});

Deno.test("parseDayRecord never throws", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseDayRecord(DAY, text)),
    trials({ sample: 300, long: 20_000 }),
  );
});

Deno.test("isDay accepts dates that exist", () => {
  const texts = [DAY, "2024-02-29", "2026-02-29", "2026-6-1", "", "today", `${DAY}T00:00:00Z`];
  assert.deepEqual(texts.filter(isDay), [DAY, "2024-02-29"]);
});
