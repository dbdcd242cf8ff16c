/** The page in other languages: readable, switchable, remembered, and as accessible as in English. */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { CATALOGUES } from "../../client/languages/all.ts";
import { RETRY_INTERVAL } from "../../client/languages/loader.ts";
import { LANGUAGES_PATH } from "../../protocol.ts";
import { waitUntil } from "../support/wait_until.ts";
import { findings } from "./axe.ts";
import { DEVICES } from "./browser.ts";
import { WAYS } from "./screens.ts";
import { siteFixture } from "./site_fixture.ts";
import { Speaker } from "./speaker.ts";
import type { Visitor } from "./visitor.ts";

const openFixture = siteFixture(...DEVICES);

const PHONE = { viewport: { width: 320, height: 568 } };

const DOCUMENT = `({
  lang: document.documentElement.lang,
  dir: document.documentElement.dir,
  links: [...document.querySelectorAll("nav a")].map((link) => link.textContent),
})`;

/** Visible elements that overflow an edge of the window or of their box. */
const OVERHANGS =
  `[...document.querySelectorAll("h1, h2, p, a, button, label, input, select, summary")]
  .filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    const isSeen = width > 1 && element.checkVisibility();
    const isBox = element.matches("button, .primary, header a");
    const spills = isBox && element.scrollWidth > element.clientWidth;
    return isSeen && (left < 0 || right > innerWidth || spills);
  })
  .map((element) => element.textContent)`;

async function assertFits(visitor: Visitor, screen: string): Promise<void> {
  deepEqual([screen, ...await visitor.evaluate<string[]>(OVERHANGS)], [screen]);
}

async function assertSound(visitor: Visitor, screen: string): Promise<void> {
  deepEqual([screen, ...await findings(visitor)], [screen]);
  await assertFits(visitor, screen);
}

/** Two visitors who arrive in one language go through the main screens. */
async function tour(
  [one, other]: [Speaker, Speaker],
  judge: (screen: string) => Promise<void>,
): Promise<void> {
  const { visitor, words } = one;
  await one.menu.waitFor();
  await judge("home");
  await one.search();
  await visitor.sees(words.Looking);
  await judge("searching");
  await other.search();
  await one.meets();
  await visitor.button(words.VideoCall).waitFor();
  await one.say(words.Lead);
  await other.say(words.Compare);
  await visitor.hears(words.Compare);
  await judge("chat");
  await visitor.key("Escape");
  await visitor.button(words.Stop.asking).waitFor();
  await one.press(words.Report);
  await visitor.sees(words.WhatIsWrong);
  await judge("choosing a reason");
  await other.leave();
  await visitor.reads(words.Notices["stranger-left"]);
  await judge("over");
}

Deno.test("Two people chat, one in Arabic and one in Japanese, each in their own writing direction", async () => {
  await using fixture = await openFixture();
  const amal = await Speaker.enter(fixture, "ar-EG");
  const yuki = await Speaker.enter(fixture, "ja-JP");
  for (const [one, lang, dir] of [[amal, "ar", "rtl"], [yuki, "ja", "ltr"]] as const) {
    const links = Object.values(one.words.Links).slice(1);
    deepEqual(await one.visitor.evaluate(DOCUMENT), { lang, dir, links });
    await one.search();
  }
  for (const one of [amal, yuki]) await one.meets();
  await amal.say("مرحبا, hello");
  await yuki.visitor.hears("مرحبا, hello");
  await Promise.all([
    amal.visitor.sees(amal.words.StrangerTypes),
    yuki.message.pressSequentially("こ"),
  ]);
  await yuki.say("こんにちは");
  await amal.visitor.hears("こんにちは");
  const sides = await amal.visitor.evaluate<boolean[]>(
    `[...document.querySelectorAll(".message")].map((line) => {
      const { left, right } = line.getBoundingClientRect();
      return left < innerWidth - right;
    })`,
  );
  deepEqual(sides, [true, false]); // One's own are at the end of a line: on the left.
  const download = amal.visitor.page.waitForEvent("download");
  await amal.press(amal.words.SaveChat);
  const saved = await Deno.readTextFile(await (await download).path());
  const [, , began = "", own = "", theirs = ""] = saved.trim().split("\n"); // The first line is the date.
  ok(began.includes(`] ${amal.words.Notices.began}`), began);
  ok(own.endsWith(`] ${amal.words.YouSay} \u2068مرحبا, hello\u2069`), own);
  ok(theirs.endsWith(`] ${amal.words.StrangerSays} \u2068こんにちは\u2069`), theirs);
  await yuki.leave();
  await amal.visitor.reads(amal.words.Notices["stranger-left"]);
});

Deno.test("Language is changed in one click, loses nothing, and is kept", async () => {
  await using fixture = await openFixture();
  const asked: string[] = [];
  const ann = await Speaker.enter(fixture, "en-GB", {
    watch: (page) => page.on("request", (request) => asked.push(new URL(request.url()).pathname)),
  });
  const { visitor } = ann;
  await visitor.likes("chess");
  await ann.checkbox.check();
  deepEqual(asked, ["/"]);
  await ann.choose("ar");
  deepEqual(asked, ["/", LANGUAGES_PATH]);
  await visitor.sees(ann.words.Lead);
  await visitor.button(ann.words.RemoveInterest.replace("{interest}", "chess")).waitFor();
  equal(await ann.checkbox.isChecked(), true);
  deepEqual(await visitor.evaluate(DOCUMENT), {
    ...{ lang: "ar", dir: "rtl", links: Object.values(ann.words.Links).slice(1) },
  });
  await visitor.page.reload();
  await visitor.sees(ann.words.Lead);
  equal(await ann.menu.inputValue(), "ar");
  equal(await ann.checkbox.isChecked(), true);
  await ann.choose("en");
  await visitor.sees("Talk to a stranger.");
  deepEqual(asked, ["/", LANGUAGES_PATH, "/", LANGUAGES_PATH]);
  await visitor.page.reload();
  await visitor.button("Start text chat").waitFor();
  deepEqual(asked.slice(4), ["/"]);
});

Deno.test("Language that can't be loaded is reported, and arrives later even during a chat", async () => {
  await using fixture = await openFixture();
  const ann = await Speaker.enter(fixture, "en-GB", { frozen: true });
  const bob = await Speaker.enter(fixture, "de");
  const { page } = ann.visitor;
  let refusals = 0;
  await page.route(`**${LANGUAGES_PATH}`, (route) => {
    refusals++;
    return route.abort();
  });
  await ann.menu.selectOption("de");
  await ann.visitor.sees(ann.words.LanguageFailed);
  equal(await page.locator("html").getAttribute("lang"), "en");
  for (const one of [ann, bob]) await one.search();
  for (const one of [ann, bob]) await one.meets();
  await ann.visitor.passes(RETRY_INTERVAL);
  await waitUntil(() => refusals === 2);
  await ann.say("hello");
  await bob.visitor.hears("hello");
  await ann.message.fill("half a sen");
  await page.unroute(`**${LANGUAGES_PATH}`);
  await ann.visitor.passes(2 * RETRY_INTERVAL); // The interval doubles each time.
  await ann.visitor.reads(bob.words.Notices.began);
  await ann.visitor.hasMessages("hello");
  equal(await page.locator("#message").inputValue(), "half a sen");
  await ann.visitor.button(bob.words.Stop.talking).waitFor();
  await bob.say("hallo");
  await ann.visitor.hears("hallo");
});

Deno.test("First paint is in the language of the browser, and so is the text shown without JavaScript", async () => {
  await using fixture = await openFixture();
  const { visitor } = await Speaker.enter(fixture, "hi-IN", { javaScriptEnabled: false });
  const { frame, words } = CATALOGUES.hi!;
  equal(await visitor.page.locator("h1").innerText(), words.Heading);
  equal(await visitor.page.locator("noscript").innerText(), frame.noScript);
  equal(await visitor.page.locator("select").isVisible(), false);
  await visitor.page.goto(`${fixture.url}/privacy`);
  const note = visitor.page.getByText(frame.englishOnly);
  deepEqual([await note.getAttribute("lang"), await note.getAttribute("dir")], ["hi", "ltr"]);
  equal(await visitor.page.locator("html").getAttribute("lang"), "en");
});

Deno.test("Chinese is in the script of the browser's region, and the other script is one click away", async () => {
  await using fixture = await openFixture();
  for (const locale of ["zh-TW", "zh-HK"]) {
    const { page } = await fixture.enter({ locale });
    equal(await page.locator("html").getAttribute("lang"), "zh-Hant", locale);
    equal(await page.locator("h1").innerText(), CATALOGUES["zh-Hant"]!.words.Heading);
  }
  const li = await Speaker.enter(fixture, "zh-CN");
  await li.menu.waitFor();
  await li.choose("zh-Hant");
  await li.visitor.page.reload();
  await li.visitor.sees(li.words.Lead); // The choice is remembered.
});

/** The modifiers that are held with a key, in a page. */
const HELD = "{ ctrlKey: true, shiftKey: true }";

Deno.test("Ctrl, Shift and the key at the position of O switch the camera where a keyboard has no Latin letters", async () => {
  await using fixture = await openFixture();
  const ann = await Speaker.enter(fixture, "ru");
  await ann.checkbox.check();
  await ann.press(ann.words.StartVideo);
  await ann.visitor.sees(ann.words.HowYouLook);
  const dispatch = (key: string, code: string): Promise<void> =>
    ann.visitor.evaluate(
      `dispatchEvent(new KeyboardEvent("keydown", { key: "${key}", code: "${code}", ...${HELD} }))`,
    );
  await dispatch("Щ", "KeyO"); // The Cyrillic letter.
  await ann.visitor.sees(ann.words.Devices.camera.off);
  await dispatch("Ж", "Semicolon");
  match(await ann.visitor.page.locator("main").innerText(), new RegExp(ann.words.HowYouLook));
});

Deno.test("Enter that ends an input method's composition adds no interest and sends no message", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [await Speaker.enter(fixture, "ja"), await Speaker.enter(fixture, "en")];
  const session = await ann.visitor.context.newCDPSession(ann.visitor.page);
  const compose = async (text: string): Promise<void> => {
    const [selectionStart, selectionEnd] = [text.length, text.length];
    await session.send("Input.imeSetComposition", { text, selectionStart, selectionEnd });
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 229 }; // Handled by the input method.
    await session.send("Input.dispatchKeyEvent", { type: "rawKeyDown", ...key });
    await session.send("Input.insertText", { text });
  };
  const interests = ann.visitor.page.getByRole("textbox", { name: ann.words.Interests });
  await interests.focus();
  await compose("音楽、映画");
  const chosen = ann.visitor.page.getByRole("list", { name: ann.words.InterestsChosen });
  equal(await chosen.getByRole("button").count(), 2);
  equal(await interests.inputValue(), "");

  for (const one of [ann, bob]) await one.search();
  await ann.visitor.page.locator("#message").waitFor();
  await compose("こんにちは");
  equal(await ann.visitor.page.locator("#message").inputValue(), "こんにちは");
  await ann.visitor.page.keyboard.press("Enter");
  await bob.visitor.hears("こんにちは");
  equal(await ann.visitor.page.locator(".message").count(), 1);
});

Deno.test("Composition survives every redraw, and Escape that ends it asks nothing", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [await Speaker.enter(fixture, "ja"), await Speaker.enter(fixture, "en")];
  const { page } = ann.visitor;
  const session = await ann.visitor.context.newCDPSession(page);
  const compose = async (text: string): Promise<void> => {
    const [selectionStart, selectionEnd] = [text.length, text.length];
    await session.send("Input.imeSetComposition", { text, selectionStart, selectionEnd });
  };
  const interests = page.getByRole("textbox", { name: ann.words.Interests });
  await interests.focus();
  await compose("えい、");
  await page.evaluate(`document.getElementById("adult").click()`); // Redraws the screen.
  equal(await interests.inputValue(), "えい、");
  await compose("えいが");
  await session.send("Input.insertText", { text: "映画" });
  equal(await interests.inputValue(), "映画");

  await ann.visitor.press(ann.words.StartText);
  await bob.search();
  await page.locator("#message").waitFor();
  await compose("こんに");
  await bob.visitor.say("meanwhile");
  await ann.visitor.hears("meanwhile");
  equal(await page.locator("#message").inputValue(), "こんに");
  await compose("こんにちは");
  await session.send("Input.insertText", { text: "今日は" });
  const escape = async (how: string): Promise<void> =>
    await page.evaluate(`document.getElementById("message").dispatchEvent(
      new KeyboardEvent("keydown", { key: "Escape", bubbles: true, ${how} }))`);
  await ann.visitor.settles(); // Otherwise no Escape would ask, because the chat has just begun.
  await escape("keyCode: 229"); // As Safari reports it.
  await escape("keyCode: 27, isComposing: true");
  equal(await page.locator("#stop").innerText(), ann.words.Stop.talking);
  equal(await page.locator("#message").inputValue(), "今日は");
  await escape("keyCode: 27");
  equal(await page.locator("#stop").innerText(), ann.words.Stop.asking);
});

for (const code of ["ar", "de"]) {
  Deno.test(`No main screen has a fault that axe detects, in the language ${code}`, async () => {
    await using fixture = await openFixture();
    const two: [Speaker, Speaker] = [
      await Speaker.enter(fixture, code, { ...PHONE, colorScheme: "dark" }),
      await Speaker.enter(fixture, code),
    ];
    await tour(two, (screen) => assertSound(two[0].visitor, screen));
    await two[0].visitor.page.goto(`${fixture.url}/privacy`);
    await assertSound(two[0].visitor, "/privacy");
  });
}

/** Checks that the screen fits in every language, and returns to English. */
async function assertFitsEverywhere(visitor: Visitor, screen: string): Promise<void> {
  for (const code of Object.keys(CATALOGUES).toReversed()) {
    await visitor.chooseLanguage(code);
    await assertFits(visitor, `${screen} in ${code}`);
  }
}

Deno.test("Every screen of a chat fits on a small phone in every language", async () => {
  await using fixture = await openFixture();
  const two: [Speaker, Speaker] = [
    await Speaker.enter(fixture, "en", { ...PHONE, frozen: true }),
    await Speaker.enter(fixture, "en"),
  ];
  await tour(two, (screen) => assertFitsEverywhere(two[0].visitor, screen));
});

Deno.test("Every screen of a call fits on a small phone in every language", async () => {
  await WAYS["a call"]!(openFixture, async (visitor, screen) => {
    await visitor.page.setViewportSize(PHONE.viewport);
    await assertFitsEverywhere(visitor, screen);
  });
});
