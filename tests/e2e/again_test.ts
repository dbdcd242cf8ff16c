/** What may follow a chat: "Chat again" with the same stranger, and the next chat automatically. */

import { equal } from "node:assert/strict";
import { AGAIN_WINDOW } from "../../protocol.ts";
import { en } from "../../client/languages/en.ts";
import { LATE_ANSWER, NEXT_CHAT_DELAY } from "../../client/state/rematch.ts";
import { inEveryEngine } from "./site_fixture.ts";
import { LOOKING, STRANGER_LEFT, type Visitor, YOU_LEFT } from "./visitor.ts";

const { everywhere, decided } = await inEveryEngine();

const { Again, AutoNext, NextChat, Notices, Stay, WaitingForStranger, WantsAgain } = en.words;

everywhere(
  "Two who both press Chat again return to their conversation, with new keys",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair();
    await ann.say("wait, one more thing");
    await bob.hears("one more thing");
    await ann.leave();
    await bob.reads(STRANGER_LEFT);
    await bob.press(Again);
    await ann.sees(WantsAgain);
    await bob.button(WaitingForStranger).waitFor();
    await ann.press(Again);
    for (const visitor of [ann, bob]) {
      await visitor.reads(Notices.again);
      await visitor.isAt(visitor.message);
      await visitor.hasMessages("wait, one more thing");
    }
    await ann.say("did you see the moon?");
    await bob.hears("did you see the moon?");
    await bob.say("yes!");
    await ann.hears("yes!");
    await ann.hasMessages("wait, one more thing", "did you see the moon?", "yes!");
  },
);

decided("Chat again leads back from a search that has begun", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.say("hello");
  await bob.hears("hello");
  await ann.leave();
  await ann.press("New chat");
  await ann.sees(LOOKING);
  await bob.press(Again);
  await ann.sees(WantsAgain);
  await ann.press(Again);
  for (const visitor of [ann, bob]) await visitor.reads(Notices.again);
  await ann.hasMessages("hello");
  equal(await ann.page.locator("#announcer").textContent(), Notices.again, "and not all of it");
});

decided("Chat again goes after its time, and the focus finds a place", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true }, { frozen: true });
  await bob.leave();
  await ann.reads(STRANGER_LEFT);
  await ann.press(Again);
  const waiting = ann.button(WaitingForStranger);
  await ann.isAt(waiting);
  equal(await waiting.getAttribute("aria-disabled"), "true");
  await ann.passes(AGAIN_WINDOW + LATE_ANSWER);
  await waiting.waitFor({ state: "hidden" });
  await ann.isAt(ann.page.getByRole("region", { name: "Conversation" }));

  await bob.press("New chat");
  await bob.sees(LOOKING);
  await bob.button(Again).focus();
  await bob.passes(AGAIN_WINDOW);
  await bob.button(Again).waitFor({ state: "hidden" });
  await bob.isAt(bob.button("Cancel"));
  equal(await ann.button(Again).count(), 0);
});

decided("Chat again is not offered to those who were reported", async (openFixture) => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.leave();
  await ann.button(Again).waitFor();
  await ann.press("Report");
  await ann.press("Harassment or threats");
  await ann.reads(Notices["report-taken"]);
  equal(await ann.button(Again).count(), 0);
  await bob.press(Again);
  await bob.button(WaitingForStranger).waitFor();
  equal(await ann.page.getByText(WantsAgain).count(), 0);
});

/** Two in a chat, of whom the first has chosen that the next chat starts automatically. Her clock stands still. */
async function pairWithAutoNext(fixture: {
  pair: (options: { frozen: boolean }) => Promise<[Visitor, Visitor]>;
}): Promise<[Visitor, Visitor]> {
  const [ann, bob] = await fixture.pair({ frozen: true });
  await ann.press("Stop");
  await ann.press("Really stop?");
  await ann.reads(YOU_LEFT);
  await ann.page.getByRole("checkbox", { name: AutoNext }).check();
  await ann.press("New chat");
  await bob.press("New chat");
  for (const visitor of [ann, bob]) await visitor.meets();
  return [ann, bob];
}

decided(
  "Next chat starts automatically after a countdown, if that was chosen",
  async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await pairWithAutoNext(fixture);
    await bob.leave();
    await ann.reads(STRANGER_LEFT);
    await ann.sees(NextChat);
    await ann.passes(NEXT_CHAT_DELAY - 1);
    await ann.button(Stay).waitFor();
    equal(await ann.page.getByText(LOOKING).count(), 0);
    await ann.passes(1);
    await ann.sees(LOOKING);
    await ann.button(Again).waitFor();
    await ann.isAt(ann.button("Cancel"));
  },
);

const PRESSES: Readonly<Record<string, (ann: Visitor) => Promise<void>>> = {
  "Stay here": (ann) => ann.press(Stay),
  "Escape": (ann) => ann.key("Escape"),
  "another key": (ann) => ann.key("Shift"),
  "a press on the conversation": (ann) => ann.log.click(),
  "Chat again": (ann) => ann.press(Again),
  "Report": (ann) => ann.press("Report"),
};

for (const [name, press] of Object.entries(PRESSES)) {
  decided(`Countdown to the next chat is stopped by ${name}`, async (openFixture) => {
    await using fixture = await openFixture();
    const [ann, bob] = await pairWithAutoNext(fixture);
    await bob.leave();
    await ann.sees(NextChat);
    await press(ann);
    await ann.loses(NextChat);
    await ann.passes(2 * NEXT_CHAT_DELAY);
    equal(await ann.page.getByText(LOOKING).count(), 0);
    if (name === Again) await ann.button(WaitingForStranger).waitFor();
    if (name === "Report") await ann.sees(en.words.WhatIsWrong);
  });
}
