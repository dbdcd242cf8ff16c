import assert from "node:assert/strict";
import { type Readings, Stopwatch } from "./stopwatch.ts";

/** Readings that a test sets. This thread is process 0. */
class Dials implements Readings {
  time = 5_000;
  readonly waits: (number | undefined)[] = [700, 30, 4];

  now(): number {
    return this.time;
  }

  waited(pid = 0): number | undefined {
    return this.waits[pid];
  }
}

Deno.test("Stopwatch counts time spent asleep in full", () => {
  const dials = new Dials();
  const watch = new Stopwatch([1], dials);
  dials.time += 10_000;
  assert.equal(watch.ms, 10_000);
});

Deno.test("Stopwatch does not count time spent waiting for a core, by this process or a participating one", () => {
  const dials = new Dials();
  const watch = new Stopwatch([1], dials);
  dials.time += 10_000;
  dials.waits.splice(0, 3, 700 + 2_000, 30 + 500, 4 + 60);
  assert.equal(watch.ms, 7_500);
});

Deno.test("Stopwatch keeps the readings of an ended process, and tolerates one that it can't read", () => {
  const dials = new Dials();
  const watch = new Stopwatch([1, 9], dials);
  dials.time += 1_000;
  dials.waits[1] = 130;
  assert.equal(watch.ms, 900);
  dials.waits[1] = undefined;
  dials.time += 1_000;
  assert.equal(watch.ms, 1_900);
});

/** How far the scheduler's clock and the program's clock may briefly differ, in milliseconds. */
const SKEW = 1;

Deno.test("Stopwatch counts the work of this thread in full", {
  ignore: Deno.build.os !== "linux",
}, () => {
  const worked = (): number =>
    Number(Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")[0]) / 1e6;
  const watch = new Stopwatch();
  const before = worked();
  while (worked() < before + 20);
  const after = worked();
  const least = after - before - SKEW;
  assert.ok(watch.ms >= least, `${watch.ms} ms for ${after - before} ms of work`);
});
