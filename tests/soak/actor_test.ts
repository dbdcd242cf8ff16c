import assert from "node:assert/strict";
import type { ServerMessage } from "../../protocol.ts";
import { type ScriptedLine, ScriptedServer } from "../support/scripted_server.ts";
import { Actor } from "./actor.ts";
import { labelled } from "./ear.ts";
import { waitUntil } from "../support/wait_until.ts";

const WELCOME: ServerMessage = { type: "welcome", token: "token", online: 2 };
const PAIRED: ServerMessage = { type: "paired", role: "caller", interests: [], met: false };
const NOT_IN_A_CHAT: ServerMessage = { type: "error", code: "nobody-to-call", message: "" };

/** Rolls with which an actor searches, ends the search, sends messages in a chat, and resumes with its token. */
const LOWEST = (): number => 0;

interface Play {
  readonly server: ScriptedServer;
  readonly actor: Actor;
  readonly faults: string[];
}

/** Runs `act` with an actor and a server that nobody else uses. */
async function play(act: (play: Play) => Promise<void>): Promise<void> {
  await using server = await ScriptedServer.start();
  const faults: string[] = [];
  const actor = new Actor(48, server.url, LOWEST, (fault) => faults.push(fault));
  await act({ server, actor, faults });
  actor.leave();
}

/** Lets the actor act until it connects again, and sends `welcome`. */
async function welcomed({ server, actor }: Play): Promise<ScriptedLine> {
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
async function chatting(play: Play): Promise<ScriptedLine> {
  const line = await welcomed(play);
  play.actor.act();
  await line.say(PAIRED);
  assert.deepEqual(line.heard, ["find"]);
  return line;
}

function frame(number: number): Uint8Array {
  return labelled({ sender: 74, chat: 85, number });
}

Deno.test("Actor excuses a gap when its stranger took over before they were missed, and no gap after that", async () => {
  await play(async (play) => {
    const line = await chatting(play);
    await line.say({ type: "partner-back" }, frame(4), frame(5));
    assert.deepEqual([play.actor.received, play.faults], [2, []]);
    await line.say(frame(7));
    assert.deepEqual(play.faults, ["48 hears 7 of 74 in chat 85 instead of 6"]);
  });
});

Deno.test("Actor that shows its token says nothing before the answer, and then talks in its chat", async () => {
  await play(async (play) => {
    const before = await chatting(play);
    before.cut();
    const line = await welcomed(play);
    for (let n = 0; n < 9; n++) play.actor.act();
    await line.settled();
    assert.deepEqual(line.heard, ["resume"]);
    await line.say({ type: "resumed", chatting: true });
    play.actor.act();
    await line.settled();
    assert.deepEqual(line.heard, ["resume", "frame"]);
    assert.deepEqual(play.faults, []);
  });
});

Deno.test("Actor that leaves a search does nothing before the server knows: a chat may have begun", async () => {
  await play(async (play) => {
    const line = await welcomed(play);
    for (let n = 0; n < 9; n++) play.actor.act();
    await line.say(PAIRED, frame(0));
    for (let n = 0; n < 9; n++) play.actor.act();
    await line.settled();
    assert.deepEqual(line.heard, ["find", "leave", "ice"]);
    await line.say(NOT_IN_A_CHAT);
    play.actor.act();
    await line.settled();
    assert.deepEqual(line.heard.slice(3), ["find"]);
    assert.deepEqual([play.actor.received, play.faults], [1, []]);
  });
});

Deno.test("Actor complains when it is paired without a search", async () => {
  await play(async (play) => {
    const line = await chatting(play);
    await line.say(PAIRED);
    assert.deepEqual(play.faults, ["48 is paired while chatting"]);
  });
});
