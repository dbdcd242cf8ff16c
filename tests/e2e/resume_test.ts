/** Connections that drop during a chat, and are restored or not. */

import { equal } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { BACKGROUND_WINDOW, RESUME_WINDOW } from "../../protocol.ts";
import { Cable } from "../support/cable.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { until } from "../support/until.ts";
import { inside } from "../support/served.ts";
import { type House, housing } from "./house.ts";
import { STRANGER_LEFT, type Visitor, type VisitorOptions, YOU_LEFT } from "./visitor.ts";

const openHouse = housing();

const DROPPED = en.words.Dropped;
const AWAY = "Stranger's connection dropped. They may come back.";
const BACK = "Stranger is back.";
const LOST = en.words.Notices["connection-lost"];

/** Two chatting visitors, the first connected through a cable. */
async function pairOver(
  cable: Cable,
  house: House,
  options: VisitorOptions = {},
): Promise<[Visitor, Visitor]> {
  const [ann, bob] = [await house.enter({ ...options, site: cable.site }), await house.enter()];
  for (const visitor of [ann, bob]) await visitor.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  return [ann, bob];
}

/** Waits until `count` of this visitor's messages are marked as delivered. */
async function delivered(visitor: Visitor, count: number): Promise<void> {
  const marks = visitor.log.getByRole("img", { name: "Delivered", exact: true });
  await until(async () => await marks.count() === count);
}

inside.test("Chat goes on when a connection drops: both see it, nothing is lost or doubled, and it is marked as delivered", async () => {
  await using house = await openHouse();
  using cable = new Cable(house.server.port);
  const [ann, bob] = await pairOver(cable, house);
  await ann.say("before");
  await bob.hears("before");
  await delivered(ann, 1);
  for (const round of ["first", "second"]) {
    cable.pull();
    await ann.sees(DROPPED);
    await bob.sees(AWAY);
    await ann.say(`${round}, from ann`);
    await bob.say(`${round}, from bob`);
    await ann.isAt(ann.message);
    cable.put();
    await bob.hears(`${round}, from ann`);
    await ann.hears(`${round}, from bob`);
    await ann.loses(DROPPED);
    await bob.loses(AWAY);
  }
  await bob.sees(BACK);
  await delivered(ann, 3);
  await delivered(bob, 2);
  equal((await ann.messages()).length, 5);
  equal((await bob.messages()).length, 5);
  await ann.readsTimes(LOST, 0);
  equal(house.server.chat.sessions.online, 2);
});

Deno.test("Chat goes on when the server has not noticed that the connection dropped", async () => {
  await using house = await openHouse();
  const [ann, bob] = await house.pair({ script: FORGETFUL });
  await ann.evaluate("forget()");
  await ann.sees(DROPPED);
  await bob.say("while you were half gone");
  await ann.hears("while you were half gone");
  await ann.say("I am back");
  await bob.hears("I am back");
  await bob.hasMessages("while you were half gone", "I am back");
});

/** Runs in a page: `forget` makes it believe that its connection has dropped, although the connection stays open. */
const FORGETFUL = `{
  const Native = WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      globalThis.forget = () => {
        const { onclose } = this;
        this.onmessage = this.onclose = null;
        onclose({ code: 1006, reason: "", wasClean: false });
      };
    }
  };
}`;

inside.test("Chat is left at once while the connection is down, and the stranger learns it when that is back", async () => {
  await using house = await openHouse();
  using cable = new Cable(house.server.port);
  const [ann, bob] = await pairOver(cable, house);
  cable.pull();
  await ann.sees(DROPPED);
  await bob.sees(AWAY);
  await ann.leave();
  cable.put();
  await bob.reads(STRANGER_LEFT);
  await ann.readsTimes(YOU_LEFT, 1);
});

inside.test("Chat ends for both when the connection stays away for too long", async () => {
  const clock = new FakeClock();
  await using house = await openHouse({ clock });
  using cable = new Cable(house.server.port);
  const [ann, bob] = await pairOver(cable, house, { frozen: true });
  cable.pull();
  await ann.sees(DROPPED);
  await bob.sees(AWAY);
  clock.advance(RESUME_WINDOW - 1_000);
  await bob.sees(AWAY);
  clock.advance(1_000);
  await bob.reads(STRANGER_LEFT);
  await ann.passes(RESUME_WINDOW);
  await ann.reads(LOST);
});

inside.test("Chat of a page in the background is kept for two minutes", async () => {
  const clock = new FakeClock();
  await using house = await openHouse({ clock });
  using cable = new Cable(house.server.port);
  const [ann, bob] = await pairOver(cable, house, { frozen: true });
  await ann.evaluate(`Object.defineProperty(document, "hidden", { get: () => true });
    dispatchEvent(new Event("visibilitychange"))`);
  await ann.say("I am in the background now");
  await bob.hears("I am in the background now");
  cable.pull();
  await ann.sees(DROPPED);
  await bob.sees(AWAY);
  clock.advance(BACKGROUND_WINDOW - 1_000);
  await ann.passes(BACKGROUND_WINDOW - 1_000);
  await bob.say("still there?");
  cable.put();
  await ann.evaluate(`dispatchEvent(new Event("online"))`);
  await ann.hears("still there?");
  await ann.say("yes");
  await bob.hears("yes");
});

inside.test("Chat is over at once when the page is closed, or goes elsewhere", async () => {
  await using house = await openHouse();
  const ends: ((visitor: Visitor) => Promise<unknown>)[] = [
    ({ page }) => page.close(),
    ({ page }) => page.goto("about:blank"),
    ({ page }) => page.reload(),
  ];
  for (const end of ends) {
    const [ann, bob] = await house.pair();
    ann.page.on("dialog", (dialog) => dialog.accept());
    await end(ann);
    await bob.reads(STRANGER_LEFT);
    equal(await bob.page.getByText(AWAY).count(), 0);
    equal(house.server.chat.sessions.disconnected, 0);
    await bob.page.close();
  }
});
