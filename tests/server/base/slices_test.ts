import assert from "node:assert/strict";
import { MAX_SLICE_ITEMS, SLICE_TIME, Slices } from "../../../server/base/slices.ts";
import { delay } from "../../../server/base/timeout.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const COUNT = 3 * MAX_SLICE_ITEMS + 1;
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index);

Deno.test("Slices leave a turn of the event loop to others, and reach every item once, in order", async () => {
  const slices = new Slices(new FakeClock());
  const done: number[] = [];
  const atTurns: number[] = [];
  const work = slices.run(NUMBERS, (item) => done.push(item));
  for (; slices.isRunning; await delay(0)) atTurns.push(done.length);
  await work;
  assert.deepEqual(done, NUMBERS);
  assert.equal(atTurns[0], MAX_SLICE_ITEMS);
  assert.ok(new Set(atTurns).size >= 3, `${atTurns}`);
});

Deno.test("Slice ends when its time is over, and work on a few items is done immediately", async () => {
  let time = 0;
  const slices = new Slices({ now: () => time });
  const done: number[] = [];
  const work = slices.run([1, 2, 3], (item) => {
    done.push(item);
    time += SLICE_TIME / 2;
  });
  assert.deepEqual(done, [1, 2]);
  await work;
  assert.deepEqual(done, [1, 2, 3]);
  void new Slices(new FakeClock()).run([4, 5], (item) => done.push(item));
  assert.deepEqual(done, [1, 2, 3, 4, 5]);
});

Deno.test("Slices leave out what was deleted between two of them, and reach what was added, last", async () => {
  const slices = new Slices(new FakeClock());
  const items = new Set(NUMBERS);
  const done: number[] = [];
  const work = slices.run(items, (item) => done.push(item));
  items.delete(COUNT - 1);
  items.delete(0); // It was reached already.
  items.add(COUNT);
  await work;
  assert.deepEqual(done, [...NUMBERS.slice(0, -1), COUNT]);
});

Deno.test("Slices are ended by newer work of their kind, or wait for the work in progress, or stop", async () => {
  const slices = new Slices(new FakeClock());
  const done: string[] = [];
  const mark = (text: string) => (): void => void done.push(text);
  const replaced = slices.run(NUMBERS, mark("replaced"));
  const newer = slices.run(NUMBERS, mark("newer"));
  void slices.runUnlessRunning(NUMBERS, mark("unwanted"));
  await Promise.all([replaced, newer]);
  const counts = (): Record<string, number> =>
    Object.fromEntries(
      [...Map.groupBy(done, (text) => text)].map(([text, all]) => [text, all.length]),
    );
  assert.deepEqual(counts(), { replaced: MAX_SLICE_ITEMS, newer: COUNT });
  const stopped = slices.run(NUMBERS, mark("stopped"));
  slices.stop();
  await stopped;
  assert.equal(counts()["stopped"], MAX_SLICE_ITEMS);
  assert.equal(slices.isRunning, false);
});

Deno.test("Slices that fail for an item reject, and can be used again", async () => {
  const slices = new Slices(new FakeClock());
  await assert.rejects(slices.run([1], () => {
    throw new Error("expected");
  }));
  const done: number[] = [];
  await slices.runUnlessRunning([2], (item) => done.push(item));
  assert.deepEqual(done, [2]);
});
