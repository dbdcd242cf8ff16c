/** Connections that drop during a chat, and are restored or not. */

import { equal } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { FIRST_DELAY } from "../../client/net/connection.ts";
import { BACKGROUND_WINDOW, RESUME_WINDOW } from "../../protocol.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inProcess } from "../support/server_under_test.ts";
import { type SiteFixture, siteFixture } from "./site_fixture.ts";
import { STRANGER_LEFT, type Visitor, type VisitorOptions, YOU_LEFT } from "./visitor.ts";

const openFixture = siteFixture();

const DROPPED = en.words.Dropped;
const AWAY = "Stranger's connection dropped. They may come back.";
const BACK = "Stranger is back.";
const LOST = en.words.Notices["connection-lost"];

/** Two chatting visitors, the first connected through a proxy. */
async function pairOver(
  proxy: UnreliableProxy,
  fixture: SiteFixture,
  options: VisitorOptions = {},
): Promise<[Visitor, Visitor]> {
  const [ann, bob] = [await fixture.enter({ ...options, site: proxy.site }), await fixture.enter()];
  for (const visitor of [ann, bob]) await visitor.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  return [ann, bob];
}

/** Waits until `count` of this visitor's messages are marked as delivered. */
async function delivered(visitor: Visitor, count: number): Promise<void> {
  const marks = visitor.log.getByRole("img", { name: "Delivered", exact: true });
  await waitUntil(async () => await marks.count() === count);
}

inProcess.test("Chat continues after a drop: both see it, nothing is lost or duplicated, and messages are marked as delivered", async () => {
  await using fixture = await openFixture();
  using proxy = new UnreliableProxy(fixture.server.port);
  const [ann, bob] = await pairOver(proxy, fixture);
  await ann.say("before");
  await bob.hears("before");
  await delivered(ann, 1);
  for (const round of ["first", "second"]) {
    proxy.drop();
    await ann.sees(DROPPED);
    await bob.sees(AWAY);
    await ann.say(`${round}, from ann`);
    await bob.say(`${round}, from bob`);
    await ann.isAt(ann.message);
    proxy.restore();
    await bob.sees(BACK);
    await bob.hears(`${round}, from ann`);
    await ann.hears(`${round}, from bob`);
    await ann.loses(DROPPED);
    await bob.loses(AWAY);
  }
  await delivered(ann, 3);
  await delivered(bob, 2);
  equal((await ann.messages()).length, 5);
  equal((await bob.messages()).length, 5);
  await ann.readsTimes(LOST, 0);
  equal(fixture.server.chat.sessions.online, 2);
});

Deno.test("Chat continues when the server has not noticed that the connection dropped", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: FORGETFUL, frozen: true });
  await ann.evaluate("forget()");
  await ann.sees(DROPPED);
  await ann.passes(FIRST_DELAY);
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

inProcess.test("Chat can be left while the connection is down, and the partner is told when it is back", async () => {
  await using fixture = await openFixture();
  using proxy = new UnreliableProxy(fixture.server.port);
  const [ann, bob] = await pairOver(proxy, fixture);
  proxy.drop();
  await ann.sees(DROPPED);
  await bob.sees(AWAY);
  await ann.leave();
  proxy.restore();
  await bob.reads(STRANGER_LEFT);
  await ann.readsTimes(YOU_LEFT, 1);
});

inProcess.test("Chat ends for both when the connection is down for too long", async () => {
  const clock = new FakeClock();
  await using fixture = await openFixture({ clock });
  using proxy = new UnreliableProxy(fixture.server.port);
  const [ann, bob] = await pairOver(proxy, fixture, { frozen: true });
  proxy.drop();
  await ann.sees(DROPPED);
  await bob.sees(AWAY);
  clock.advance(RESUME_WINDOW - 1_000);
  await bob.sees(AWAY);
  clock.advance(1_000);
  await bob.reads(STRANGER_LEFT);
  await ann.passes(RESUME_WINDOW);
  await ann.reads(LOST);
});

inProcess.test("Chat of a page in the background is kept for two minutes", async () => {
  const clock = new FakeClock();
  await using fixture = await openFixture({ clock });
  using proxy = new UnreliableProxy(fixture.server.port);
  const [ann, bob] = await pairOver(proxy, fixture, { frozen: true });
  await ann.evaluate(`Object.defineProperty(document, "hidden", { get: () => true });
    dispatchEvent(new Event("visibilitychange"))`);
  await ann.say("I am in the background now");
  await bob.hears("I am in the background now");
  proxy.drop();
  await ann.sees(DROPPED);
  await bob.sees(AWAY);
  clock.advance(BACKGROUND_WINDOW - 1_000);
  await ann.passes(BACKGROUND_WINDOW - 1_000);
  await bob.say("still there?");
  proxy.restore();
  await ann.evaluate(`dispatchEvent(new Event("online"))`);
  await ann.hears("still there?");
  await ann.say("yes");
  await bob.hears("yes");
});

inProcess.test("Chat ends, without waiting for a resume, when the page is closed or navigates away", async () => {
  await using fixture = await openFixture();
  const ends: ((visitor: Visitor) => Promise<unknown>)[] = [
    ({ page }) => page.close(),
    ({ page }) => page.goto("about:blank"),
    ({ page }) => page.reload(),
  ];
  for (const end of ends) {
    const [ann, bob] = await fixture.pair();
    ann.page.on("dialog", (dialog) => dialog.accept());
    await end(ann);
    await bob.reads(STRANGER_LEFT);
    equal(await bob.page.getByText(AWAY).count(), 0);
    equal(fixture.server.chat.sessions.disconnected, 0);
    await bob.page.close();
  }
});
