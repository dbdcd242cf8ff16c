import assert from "node:assert/strict";
import fc from "fast-check";
import { type Handle, LinkedQueue } from "../../../server/base/linked_queue.ts";
import { trials } from "../../support/repeats.ts";

Deno.test("Queue keeps its order, at both ends and when an entry in the middle is removed", () => {
  const queue = new LinkedQueue<string>();
  queue.append("b");
  const c = queue.append("c");
  queue.append("d");
  queue.prepend("a");
  c.remove();
  assert.deepEqual([...queue], ["a", "b", "d"]);
  assert.equal(queue.size, 3);
});

Deno.test("Queue ignores the second removal of an entry", () => {
  const queue = new LinkedQueue<string>();
  const a = queue.append("a");
  queue.append("b");
  a.remove();
  a.remove();
  assert.deepEqual([...queue], ["b"]);
  assert.equal(queue.size, 1);
});

Deno.test("Queue knows its first entry, and whether it is empty", () => {
  const queue = new LinkedQueue<string>();
  assert.equal(queue.first, undefined);
  const a = queue.append("a");
  const b = queue.append("b");
  assert.equal(queue.first, "a");
  const front = queue.prepend("front");
  assert.equal(queue.first, "front");
  front.remove();
  a.remove();
  assert.equal(queue.first, "b");
  b.remove();
  assert.equal(queue.first, undefined);
});

Deno.test("Queue behaves like an array for any sequence of operations", () => {
  const operations = fc.array(fc.oneof(fc.constant("append"), fc.constant("prepend"), fc.nat(40)));
  fc.assert(
    fc.property(operations, (steps) => {
      const queue = new LinkedQueue<number>();
      const places = new Map<number, Handle>();
      let model: number[] = [];
      steps.forEach((step, n) => {
        if (step === "append") {
          places.set(n, queue.append(n));
          model.push(n);
        } else if (step === "prepend") {
          places.set(n, queue.prepend(n));
          model.unshift(n);
        } else {
          places.get(Number(step))?.remove();
          model = model.filter((one) => one !== step);
        }
      });
      assert.deepEqual([...queue], model);
      assert.equal(queue.size, model.length);
      assert.equal(queue.first, model[0]);
    }),
    trials({ sample: 100, long: 20_000 }),
  );
});
