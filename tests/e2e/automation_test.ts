/** Strangers who look automated: what the page notices, what it says, and that nothing else happens. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { findings } from "./axe.ts";
import { siteFixture } from "./site_fixture.ts";
import { LOOKING, type Visitor } from "./visitor.ts";

const { words } = en;
const openFixture = siteFixture();

/** What a program may send to everyone. No person types it within two seconds. */
const PITCH =
  "Hey, I am so bored tonight, come and talk to me on the other site where I am called Annabel";

const SMALL = { viewport: { width: 320, height: 568 } };

/** What the page has marked the stranger for, or nothing. */
async function marked(visitor: Visitor, why: string): Promise<void> {
  await visitor.sees(words.LooksAutomated);
  await visitor.sees(`${why} ${words.MayBeWrong}`);
}

async function isUnmarked(visitor: Visitor): Promise<void> {
  equal(await visitor.page.getByText(words.LooksAutomated).count(), 0);
}

Deno.test("A stranger who opens with a link is marked, and can be reported from there", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair(SMALL);
  await bob.say("join me at https://example.com/");
  await ann.hears("join me");
  await marked(ann, words.Signs.link);
  await isUnmarked(bob);
  for (const colorScheme of ["light", "dark"] as const) {
    await ann.page.emulateMedia({ colorScheme });
    deepEqual(await findings(ann), []);
  }
  equal(await ann.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  await ann.press(words.ReportStranger);
  await ann.sees(words.WhatIsWrong);
  await isUnmarked(ann);
  await ann.press(words.NeverMind);
  await marked(ann, words.Signs.link);
  await ann.press(words.ReportStranger);
  await ann.press(words.Reasons.spam);
  await ann.reads(words.Notices["report-taken"]);
  await isUnmarked(ann);
});

Deno.test("A stranger who sends what the previous one sent is marked, whatever they vary", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.page.clock.install(); // Ann's page then thinks that everyone takes their time.
  await ann.page.clock.fastForward(60_000);
  await bob.say(PITCH);
  await ann.hears("bored");
  await isUnmarked(ann);
  await bob.leave();
  await ann.press("New chat");
  await ann.sees(LOOKING);
  const eve = await fixture.enter();
  await eve.search();
  await ann.meets();
  await ann.page.clock.fastForward(60_000);
  await eve.say(`${PITCH.toUpperCase()}!! 😘`);
  await ann.hears("BORED");
  await marked(ann, words.Signs.repeated);
});

Deno.test("A stranger who writes faster than anyone types is marked, unless the visitor dismisses it", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair({ frozen: true });
  await bob.say(PITCH);
  await ann.hears("bored");
  await marked(ann, words.Signs.speed);
  await ann.press(words.Dismiss);
  await isUnmarked(ann);
  await ann.isAt(ann.message);
  await bob.say(`${PITCH} again, https://example.com/`);
  await ann.hears("again");
  await isUnmarked(ann);
});

Deno.test("A mark is announced, and blocks nothing", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  const place = ann.page.locator("main > [role=status]").first();
  equal(await place.textContent(), "");
  await place.evaluate((element) => Object.assign(globalThis, { place: element }));
  await bob.say("https://example.com/");
  await marked(ann, words.Signs.link);
  ok(
    await ann.evaluate("place.isConnected && place.textContent !== ''"),
    "the region was there before",
  );
  await ann.say("are you a program?");
  await bob.hears("are you a program?");
  await bob.say("no");
  await ann.hears("no");
  ok(await ann.button("Video call").isEnabled());
});
