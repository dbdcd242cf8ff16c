/** Browsers and extensions that change the page: translators, and whatever inserts or removes elements. */

import { equal } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { DEVICES } from "./browser.ts";
import { siteFixture } from "./site_fixture.ts";
import { CHATTING, LOOKING, PREVIEW, STRANGER_LEFT, type Visitor } from "./visitor.ts";

const { words } = en;

const openFixture = siteFixture(...DEVICES);

/** Runs in a page: puts every text into two elements and changes it, as a translating browser does. */
const TRANSLATOR = `{
  const translate = (root) => {
    const texts = document.createNodeIterator(root, NodeFilter.SHOW_TEXT);
    const found = [];
    for (let text; text = texts.nextNode();) found.push(text);
    for (const text of found) {
      if (!text.data.trim() || text.parentElement?.closest("font, script, style, noscript")) continue;
      const [outer, inner] = [document.createElement("font"), document.createElement("font")];
      inner.textContent = "«" + text.data.trim() + "»";
      outer.append(inner);
      text.replaceWith(outer);
    }
  };
  const observer = new MutationObserver(() => translate(document.body));
  observer.observe(document, { childList: true, characterData: true, subtree: true });
}`;

/** Waits until an element that has one of two translated labels has the given one, and the other is nowhere. */
async function turns(visitor: Visitor, from: string, to: string): Promise<void> {
  await visitor.page.getByText(`«${to}»`, { exact: true }).waitFor();
  equal(await visitor.page.getByText(`«${from}»`).count(), 0, from);
}

Deno.test("Every label says what is so when the browser translates the page", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ script: TRANSLATOR, frozen: true });
  const bob = await fixture.enter();
  const { page } = ann;
  const label = (text: string): Promise<void> =>
    page.getByText(`«${text}»`, { exact: true }).click();
  await page.locator("#adult").check();
  await label(words.StartVideo);
  await ann.sees(`«${PREVIEW}»`);
  await ann.sees(`«${words.MicOn}»`);
  await label(words.MicOn);
  await turns(ann, words.MicOn, words.MicOff);
  await label(words.MicOff);
  await turns(ann, words.MicOff, words.MicOn);
  await label(words.CameraOn);
  await turns(ann, words.CameraOn, words.CameraOff);
  await ann.sees(`«${words.Devices.camera.off}»`);
  await label(words.Back);
  await label(words.StartText);
  await ann.sees(`«${LOOKING}»`);
  await ann.sees(`«${words.Usually}»`);
  await ann.passes(60_000);
  await turns(ann, words.Usually, words.Quiet);

  await bob.search();
  await ann.sees(`«${CHATTING}»`);
  await ann.sees(`«${words.Encrypted}»`);
  await label(words.SoundOn);
  await turns(ann, words.SoundOn, words.SoundOff);
  await bob.types("h");
  await ann.sees(`«${words.StrangerTypes}»`);
  await bob.message.press("Enter");
  await ann.sees("«h»");
  equal(await page.getByText(words.StrangerTypes).count(), 0);
  await label(words.Report);
  await label(words.Reasons.spam);
  await turns(ann, words.OnlyReason, words.Reported);
  const stop = page.locator("#stop");
  await stop.focus();
  await ann.key("Enter");
  await turns(ann, words.Stop.talking, words.Stop.asking);
  await ann.isAt(stop);
  await ann.passes(3_000);
  await turns(ann, words.Stop.asking, words.Stop.talking);
  await page.locator("#message").fill("x".repeat(1_900));
  await ann.sees("«100 left»");
  await page.locator("#message").fill("x".repeat(1_901));
  await turns(ann, "100 left", "99 left");
  await bob.leave();
  await ann.sees(`«${STRANGER_LEFT}»`);
  await turns(ann, words.Stop.talking, words.Stop.over);
});
