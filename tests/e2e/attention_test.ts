/** How the page asks for attention while it is in the background. */

import { equal, ok } from "node:assert/strict";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const openFixture = siteFixture();

/** Counts the tones that a page plays. */
const COUNT_TONES = `
  globalThis.tones = 0;
  const make = BaseAudioContext.prototype.createOscillator;
  BaseAudioContext.prototype.createOscillator = function () {
    tones++;
    return make.call(this);
  };
`;

Deno.test("Title and icon count unread messages until the page has the focus", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const title = await ann.page.title();
  const icon = await iconOf(ann);
  await bob.say("seen");
  await ann.hears("seen");
  equal(await ann.page.title(), title);
  await ann.looks(false);
  await bob.say("one");
  await ann.until(`document.title === "(1) ${title}"`);
  await bob.say("two");
  await ann.until(`document.title === "(2) ${title}"`);
  const dotted = await iconOf(ann);
  ok(dotted !== icon && dotted.startsWith("data:image/svg+xml,"), "the icon has a dot");
  await ann.looks(true);
  await ann.until(`document.title === "${title}"`);
  equal(await iconOf(ann), icon);
});

Deno.test("Sound plays for an unread message and not when it is off, also after a reload", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: COUNT_TONES });
  const begun = await ann.evaluate<number>("tones");
  ok(begun > 0, "a chat that begins is heard");
  await ann.looks(false);
  await bob.say("listen");
  await ann.hears("listen");
  ok(await ann.evaluate<number>("tones") > begun, "a message is heard");
  await ann.press("Sound on");
  equal(await ann.button("Sound off").getAttribute("aria-pressed"), "false");
  const heard = await ann.evaluate<number>("tones");
  await bob.say("silence");
  await ann.hears("silence");
  equal(await ann.evaluate("tones"), heard);

  await ann.leave();
  await ann.page.reload();
  await bob.press("New chat");
  await ann.press("Start text chat");
  await ann.meets();
  await ann.button("Sound off").waitFor();
  equal(await ann.evaluate("tones"), 0);
});

async function iconOf(visitor: Visitor): Promise<string> {
  return await visitor.evaluate(`document.querySelector("link[rel=icon]").href`);
}
