import assert from "node:assert/strict";
import {
  acknowledge,
  confirm,
  CONFIRM_INTERVAL,
  type Delivery,
  enqueue,
  isFull,
  MAX_WAITING,
  nextConfirmation,
  NOTHING_SENT,
  pause,
  receiveMessage,
  REPEAT_INTERVAL,
  resend,
  resync,
} from "../../../client/state/delivery.ts";

const NOW = 1_000_000;

/** A side that has sent `count` messages. */
function written(count: number): Delivery {
  let delivery = NOTHING_SENT;
  for (let n = 1; n <= count; n++) ({ delivery } = enqueue(delivery, `${n}`));
  return delivery;
}

/** A side that has received `count` messages. */
function heard(count: number): Delivery {
  let delivery = NOTHING_SENT;
  for (let n = 1; n <= count; n++) ({ delivery } = receiveMessage(delivery, n, NOW));
  return delivery;
}

Deno.test("Delivery numbers messages from one and keeps each until it is confirmed", () => {
  assert.deepEqual(enqueue(NOTHING_SENT, "hi").say, [{ kind: "text", number: 1, text: "hi" }]);
  const settled = acknowledge(written(3), 2);
  assert.deepEqual(settled.waiting.map(({ number }) => number), [3]);
  assert.deepEqual(acknowledge(settled, 1), settled, "what was confirmed stays so");
  assert.deepEqual(acknowledge(settled, 99).waiting, [], "a liar deceives nobody but us");
});

Deno.test("Delivery holds messages back while the partner is away, until the partner states what it has received", () => {
  const { delivery, say } = enqueue(pause(written(2)), "3");
  assert.deepEqual(say, []);
  const greeted = resync(delivery);
  assert.deepEqual(greeted.say, [{ kind: "repeat", number: 0 }]);
  assert.deepEqual(enqueue(greeted.delivery, "4").say, []);
  const answered = resend(greeted.delivery, 1, NOW);
  assert.deepEqual(answered.say.map((one) => one.kind === "text" && one.number), [2, 3]);
  assert.equal(enqueue(answered.delivery, "4").say.length, 1);
});

Deno.test("Delivery accepts only the next message: duplicates and messages that arrive early are not new", () => {
  const three = heard(3);
  assert.equal(receiveMessage(three, 4, NOW).kind, "new");
  for (const number of [0, 1, 3]) assert.equal(receiveMessage(three, number, NOW).kind, "double");
  const early = receiveMessage(pause(three), 5, NOW);
  assert.deepEqual([early.kind, early.say], ["early", []]);
});

Deno.test("Delivery notices a message missing without a drop, and requests it at intervals", () => {
  const gap = receiveMessage(heard(3), 5, NOW);
  assert.deepEqual([gap.kind, gap.say], ["gap", [{ kind: "repeat", number: 3 }]]);
  assert.equal(receiveMessage(gap.delivery, 6, NOW + REPEAT_INTERVAL - 1).kind, "early");
  assert.equal(receiveMessage(gap.delivery, 6, NOW + REPEAT_INTERVAL).kind, "gap");
});

Deno.test("Delivery resends no faster than the interval, however often it is requested", () => {
  const once = resend(written(3), 0, NOW);
  assert.equal(once.say.length, 3);
  assert.equal(resend(once.delivery, 0, NOW + REPEAT_INTERVAL - 1).say.length, 0);
  assert.equal(resend(once.delivery, 1, NOW + REPEAT_INTERVAL).say.length, 2);
});

Deno.test("Delivery confirms no faster than the interval, whatever arrives", () => {
  const burst = heard(5);
  assert.deepEqual([burst.received, burst.confirmed], [5, 1]);
  assert.equal(nextConfirmation(burst), NOW + CONFIRM_INTERVAL);
  assert.deepEqual(confirm(burst, NOW + CONFIRM_INTERVAL - 1).say, []);
  const { delivery, say } = confirm(burst, NOW + CONFIRM_INTERVAL);
  assert.deepEqual([say, nextConfirmation(delivery)], [[{ kind: "received", number: 5 }], 0]);
});

Deno.test("Delivery is full with as many messages as the server's limit lets a page resend", () => {
  assert.deepEqual([isFull(written(MAX_WAITING - 1)), isFull(written(MAX_WAITING))], [false, true]);
});
