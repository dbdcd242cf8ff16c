import assert from "node:assert/strict";
import type { ServerMessage } from "../../protocol.ts";
import { DeliveryChecker, labelled } from "./delivery_checker.ts";

const PAIRED: ServerMessage = { type: "paired", role: "caller", interests: [], met: false };
const WELCOME: ServerMessage = { type: "welcome", token: "token", online: 2 };
const RESUMED: ServerMessage = { type: "resumed", chatting: true };
const AWAY: ServerMessage = { type: "partner-away" };
const BACK: ServerMessage = { type: "partner-back" };
const LEFT: ServerMessage = { type: "partner-left" };

/** The faults that 74 reports when all this arrives. A number stands for the frame of 48 with that number. */
function faultsOf(...events: readonly (ServerMessage | number)[]): string[] {
  const faults: string[] = [];
  const checker = new DeliveryChecker(74, (fault) => faults.push(fault));
  for (const event of events) {
    if (typeof event === "number") {
      checker.checkFrame(labelled({ sender: 48, chat: 85, number: event }));
    } else checker.checkMessage(event);
  }
  return faults;
}

Deno.test("Delivery checker accepts frames in order, and reports missing and duplicate frames", () => {
  assert.deepEqual(faultsOf(PAIRED, 0, 1, 2), []);
  assert.deepEqual(faultsOf(PAIRED, 4), ["74 receives 4 of 48 in chat 85 instead of 0"]);
  assert.deepEqual(faultsOf(PAIRED, 0, 0), ["74 receives 0 of 48 in chat 85 instead of 1"]);
  assert.deepEqual(faultsOf(PAIRED, 0, 2), ["74 receives 2 of 48 in chat 85 instead of 1"]);
});

Deno.test("Delivery checker accepts a gap when the partner resumes before the loss of its old connection is noticed", () => {
  assert.deepEqual(faultsOf(PAIRED, BACK, 4, 5), []);
  assert.deepEqual(faultsOf(PAIRED, 0, BACK, 4, 5), []);
});

Deno.test("Delivery checker accepts a gap after a partner was away, and after the client itself has resumed", () => {
  assert.deepEqual(faultsOf(PAIRED, 0, AWAY, BACK, 4), []);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, RESUMED, 4), []);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, RESUMED, AWAY, BACK, 4), []);
  assert.deepEqual(faultsOf(PAIRED, 0, AWAY, BACK, 4, AWAY, BACK, 6, BACK, 8), []);
});

Deno.test("Delivery checker accepts one gap for each new connection, and only before the next frame", () => {
  const late = ["74 receives 6 of 48 in chat 85 instead of 5"];
  for (const events of [[AWAY, BACK], [BACK], [WELCOME, RESUMED], [BACK, BACK]]) {
    assert.deepEqual(faultsOf(PAIRED, 0, ...events, 4, 6), late);
    assert.deepEqual(faultsOf(PAIRED, 0, ...events, 1, 6).length, 1);
  }
});

Deno.test("Delivery checker reports a frame that arrives twice or late, also after a new connection", () => {
  for (const events of [[AWAY, BACK], [BACK], [WELCOME, RESUMED]]) {
    assert.deepEqual(faultsOf(PAIRED, 0, 1, ...events, 1), [
      "74 receives 1 of 48 in chat 85 instead of 2",
    ]);
  }
});

Deno.test("Delivery checker accepts no gap in the next chat", () => {
  for (const events of [[AWAY, BACK], [BACK], [WELCOME, RESUMED]]) {
    assert.deepEqual(faultsOf(PAIRED, 0, ...events, PAIRED, 4), [
      "74 receives 4 of 48 in chat 85 instead of 0",
    ]);
  }
});

Deno.test("Delivery checker reports a frame before a chat, and from a partner that is away or gone", () => {
  const away = ["74 receives 48 in chat 85, who is away"];
  const gone = ["74 receives 48 in chat 85, who is gone"];
  assert.deepEqual(faultsOf(PAIRED, 0, AWAY, 1), away);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, RESUMED, AWAY, 1), away);
  assert.deepEqual(faultsOf(PAIRED, 0, LEFT, 1), gone);
  assert.deepEqual(faultsOf(WELCOME, 0), gone);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, { type: "resumed", chatting: false }, 1), gone);
});

Deno.test("Delivery checker reports a frame from another sender, also after a new connection", () => {
  for (const events of [[], [BACK], [WELCOME, RESUMED]]) {
    const faults: string[] = [];
    const checker = new DeliveryChecker(74, (fault) => faults.push(fault));
    checker.checkMessage(PAIRED);
    checker.checkFrame(labelled({ sender: 48, chat: 85, number: 0 }));
    for (const message of events) checker.checkMessage(message);
    checker.checkFrame(labelled({ sender: 51, chat: 85, number: 1 }));
    assert.deepEqual(faults, ["74 receives 51 in chat 85 in a chat with 48 in chat 85"]);
  }
});
