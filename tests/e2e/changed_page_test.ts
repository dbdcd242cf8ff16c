/** Browsers and extensions that change the page: translators, and whatever inserts or removes elements. */

import { equal } from "node:assert/strict";
import { CATALOGUES } from "../../client/languages/all.ts";
import { en } from "../../client/languages/en.ts";
import { ASKING_TIME } from "../../client/state/chat.ts";
import { LONG_AFTER } from "../../client/state/search.ts";
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
  const label = async (text: string): Promise<void> => {
    await ann.settles();
    await page.getByText(`«${text}»`, { exact: true }).click();
  };
  await ann.press("Remove English"); // Then only the page's clock decides what it says about a search.
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
  await ann.passes(LONG_AFTER);
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
  await ann.passes(ASKING_TIME);
  await turns(ann, words.Stop.asking, words.Stop.talking);
  await page.locator("#message").fill("x".repeat(1_900));
  await ann.sees("«100 left»");
  await page.locator("#message").fill("x".repeat(1_901));
  await page.locator(".char-count").getByText("«99 left»", { exact: true }).waitFor();
  await bob.leave();
  await ann.sees(`«${STRANGER_LEFT}»`);
  await turns(ann, words.Stop.talking, words.Stop.over);
});

Deno.test("Page draws its screen again when an extension has removed, inserted or marked elements", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.types("half a sen");
  await ann.evaluate(`{
    document.querySelector(".status-line").remove();
    document.querySelector(".log").replaceChildren();
    document.querySelector("#stop").before(document.createElement("aside"));
    document.querySelector(".chat").prepend("text of an extension");
    document.body.append(document.createElement("dialog"));
    for (const element of document.querySelectorAll("*")) element.dataset.darkreader = "";
  }`);
  await bob.say("hello");
  await ann.hears("hello");
  await ann.press(words.Report);
  await ann.sees(words.OnlyReason);
  equal(await ann.message.inputValue(), "half a sen");
  await ann.say("hi");
  await bob.hears("hi");
});

/** Runs in a page: after `fail(times)`, a function of the browser throws that many times when messages are drawn. */
const FAILING = `
  delete URL.canParse;
  const { toLocaleTimeString } = Date.prototype;
  globalThis.fail = (times) => Date.prototype.toLocaleTimeString = function (...args) {
    if (times-- > 0) throw new RangeError("no such locale");
    return toLocaleTimeString.apply(this, args);
  };
`;

Deno.test("Page that can't draw leaves the chat and says so, and an exception is never taken for a lack of encryption", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: FAILING });
  await bob.say("see https://example.com/");
  await ann.hears("see https://example.com/");
  await ann.say("a link");
  await bob.hears("a link");
  await ann.evaluate("fail(Infinity)");
  await bob.say("hello");
  await bob.reads(STRANGER_LEFT);
  await ann.page.getByRole("alert").getByText(en.frame.notRunning).waitFor();
  equal(await ann.page.getByText(words.Notices["not-secured"]).count(), 0);
  equal(await bob.log.getByText(words.Notices["not-secured"]).count(), 0);
  await ann.page.getByRole("link", { name: words.TryAgain }).click();
  await ann.search();
  await ann.sees(LOOKING);
  await bob.press(words.Stop.over);
  await bob.reads(CHATTING);
});

Deno.test("Page sends what was written although drawing it failed once, and the chat continues", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ script: FAILING });
  await ann.types("first");
  await ann.evaluate("fail(1)");
  await ann.key("Enter");
  await bob.hears("first");
  await ann.isAt(ann.message);
  await ann.say("second");
  await bob.hears("second");
  await ann.hasMessages("first", "second");
});

Deno.test("Page says that the chat isn't running while no script has started it, in the page's language", async () => {
  await using fixture = await openFixture();
  const old = await fixture.enter({
    script: "Object.defineProperty(globalThis, 'WebSocket', { value: undefined })",
    locale: "de-DE",
  });
  await old.sees(CATALOGUES.de!.frame.notRunning);
  equal(await old.page.locator("#start").count(), 0);
});
