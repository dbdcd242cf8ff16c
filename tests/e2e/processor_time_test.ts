import { deepEqual } from "node:assert/strict";
import { type TraceEvent, useProcessorTime } from "./processor_time.ts";

const THREAD = { pid: 1, tid: 1 };

Deno.test("Trace keeps when a task began, and drops the time in which its thread waited", () => {
  const events: TraceEvent[] = [
    { ...THREAD, ts: 1_000, dur: 500, tts: 40, tdur: 100 },
    { ...THREAD, ts: 1_400, dur: 80, tts: 110, tdur: 20 }, // Within the first.
    { ...THREAD, ts: 1_480, tts: 130 }, // A moment within the first.
    { ...THREAD, ts: 2_000, dur: 50, tts: 140, tdur: 50 },
    { ...THREAD, tid: 2, ts: 1_400, dur: 80, tts: 7, tdur: 80 },
    { ...THREAD, ts: 1_450 }, // It has no processor time.
  ];
  useProcessorTime(events);
  deepEqual(events.map(({ ts, dur }) => [ts, dur]), [
    [1_000, 100],
    [1_070, 20],
    [1_090, undefined],
    [2_000, 50],
    [1_400, 80],
    [1_450, undefined],
  ]);
});
