/** Reading: long messages, messages made to annoy, older messages while new ones arrive, and drafts that stay. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { siteFixture } from "./site_fixture.ts";
import { STRANGER_LEFT, type Visitor } from "./visitor.ts";

const { words } = en;

const openFixture = siteFixture();

const PHONE = { viewport: { width: 390, height: 844 } };

/** Says `text`, inserted in one step, as if pasted. With `fill`, Chromium inserts 1,900 lines in 1,900 steps. */
async function paste(text: string, { message }: Visitor): Promise<void> {
  await message.evaluate((box: HTMLTextAreaElement, text) => {
    box.value = text;
    box.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, text);
  await message.press("Enter");
}

/** Says `text` and returns the height of its bubble where it arrives. */
async function heightOf(text: string, from: Visitor, to: Visitor): Promise<number> {
  const count = await to.bubbles.count();
  await paste(text, from);
  await to.bubbles.nth(count).waitFor();
  return (await to.bubbles.nth(count).boundingBox())!.height;
}

Deno.test("Long messages are folded, can be unfolded by keyboard, and no message is higher than the screen", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair(PHONE);
  const annoying = [
    `a${"\n".repeat(1_900)}b`,
    "word ".repeat(390).trim(),
    "x".repeat(2_000),
    "😀".repeat(1_000),
    "漢".repeat(700),
    `Z${"\u0300\u0316".repeat(600)}`,
    Array.from({ length: 12 }, (_, line) => line).join("\n"),
  ];
  for (const text of annoying) {
    const height = await heightOf(text, bob, ann);
    ok(height > 20 && height < 844, `${height} px: ${JSON.stringify(text.slice(0, 9))}`);
  }
  await ann.hasMessages(...annoying); // All of it is there, to be found and copied.
  equal(await ann.log.locator("details").count(), 5);
  const pile = ann.bubbles.nth(5);
  equal(await pile.evaluate((element) => getComputedStyle(element).overflowY), "hidden");
  const [bubble, fold] = [ann.bubbles.first(), ann.log.locator("summary").first()];
  ok((await fold.boundingBox())!.height >= 44);
  await fold.focus();
  await ann.key("Enter");
  ok((await bubble.boundingBox())!.height > 40_000);
  await ann.key("Enter");
  ok((await bubble.boundingBox())!.height < 844);
});

/** Runs in a page: waits for the next frame, which comes with the event of a log that has been scrolled. */
const FRAME = `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))`;

/** Runs in a page: scrolls to older messages. */
const SCROLL = `(document.querySelector(".scroll").scrollTop = -200, ${FRAME})`;

/** Runs in a page: keeps no place, as in Safari. */
const SAFARI = `{
  const { supports } = CSS;
  CSS.supports = (...args) => args[0] !== "overflow-anchor" && supports.apply(CSS, args);
  addEventListener("DOMContentLoaded", () => {
    const style = new CSSStyleSheet();
    style.replaceSync("* { overflow-anchor: none }");
    document.adoptedStyleSheets = [style];
  });
}`;

for (const script of ["", SAFARI]) {
  const engine = script === "" ? "" : ", also where the browser doesn't keep it";
  Deno.test(`Older messages keep their place while new ones arrive, which a button counts and shows${engine}`, async () => {
    await using fixture = await openFixture();
    const [ann, bob] = await fixture.pair({ viewport: { width: 390, height: 500 }, script });
    for (let line = 1; line <= 12; line++) await bob.say(`line ${line}\nand more`);
    await ann.hears("line 12");
    const button = ann.page.locator(".newer");
    await ann.evaluate(SCROLL);
    const place = async (): Promise<number> =>
      Math.round((await ann.bubbles.nth(6).boundingBox())!.y);
    const before = await place();
    await bob.say("new\nand high");
    await ann.button("New messages: 1").waitFor();
    equal(await place(), before);
    await bob.say("newer");
    await ann.button("New messages: 2").waitFor();
    equal(await place(), before);
    ok((await button.boundingBox())!.height >= 44);
    await button.click();
    await button.waitFor({ state: "hidden" });
    const conversation = ann.page.getByRole("region", { name: words.Conversation });
    equal(await conversation.evaluate((element) => element.scrollTop), 0);
    await ann.isAt(conversation);
    await ann.evaluate(SCROLL);
    await ann.say("mine");
    await ann.until(`document.querySelector(".scroll").scrollTop === 0`);
    await ann.evaluate(FRAME);
    await bob.say("last");
    await ann.hears("last");
    equal(await button.count(), 0);
  });
}

/** Pastes or drops into the message box, as the browser does. */
function transfer(type: "paste" | "drop", data: string): string {
  return `{
    const data = new DataTransfer();
    ${data}
    const event = "${type}" === "paste"
      ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
      : new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
    document.getElementById("message").dispatchEvent(event);
    event.defaultPrevented;
  }`;
}

const PICTURE = `data.items.add(new File(["x"], "cat.png", { type: "image/png" }));`;
const TEXT = `data.setData("text/plain", "words");`;

Deno.test("Pictures that are pasted or dropped get one sentence, and a draft stays when the chat ends", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.types("half a sen");
  equal(await ann.evaluate(transfer("paste", TEXT)), false);
  equal(await ann.evaluate(transfer("paste", TEXT + PICTURE)), false, "a table, with its picture");
  equal(await ann.evaluate(transfer("paste", PICTURE)), true);
  equal(await ann.evaluate(transfer("drop", PICTURE)), true, "it would replace the page");
  await ann.reads(words.Notices["text-only"]);
  await ann.readsTimes(words.Notices["text-only"], 1);
  equal(await ann.message.getAttribute("data-gramm"), "false");
  await bob.leave();
  await ann.reads(STRANGER_LEFT);
  const draft = ann.log.locator(".draft");
  match(await draft.innerText(), /^Not sent:\s+half a sen$/);
  deepEqual(await ann.messages(), ["half a sen"]);
});
