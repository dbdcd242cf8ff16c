/** Stopping and leaving a chat, and what remains of it. */

import { equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { inEveryEngine } from "./site_fixture.ts";
import { CHATTING, LOOKING, STRANGER_LEFT, YOU_LEFT } from "./visitor.ts";

const { everywhere, test, decided } = await inEveryEngine();

const MET = en.words.MetBefore;

test("Stop asks, leaves, and finds the same partner again when nobody else is online", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true });
  await ann.say("before");
  await bob.hears("before");
  equal(await ann.page.getByText(MET).count(), 0);
  await ann.press("Stop");
  await ann.press("Really stop?");
  await ann.reads(YOU_LEFT);
  await bob.reads(STRANGER_LEFT);
  await ann.press("New chat");
  await ann.sees(LOOKING);
  await bob.press("New chat");
  for (const visitor of [ann, bob]) {
    await visitor.reads(MET);
    await visitor.reads(CHATTING);
    await visitor.hasMessages();
  }
});

decided("Stop forgets that it asked when three seconds have passed", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true });
  await ann.press("Stop");
  await ann.passes(2_999);
  await ann.button("Really stop?").waitFor();
  await ann.passes(1);
  await ann.button("Stop").waitFor();
  equal(await ann.button("Really stop?").count(), 0);
  await ann.say("still talking");
  await bob.hears("still talking");
});

decided("Stop forgets that it asked when a message is sent", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true });
  await ann.press("Stop");
  await ann.button("Really stop?").waitFor();
  await ann.say("no, wait");
  await ann.button("Stop").waitFor();
  await bob.hears("no, wait");
});

everywhere(
  "Escape asks, leaves and finds someone new while the message box has the focus",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.types("half a thought");
    await ann.isAt(ann.message);
    await ann.key("Escape");
    await ann.button("Really stop?").waitFor();
    await ann.isAt(ann.message);
    equal(await ann.message.inputValue(), "half a thought");
    await ann.readsTimes(YOU_LEFT, 0);
    await ann.key("Escape");
    await ann.reads(YOU_LEFT);
    await bob.reads(STRANGER_LEFT);
    await ann.key("Escape");
    await ann.sees(LOOKING);
    const eve = await fixture.enter();
    await eve.search();
    await eve.meets();
    await ann.meets();
    equal(await ann.message.inputValue(), "");
  },
);

everywhere(
  "Log stays readable, with New chat, Save chat and Report, when the partner has left",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.say("remember this");
    await bob.hears("remember this");
    await ann.leave();
    await bob.reads(STRANGER_LEFT);
    await bob.hasMessages("remember this");
    await bob.readsTimes(CHATTING, 1);
    for (const name of ["New chat", "Save chat", "Report"]) {
      ok(await bob.button(name).isEnabled(), name);
    }
    equal(await bob.message.count(), 0);
    await bob.press("New chat");
    await bob.sees(LOOKING);
  },
);

decided(
  "Page keeps interests when one goes back from a chat to change them",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = [await fixture.enter(), await fixture.enter()];
    for (const visitor of [ann, bob]) {
      await visitor.likes("tea");
      await visitor.search();
    }
    await ann.reads("You both like tea.");
    await ann.leave();
    await ann.press("Change interests");
    await ann.button("Remove tea").waitFor();
    ok(await ann.checkbox.isChecked());
  },
);

test("Page asks before it closes during a chat, and only then", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const asked = ann.page.waitForEvent("dialog");
  await ann.page.close({ runBeforeUnload: true });
  const dialog = await asked;
  equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await ann.say("I stayed");
  await bob.hears("I stayed");
  await ann.leave();
  const closed = ann.page.waitForEvent("close");
  await ann.page.close({ runBeforeUnload: true });
  await closed;
});
