/** What a visitor can do about a stranger, and with a chat. */

import { equal, match, ok } from "node:assert/strict";
import { siteFixture } from "./site_fixture.ts";
import { CHATTING, SPEAKING, STRANGER_LEFT } from "./visitor.ts";

const openFixture = siteFixture();

const RECEIVED = "Your report was received. Thank you.";

Deno.test("Report is acknowledged once when a reason is chosen", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.press("Report");
  await ann.sees("What is wrong?");
  await ann.press("Spam or advertising");
  await ann.reads(RECEIVED);
  await ann.readsTimes(RECEIVED, 1);
  ok(await ann.button("Reported").isDisabled());
  equal(await ann.page.getByText("What is wrong?").count(), 0);
  await ann.isAt(ann.message);
  await ann.say("the chat continues");
  await bob.hears("the chat continues");
  await bob.readsTimes(RECEIVED, 0);
  await ann.readsTimes(RECEIVED, 1);
});

Deno.test("Report is accepted after the partner has left, and is possible again in the next chat", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.leave();
  await bob.reads(STRANGER_LEFT);
  await bob.press("Report");
  await bob.press("Seems under 18");
  await bob.reads(RECEIVED);
  await bob.press("New chat");
  const eve = await fixture.enter();
  await eve.search();
  await bob.meets();
  ok(await bob.button("Report").isEnabled());
});

Deno.test("Report that is cancelled sends nothing", async () => {
  await using fixture = await openFixture();
  const [ann] = await fixture.pair();
  await ann.press("Report");
  await ann.press("Never mind");
  await ann.loses("What is wrong?");
  await ann.isAt(ann.message);
  await ann.press("Report");
  await ann.sees("What is wrong?");
  await ann.key("Escape");
  await ann.loses("What is wrong?");
  await ann.button("Stop").waitFor();
  ok(await ann.button("Report").isEnabled());
  await ann.readsTimes(RECEIVED, 0);
});

Deno.test("Save chat downloads the messages as text", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.say(`"quoted" <b>`);
  await bob.hears("quoted");
  await bob.say("two\nlines");
  await ann.hears("lines");
  await bob.leave();
  await ann.reads(STRANGER_LEFT);
  const [download] = await Promise.all([
    ann.page.waitForEvent("download"),
    ann.press("Save chat"),
  ]);
  match(download.suggestedFilename(), /^chat-\d{4}-\d\d-\d\d\.txt$/);
  const text = await Deno.readTextFile(await download.path());
  const time = String.raw`\[\d+ \w+ \d{4}, \d{1,2}:\d{2}\] `;
  match(text, new RegExp(`^${time}${CHATTING} ${SPEAKING}$`, "m"));
  match(text, new RegExp(`^${time}You: "quoted" <b>$`, "m"));
  match(text, new RegExp(`^${time}Stranger: two\n    lines$`, "m"));
  match(text, new RegExp(`^${time}${STRANGER_LEFT}$`, "m"));
  equal(text.match(/quoted/g)?.length, 1);
});
