/** A connection that breaks and recovers. */

import { equal } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { MAX_IDLE } from "../../server/chat/session_registry.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inProcess } from "../support/server_under_test.ts";
import { siteFixture } from "./site_fixture.ts";
import { LOOKING, UNREACHABLE } from "./visitor.ts";

const openFixture = siteFixture();

const LOST = en.words.Notices["connection-lost"];

Deno.test("Page says that the server is gone, and reconnects automatically when it returns", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.evaluate("globalThis.stayed = true");
  await fixture.goDown();
  await ann.sees(UNREACHABLE);
  await fixture.comeUp();
  await ann.loses(UNREACHABLE);
  await ann.search();
  const bob = await fixture.enter();
  await bob.search();
  await ann.meets();
  equal(await ann.evaluate("globalThis.stayed"), true);
});

Deno.test("Search is resumed when the connection drops and returns", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.evaluate("globalThis.stayed = true");
  await ann.search();
  await ann.sees(LOOKING);
  await fixture.goDown();
  await ann.sees(UNREACHABLE);
  await ann.sees(LOOKING);
  await fixture.comeUp();
  await ann.loses(UNREACHABLE);
  const bob = await fixture.enter();
  await bob.search();
  await ann.meets();
  await ann.say("found you");
  await bob.hears("found you");
  equal(await ann.evaluate("globalThis.stayed"), true);
});

Deno.test("Search that was started while the server was gone begins when it returns", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.confirm();
  await fixture.goDown();
  await ann.sees(UNREACHABLE);
  await ann.press("Start text chat");
  await ann.sees(en.words.Connecting);
  await fixture.comeUp();
  await ann.sees(LOOKING);
  const bob = await fixture.enter();
  await bob.search();
  await ann.meets();
});

inProcess.test("Search that was cancelled while the server was gone stays cancelled", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  await ann.search();
  await ann.sees(LOOKING);
  await fixture.goDown();
  await ann.sees(UNREACHABLE);
  await ann.press("Cancel");
  await fixture.comeUp();
  await ann.loses(UNREACHABLE);
  equal(fixture.server.chat.matchmaker.searching, 0);
});

Deno.test("Chat ends with the connection, stays readable, and a new one can be found", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.say("before the end");
  await bob.hears("before the end");
  await fixture.goDown();
  for (const visitor of [ann, bob]) {
    await visitor.reads(LOST);
    await visitor.sees(UNREACHABLE);
    await visitor.hasMessages("before the end");
  }
  await fixture.comeUp();
  for (const visitor of [ann, bob]) {
    await visitor.loses(UNREACHABLE);
    await visitor.readsTimes(LOST, 1);
    await visitor.press("New chat");
  }
  for (const visitor of [ann, bob]) await visitor.meets();
  await bob.say("and after");
  await ann.hears("and after");
});

inProcess.test("Restart reconnects everybody without a reload, on any screen", async () => {
  await using fixture = await openFixture();
  const pair = await fixture.pair();
  const [searching, reading] = [await fixture.enter(), await fixture.enter()];
  await searching.search();
  const everybody = [...pair, searching, reading];
  for (const visitor of everybody) await visitor.evaluate("globalThis.stayed = true");
  await fixture.goDown();
  await fixture.comeUp();
  await waitUntil(() => fixture.server.chat.sessions.online === everybody.length, 30);
  for (const visitor of everybody) {
    await visitor.loses(UNREACHABLE);
    equal(await visitor.evaluate("globalThis.stayed"), true);
  }
  await reading.search();
  for (const visitor of [searching, reading]) await visitor.meets();
  for (const visitor of pair) await visitor.press("New chat");
  for (const visitor of pair) await visitor.meets();
});

Deno.test("Page reconnects immediately when the network returns", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ frozen: true }); // So that no retry is triggered by a timer.
  await fixture.goDown();
  await ann.sees(UNREACHABLE);
  await fixture.comeUp();
  await ann.evaluate(`dispatchEvent(new Event("online"))`);
  await ann.loses(UNREACHABLE);
});

inProcess.test("Page reconnects when it is needed after the server closed it as idle", async () => {
  const clock = new FakeClock();
  await using fixture = await openFixture({ clock });
  const closed = Promise.withResolvers<void>();
  const ann = await fixture.enter({
    watch: (page) => page.on("websocket", (socket) => socket.on("close", () => closed.resolve())),
  });
  await waitUntil(() => fixture.server.chat.sessions.online === 1);
  clock.advance(MAX_IDLE + 60_000);
  await closed.promise;
  await ann.search();
  const bob = await fixture.enter();
  await bob.search();
  await ann.meets();
});
