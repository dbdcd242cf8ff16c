import assert from "node:assert/strict";
import { SLICE, WorkQueue } from "../../../server/base/work_queue.ts";
import { delay } from "../../../server/base/timeout.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** A queue, and a task that takes some milliseconds of its clock. */
function newQueue(): {
  queue: WorkQueue;
  done: string[];
  task: (name: string, ms: number) => void;
} {
  const done: string[] = [];
  let now = 0;
  const queue = new WorkQueue({ now: () => now });
  const task = (name: string, ms: number): void =>
    queue.add(() => {
      now += ms;
      done.push(name);
    });
  return { queue, done, task };
}

Deno.test("Work queue runs tasks immediately while there is time in the slice, and the others later, in order", async () => {
  const { done, task } = newQueue();
  for (const name of ["a", "b", "c", "d"]) task(name, SLICE / 2);
  assert.deepEqual(done, ["a", "b"]);
  await waitUntil(() => done.length === 4);
  assert.deepEqual(done, ["a", "b", "c", "d"]);
});

Deno.test("Work queue lets other events happen between two slices", async () => {
  const { done, task } = newQueue();
  for (const name of ["a", "b", "c"]) task(name, SLICE);
  const seen: number[] = [];
  while (done.length < 3) {
    await delay(0);
    seen.push(done.length);
  }
  assert.ok(seen.includes(2), `${seen}`);
});

Deno.test("Work queue runs a task that is added by a task after it, and continues after an error", async () => {
  const { queue, done, task } = newQueue();
  const add = (): void =>
    queue.add(() => {
      task("inner", 0);
      done.push("outer");
    });
  add();
  await waitUntil(() => done.length === 2);
  assert.deepEqual(done, ["outer", "inner"]);
  assert.throws(() => queue.add(() => assert.fail("a fault")));
  task("after", 0);
  assert.deepEqual(done.at(-1), "after");
});

Deno.test("Work queue continues after an error in a task that had to wait", async () => {
  const { queue, done, task } = newQueue();
  const errors: string[] = [];
  const note = (event: ErrorEvent): void => {
    event.preventDefault();
    errors.push(event.message);
  };
  globalThis.addEventListener("error", note);
  task("first", SLICE);
  queue.add(() => {
    throw new Error("a fault");
  });
  for (const name of ["second", "third"]) task(name, SLICE);
  await waitUntil(() => done.length === 3);
  globalThis.removeEventListener("error", note);
  assert.deepEqual(done, ["first", "second", "third"]);
  assert.equal(errors.length, 1);
});
