/** Stopping and leaving a chat, and what remains of it. */

import { equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { waitUntil } from "../support/wait_until.ts";
import { inEveryEngine } from "./site_fixture.ts";
import { CHATTING, LOOKING, STRANGER_LEFT, YOU_LEFT } from "./visitor.ts";

const { everywhere, test, decided } = await inEveryEngine();

const isContact = (path: string): boolean => path === "/contact";

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

decided("Stop forgets that it asked when six seconds have passed", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true });
  await ann.press("Stop");
  await ann.passes(5_999);
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

decided("Key that is held down and a double click press a button once", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = [await fixture.enter(), await fixture.enter()];
  const hold = async (key: string): Promise<void> => {
    for (let repeat = 0; repeat < 20; repeat++) await ann.page.keyboard.down(key);
    await ann.page.keyboard.up(key);
  };
  await ann.interests.fill("tea");
  await hold("Enter");
  await ann.button("Remove tea").waitFor();
  equal(await ann.button("Start text chat").count(), 1, "held in the box of interests");
  await ann.confirm();
  await ann.button("Start text chat").focus();
  await hold("Enter");
  await ann.sees(LOOKING);
  await bob.search();
  await ann.meets();
  await ann.settles();
  await ann.button("Stop").dblclick({ delay: 10 });
  await ann.button("Really stop?").waitFor();
  await ann.settles();
  await hold("Escape");
  await ann.reads(YOU_LEFT);
  await ann.button("Sound on").dblclick({ delay: 10 });
  equal(await ann.button("Sound off").count(), 1);
});

decided(
  "Escape closes what is open before it asks, and says what a second press does",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await bob.say("hi");
    await ann.hears("hi");
    const details = ann.page.locator("summary", { hasText: en.words.Encrypted });
    await details.click();
    await ann.press("Report");
    await ann.settles();
    await ann.key("Escape");
    equal(await ann.page.getByText(en.words.WhatIsWrong).count(), 0, "the list has the focus");
    await ann.sees(en.words.Compare);
    await ann.settles();
    await ann.key("Escape");
    await ann.loses(en.words.Compare);
    await ann.settles();
    await ann.key("Escape");
    equal(await ann.page.locator(".status-line").innerText(), en.words.PressAgain);
    equal(await ann.page.locator(".status-line").getAttribute("role"), "status");
    await ann.say("I stay");
    await bob.leave();
    await ann.reads(STRANGER_LEFT);
    await ann.settles();
    await ann.key("Escape");
    await ann.sees(en.words.PressAgain);
    await ann.settles();
    await ann.key("Escape");
    await ann.sees(LOOKING);
  },
);

test(
  "Back asks, leaves, and then goes back, and no entry stays in the history",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = [
      await fixture.enter({ site: `${fixture.url}/contact` }),
      await fixture.enter(),
    ];
    await ann.page.goto(fixture.url);
    const back = (): Promise<void> => ann.evaluate("history.back()");
    for (const visitor of [ann, bob]) await visitor.search();
    await ann.meets();
    await ann.leave();
    for (const visitor of [ann, bob]) await visitor.press("New chat");
    await ann.sees(en.words.MetBefore);
    await ann.settles();
    await back();
    await ann.button("Really stop?").waitFor();
    await ann.say("I stay");
    await bob.hears("I stay");
    await ann.settles();
    await back();
    await ann.button("Really stop?").waitFor();
    await ann.settles();
    await back();
    // Firefox restores a page that it kept without telling the driver. No script runs while a page is being left.
    await waitUntil(() => ann.evaluate<string>("location.pathname").then(isContact, () => false));
    await bob.reads(STRANGER_LEFT);
  },
);

test("Page that the browser keeps for Back and Forward continues its chat", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const turns = (type: string): Promise<void> =>
    ann.evaluate(`dispatchEvent(new PageTransitionEvent("${type}", { persisted: true }))`);
  await turns("pagehide");
  await bob.say("wait for me");
  await ann.hears("wait for me");
  await turns("pageshow");
  await ann.say("here I am");
  await bob.hears("here I am");
  await bob.readsTimes(STRANGER_LEFT, 0);
});

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
