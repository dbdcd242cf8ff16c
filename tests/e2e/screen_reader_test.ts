/**
 * What a screen reader reads out, and when. A script in the page simulates it: it reads out changes in live regions
 * that it already knows, and alerts immediately. (Most screen readers don't read out a region that is inserted with its
 * text, so the page has one that is always present.)
 */

import { deepEqual, equal, match, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { fill } from "../../client/languages/language.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { waitUntil } from "../support/wait_until.ts";
import { siteFixture } from "./site_fixture.ts";
import { CHATTING, LOOKING, STRANGER_LEFT, TYPING, type Visitor } from "./visitor.ts";

const openFixture = siteFixture();

const AWAY = "Stranger's connection dropped. They may come back.";
const BACK = "Stranger is back.";
const REMINDER = en.words.AdultFirst;

/** Runs in a page: records what is read out, and its urgency. */
const READER = `{
  globalThis.heard = [];
  const regions = "[role=log], [role=status], [role=alert]";
  const met = new Set();
  const say = (node, urgency) => {
    const words = node.textContent.replace(/\\s+/g, " ").trim();
    if (words !== "") heard.push(urgency + ": " + words);
  };
  new MutationObserver((records) => {
    const changed = new Set();
    for (const { target, addedNodes } of records) {
      const region = (target.closest ? target : target.parentElement)?.closest(regions);
      if (met.has(region) && region.role === "log") addedNodes.forEach((node) => say(node, "polite"));
      else if (met.has(region)) changed.add(region);
    }
    for (const region of changed) say(region, region.role === "alert" ? "assertive" : "polite");
    for (const region of document.querySelectorAll(regions)) {
      if (!met.has(region) && region.role === "alert") say(region, "assertive");
      met.add(region);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });
}`;

/** Number of times that a text was read out, with or without a time after it. */
async function times(visitor: Visitor, words: string): Promise<number> {
  const heard = await visitor.evaluate<string[]>("heard");
  return heard.filter((one) => one.replace(/ ?\d+:\d\d( [AP]M)?$/, "") === words).length;
}

async function hears(visitor: Visitor, words: string): Promise<void> {
  await waitUntil(async () => await times(visitor, words) === 1);
}

Deno.test("Screen reader announces a search, a partner, what they write, and their leaving, each once", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = [await fixture.enter({ script: READER }), await fixture.enter()];
  await ann.search();
  await hears(ann, `polite: ${LOOKING}`);
  await ann.isAt(ann.button("Cancel"));
  await bob.search();
  await ann.meets();
  await hears(ann, `polite: ${CHATTING} ${fill(en.words.BothSpeak, "English")}`);
  await ann.isAt(ann.message);
  await Promise.all([ann.sees(TYPING), bob.types("hello")]);
  await bob.message.press("Enter");
  await hears(ann, "polite: Stranger: hello");
  await ann.say("mine");
  await hears(ann, "polite: You: mine");
  await ann.log.getByRole("img", { name: "Delivered", exact: true }).waitFor();
  await bob.leave();
  await hears(ann, `polite: ${STRANGER_LEFT}`);
  await ann.isAt(ann.page.getByRole("region", { name: "Conversation" })); // Stray key presses do no harm there.
  equal(await times(ann, `polite: ${TYPING}`), 1, "and not with every key");
  const heard = await ann.evaluate<string[]>("heard");
  equal(heard.filter((one) => /deliver/i.test(one)).length, 0, "a mark is to be found, not said");
  ok(heard.every((one) => one.startsWith("polite: ")), "nobody is interrupted");
});

Deno.test("Screen reader announces that a partner is away and back, once each", async () => {
  await using fixture = await openFixture();
  using proxy = new UnreliableProxy(fixture.server.port);
  const [bob, ann] = [
    await fixture.enter({ site: proxy.site }),
    await fixture.enter({ script: READER }),
  ];
  for (const visitor of [ann, bob]) await visitor.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  proxy.drop();
  await hears(ann, `polite: ${AWAY}`);
  await ann.isAt(ann.message);
  proxy.restore();
  await hears(ann, `polite: ${BACK}`);
});

Deno.test("Screen reader is interrupted by errors, and the focus moves to where they can be corrected", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ script: READER });
  await ann.button("Start text chat").focus();
  await ann.key("Enter");
  await hears(ann, `assertive: ${REMINDER}`);
  await ann.isAt(ann.checkbox);
  equal(await ann.checkbox.getAttribute("aria-describedby"), "reminder");
});

Deno.test("Screen reader finds every part of a chat by its role and name, in order of use", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await bob.say("hello");
  await ann.hears("hello");
  const snapshot = await ann.page.locator("main").ariaSnapshot();
  const parts = [...snapshot.matchAll(/^\s*- (?:')?(\w+)(?: "([^"]+)")?/gm)]
    .filter(([, role]) => ["heading", "button", "region", "log", "textbox"].includes(role!))
    .map(([, role, name]) => `${role} ${name}`);
  deepEqual(parts, [
    "heading Chat",
    "button Video call",
    "button Report",
    "button Save chat",
    "button Sound on",
    "region Conversation",
    "log Messages",
    "button Stop",
    "textbox Message",
    "button Send",
  ]);
  match(snapshot, /Stranger:/);
});
