/** Copying a message: by mouse, by touch and by keyboard, and what happens if the browser refuses. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { findings } from "./axe.ts";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const { words } = en;
const openFixture = siteFixture();

/** Keeps what is written to the clipboard, which the headless shell has no permission for. */
const CLIPBOARD = "Clipboard.prototype.writeText = async (text) => { globalThis.copied = text; }";
const NO_CLIPBOARD = "Clipboard.prototype.writeText = () => Promise.reject(new Error())";

/** Whether every visible Copy button is in the window. */
const FITS =
  `[...document.querySelectorAll(".copy")].filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => one.getBoundingClientRect()).every(({ left, right }) => left >= 0 && right <= innerWidth)`;

function copyButtons(visitor: Visitor): ReturnType<Visitor["button"]> {
  return visitor.log.getByRole("button", { name: words.Copy, exact: true });
}

async function hasCopied(visitor: Visitor, text: string): Promise<void> {
  await visitor.until(`document.getElementById("announcer").textContent === "${words.Copied}"`);
  equal(await visitor.evaluate("copied"), text);
}

Deno.test("A message is copied with the button that it shows under the pointer", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: CLIPBOARD });
  await bob.say("theirs\n  <b>");
  await ann.hears("theirs");
  await ann.say("mine");
  await ann.message.hover();
  equal(await copyButtons(ann).count(), 0);
  for (const [index, text] of ["theirs\n  <b>", "mine"].entries()) {
    await ann.bubbles.nth(index).hover();
    equal(await copyButtons(ann).count(), 1);
    deepEqual(await findings(ann), []);
    await copyButtons(ann).click();
    await hasCopied(ann, text);
    equal(await ann.log.getByRole("button", { pressed: true }).count(), 1);
    await ann.message.click();
    await ann.evaluate("document.getElementById('announcer').textContent = ''");
  }
});

Deno.test("A message is copied on a small touch screen: a tap on it shows the button", async () => {
  await using fixture = await openFixture();
  const look = { viewport: { width: 320, height: 568 }, hasTouch: true, isMobile: true };
  const [ann, bob] = await fixture.pair({ ...look, script: CLIPBOARD });
  await bob.say("long ".repeat(40).trim());
  await ann.hears("long");
  await ann.say("mine ".repeat(40).trim());
  await ann.page.mouse.move(0, 0); // A finger doesn't stay where it pressed Start.
  equal(await copyButtons(ann).count(), 0);
  for (const index of [0, 1]) {
    await ann.bubbles.nth(index).tap();
    await ann.until(`document.activeElement.matches(".message")`);
    await copyButtons(ann).waitFor();
    ok(await ann.evaluate(FITS));
    await copyButtons(ann).tap();
    await hasCopied(ann, (await ann.messages())[index]!);
    await ann.evaluate("document.getElementById('announcer').textContent = ''");
  }
  equal(await ann.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
});

Deno.test("A message is copied by keyboard, and the lines add no tab stops", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: CLIPBOARD });
  for (const text of ["one", "two", "three"]) {
    await bob.say(text);
    await ann.hears(text);
  }
  await ann.page.locator(".toolbar button").last().focus();
  await ann.key("Tab");
  await ann.isAt(ann.page.getByRole("region", { name: words.Conversation }));
  await ann.key("Tab");
  await ann.isAt(ann.page.locator(".encryption-info summary"));
  await ann.key("Shift+Tab");
  const line = (index: number): ReturnType<Visitor["log"]["locator"]> =>
    ann.log.locator(":scope > *").nth(index);
  await ann.key("ArrowUp");
  await ann.isAt(line(3));
  await ann.key("ArrowUp");
  await ann.isAt(line(2));
  await ann.key("Tab");
  await ann.isAt(copyButtons(ann));
  await ann.key("Enter");
  await hasCopied(ann, "two");
  for (let press = 0; press < 5; press++) await ann.key("ArrowUp");
  await ann.isAt(line(0));
  for (let press = 0; press < 5; press++) await ann.key("ArrowDown");
  await ann.isAt(line(3));
});

Deno.test("A message that the browser doesn't copy is selected instead", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: NO_CLIPBOARD });
  await bob.say("before");
  await bob.say("take https://example.org/ me");
  await ann.hears("take");
  await ann.bubbles.nth(1).hover();
  await copyButtons(ann).click();
  await ann.until(`getSelection().toString() === "take https://example.org/ me"`);
  await ann.log.locator("summary").click();
  await copyButtons(ann).first().click();
  await ann.until(`getSelection().toString() === "https://example.org/"`);
  equal(await ann.log.getByRole("button", { pressed: true }).count(), 0);
  equal(await ann.page.locator("#announcer").textContent() !== words.Copied, true);
});
