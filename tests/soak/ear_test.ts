import assert from "node:assert/strict";
import type { ServerMessage } from "../../protocol.ts";
import { Ear, labelled } from "./ear.ts";

const PAIRED: ServerMessage = { type: "paired", role: "caller", interests: [], met: false };
const WELCOME: ServerMessage = { type: "welcome", token: "token", online: 2 };
const RESUMED: ServerMessage = { type: "resumed", chatting: true };
const AWAY: ServerMessage = { type: "partner-away" };
const BACK: ServerMessage = { type: "partner-back" };
const LEFT: ServerMessage = { type: "partner-left" };

/** The faults that 74 reports when all this arrives. A number stands for the frame of 48 with that number. */
function faultsOf(...course: readonly (ServerMessage | number)[]): string[] {
  const faults: string[] = [];
  const ear = new Ear(74, (fault) => faults.push(fault));
  for (const one of course) {
    if (typeof one === "number") ear.hear(labelled({ sender: 48, chat: 85, number: one }));
    else ear.learn(one);
  }
  return faults;
}

Deno.test("Ear hears frames in their order, with none missing and none twice", () => {
  assert.deepEqual(faultsOf(PAIRED, 0, 1, 2), []);
  assert.deepEqual(faultsOf(PAIRED, 4), ["74 hears 4 of 48 in chat 85 instead of 0"]);
  assert.deepEqual(faultsOf(PAIRED, 0, 0), ["74 hears 0 of 48 in chat 85 instead of 1"]);
  assert.deepEqual(faultsOf(PAIRED, 0, 2), ["74 hears 2 of 48 in chat 85 instead of 1"]);
});

Deno.test("Ear excuses a gap when a stranger has taken over before their old connection was missed", () => {
  assert.deepEqual(faultsOf(PAIRED, BACK, 4, 5), []);
  assert.deepEqual(faultsOf(PAIRED, 0, BACK, 4, 5), []);
});

Deno.test("Ear excuses a gap when a stranger was away, and after a new connection of its own", () => {
  assert.deepEqual(faultsOf(PAIRED, 0, AWAY, BACK, 4), []);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, RESUMED, 4), []);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, RESUMED, AWAY, BACK, 4), []);
  assert.deepEqual(faultsOf(PAIRED, 0, AWAY, BACK, 4, AWAY, BACK, 6, BACK, 8), []);
});

Deno.test("Ear excuses one gap for each new connection, and only before the next frame", () => {
  const late = ["74 hears 6 of 48 in chat 85 instead of 5"];
  for (const course of [[AWAY, BACK], [BACK], [WELCOME, RESUMED], [BACK, BACK]]) {
    assert.deepEqual(faultsOf(PAIRED, 0, ...course, 4, 6), late);
    assert.deepEqual(faultsOf(PAIRED, 0, ...course, 1, 6).length, 1);
  }
});

Deno.test("Ear excuses no frame that comes twice or too late, over whichever connection", () => {
  for (const course of [[AWAY, BACK], [BACK], [WELCOME, RESUMED]]) {
    assert.deepEqual(faultsOf(PAIRED, 0, 1, ...course, 1), [
      "74 hears 1 of 48 in chat 85 instead of 2",
    ]);
  }
});

Deno.test("Ear takes no excuse from one chat to the next", () => {
  for (const course of [[AWAY, BACK], [BACK], [WELCOME, RESUMED]]) {
    assert.deepEqual(faultsOf(PAIRED, 0, ...course, PAIRED, 4), [
      "74 hears 4 of 48 in chat 85 instead of 0",
    ]);
  }
});

Deno.test("Ear hears nothing of a stranger who is away or gone, nor before there is one", () => {
  const away = ["74 hears 48 in chat 85, who is away"];
  const gone = ["74 hears 48 in chat 85, who is gone"];
  assert.deepEqual(faultsOf(PAIRED, 0, AWAY, 1), away);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, RESUMED, AWAY, 1), away);
  assert.deepEqual(faultsOf(PAIRED, 0, LEFT, 1), gone);
  assert.deepEqual(faultsOf(WELCOME, 0), gone);
  assert.deepEqual(faultsOf(PAIRED, 0, WELCOME, { type: "resumed", chatting: false }, 1), gone);
});

Deno.test("Ear hears one stranger a chat, also after a new connection", () => {
  for (const course of [[], [BACK], [WELCOME, RESUMED]]) {
    const faults: string[] = [];
    const ear = new Ear(74, (fault) => faults.push(fault));
    ear.learn(PAIRED);
    ear.hear(labelled({ sender: 48, chat: 85, number: 0 }));
    for (const message of course) ear.learn(message);
    ear.hear(labelled({ sender: 51, chat: 85, number: 1 }));
    assert.deepEqual(faults, ["74 hears 51 in chat 85 in a chat with 48 in chat 85"]);
  }
});
