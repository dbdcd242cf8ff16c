import assert from "node:assert/strict";
import type { ServerMessage } from "../../protocol.ts";
import { type ScriptedLine, ScriptedServer } from "../support/scripted_server.ts";
import { Actor } from "./actor.ts";
import { labelled } from "./delivery_checker.ts";
import { waitUntil } from "../support/wait_until.ts";

const WELCOME: ServerMessage = { type: "welcome", token: "token", online: 2 };
const PAIRED: ServerMessage = { type: "paired", role: "caller", interests: [], met: false };
const NOT_IN_A_CHAT: ServerMessage = { type: "error", code: "nobody-to-call", message: "" };

/** Rolls with which an actor searches, ends the search, sends messages in a chat, and resumes with its token. */
const ALWAYS_ZERO = (): number => 0;

interface Scene {
  readonly server: ScriptedServer;
  readonly actor: Actor;
  readonly faults: string[];
}

/** Runs `act` with an actor and a server that no other test uses. */
async function withActor(act: (scene: Scene) => Promise<void>): Promise<void> {
  await using server = await ScriptedServer.start();
  const faults: string[] = [];
  const actor = new Actor(48, server.url, ALWAYS_ZERO, (fault) => faults.push(fault));
  await act({ server, actor, faults });
  actor.leave();
}

/** Lets the actor act until it connects again, and sends `welcome`. */
async function welcomed({ server, actor }: Scene): Promise<ScriptedLine> {
  const before = server.lines.length;
  await waitUntil(() => {
    actor.act();
    return server.lines.length > before;
  });
  const line = server.lines.at(-1)!;
  await line.say(WELCOME);
  return line;
}

/** The connection of the actor in a chat. */
async function chatting(scene: Scene): Promise<ScriptedLine> {
  const line = await welcomed(scene);
  scene.actor.act();
  await line.say(PAIRED);
  assert.deepEqual(line.heard, ["find"]);
  return line;
}

function frame(number: number): Uint8Array {
  return labelled({ sender: 74, chat: 85, number });
}

Deno.test("Actor accepts a gap after a takeover by its partner, and no gap after that", async () => {
  await withActor(async (scene) => {
    const line = await chatting(scene);
    await line.say({ type: "partner-back" }, frame(4), frame(5));
    assert.deepEqual([scene.actor.received, scene.faults], [2, []]);
    await line.say(frame(7));
    assert.deepEqual(scene.faults, ["48 receives 7 of 74 in chat 85 instead of 6"]);
  });
});

Deno.test("Actor that sends its token sends nothing else before the reply, and then continues its chat", async () => {
  await withActor(async (scene) => {
    const before = await chatting(scene);
    before.cut();
    const line = await welcomed(scene);
    for (let n = 0; n < 9; n++) scene.actor.act();
    await line.settled();
    assert.deepEqual(line.heard, ["resume"]);
    await line.say({ type: "resumed", chatting: true });
    scene.actor.act();
    await line.settled();
    assert.deepEqual(line.heard, ["resume", "frame"]);
    assert.deepEqual(scene.faults, []);
  });
});

Deno.test("Actor that ends its search does nothing until the server confirms, because a chat may have begun", async () => {
  await withActor(async (scene) => {
    const line = await welcomed(scene);
    for (let n = 0; n < 9; n++) scene.actor.act();
    await line.say(PAIRED, frame(0));
    for (let n = 0; n < 9; n++) scene.actor.act();
    await line.settled();
    assert.deepEqual(line.heard, ["find", "leave", "ice"]);
    await line.say(NOT_IN_A_CHAT);
    scene.actor.act();
    await line.settled();
    assert.deepEqual(line.heard.slice(3), ["find"]);
    assert.deepEqual([scene.actor.received, scene.faults], [1, []]);
  });
});

Deno.test("Actor reports being paired without a search", async () => {
  await withActor(async (scene) => {
    const line = await chatting(scene);
    await line.say(PAIRED);
    assert.deepEqual(scene.faults, ["48 is paired while chatting"]);
  });
});

Deno.test("Actor records a connection that it loses without a cause, and none that it ends", async () => {
  await withActor(async (scene) => {
    const line = await chatting(scene);
    line.cut();
    await waitUntil(() => scene.actor.drops.length === 1);
    await welcomed(scene);
    scene.actor.leave();
  });
  await withActor(async (scene) => {
    await welcomed(scene);
    scene.actor.leave();
    await welcomed(scene);
    assert.deepEqual(scene.actor.drops, []);
  });
});
