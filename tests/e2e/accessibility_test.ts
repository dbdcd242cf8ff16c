/** Every screen, checked with axe-core, by keyboard, and at the size of a small phone. */

import { deepEqual, equal, match } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { inProcess } from "../support/server_under_test.ts";
import { findings } from "./axe.ts";
import { DEVICES } from "./browser.ts";
import { siteFixture } from "./site_fixture.ts";
import { WAYS } from "./screens.ts";
import { LOOKING, type Visitor, YOU_LEFT } from "./visitor.ts";

const openFixture = siteFixture(...DEVICES);

/** A way to view a screen, and the axe rules that can find something new in it. By default, all rules. */
interface Look {
  readonly colorScheme: "light" | "dark";
  readonly size: { readonly width: number; readonly height: number };
  readonly rules?: readonly string[];
}

const DESKTOP = { width: 1280, height: 800 };
const SMALL_PHONE = { width: 320, height: 568 };
const OF_SIZE = ["color-contrast", "scrollable-region-focusable", "target-size"];

const LOOKS: readonly Look[] = [
  { colorScheme: "light", size: DESKTOP },
  { colorScheme: "light", size: SMALL_PHONE, rules: OF_SIZE },
  { colorScheme: "dark", size: SMALL_PHONE, rules: ["color-contrast"] },
];

/** Attributes with the text of a boolean that is not one of their values, such as `aria-describedby="false"`. */
const TEXTS_OF_BOOLEANS = `[...document.querySelectorAll("body *")].flatMap((element) =>
  [...element.attributes].filter(({ name, value }) =>
    /^(true|false|null|undefined)$/.test(value) &&
    !/^(data-.*|aria-(disabled|expanded|hidden|pressed))$/.test(name)
  ).map(({ name }) => element.tagName + " " + name))`;

/** Whether the text of every button that looks disabled, but can be pressed, has a contrast of at least 4.5. */
const IS_LEGIBLE = `{
  const luminance = (colour) => colour.match(/\\d+/g).slice(0, 3).map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0.05);
  [...document.querySelectorAll("[aria-disabled=true]")].map((button) => {
    const { color, backgroundColor } = getComputedStyle(button);
    const [text, ground] = [luminance(color), luminance(backgroundColor)];
    return Math.max(text, ground) / Math.min(text, ground);
  }).every((ratio) => ratio >= 4.5);
}`;

/** Fails if axe finds a problem, or if the page is wider than its window, in any look. */
async function assertSound(visitor: Visitor, screen: string): Promise<void> {
  deepEqual([screen, ...await visitor.evaluate<string[]>(TEXTS_OF_BOOLEANS)], [screen]);
  for (const { colorScheme, size, rules } of LOOKS) {
    await visitor.page.setViewportSize(size);
    await visitor.page.emulateMedia({ colorScheme });
    const look = `${screen}, ${colorScheme}, ${size.width} wide`;
    deepEqual([look, ...await findings(visitor, rules)], [look]);
    equal(await visitor.evaluate(IS_LEGIBLE), true, look); // axe skips what says that it is disabled.
    const fits = "document.documentElement.scrollWidth <= innerWidth";
    equal(await visitor.evaluate(fits), true, look);
  }
}

for (const [what, way] of Object.entries(WAYS)) {
  Deno.test(`No screen on the way through ${what} has a fault that axe detects`, async () => {
    await way(openFixture, assertSound);
  });
}

// On a day with news there are more links to tab through. Only an in-process server lets a test choose the day.
inProcess.test("Everything can be done by keyboard, and the focus is never lost", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  const bob = await fixture.enter();
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await ann.key(key);
  };
  await bob.search();
  await bob.sees(LOOKING);
  await press("Tab", "Tab", "Tab", "Tab"); // The name of the site, the theme, the language, then the interests.
  await ann.page.keyboard.type("chess");
  await press("Enter", "Tab", "Tab", "Tab"); // To what adds a language, the language, the confirmation.
  await press("Space", "Tab", "Tab"); // The link to the house rules, then the button.
  await ann.isAt(ann.button("Start text chat"));
  await press("Enter");
  await ann.isAt(ann.button("Cancel"));
  await ann.meets();
  await ann.page.keyboard.type("hello");
  await press("Enter");
  await bob.hears("hello");
  await press("Shift+Tab", "Enter");
  await ann.isAt(ann.button("Really stop?"));
  await press("Enter");
  await ann.reads(YOU_LEFT);
  await ann.isAt(ann.button("New chat"));
  await press("Enter");
  await ann.isAt(ann.button("Cancel"));
  await press("Enter");
  await ann.isAt(ann.button("Start text chat"));
});

Deno.test("A screen reader finds the log, its lines and their authors", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await ann.say("mine");
  await bob.say("theirs");
  await ann.hears("theirs");
  equal(await ann.log.getAttribute("aria-live"), "polite");
  const lines = await ann.log.locator(".message").allTextContents();
  deepEqual(lines.map((line) => /^\s*(You|Stranger): \s*(mine|theirs)/.exec(line)?.slice(1)), [
    ["You", "mine"],
    ["Stranger", "theirs"],
  ]);
});

Deno.test("Nothing moves for people who prefer reduced motion", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ reducedMotion: "reduce" });
  await ann.search();
  await ann.sees(LOOKING);
  equal(await ann.evaluate("document.getAnimations().length"), 0);
});

Deno.test("Without JavaScript the page says what is missing", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ javaScriptEnabled: false });
  match(
    await ann.page.locator("noscript").innerText(),
    new RegExp(`^${en.frame.noScript}`),
  );
});

Deno.test("Without a secure context the page says so, and links to the secure one", async () => {
  await using fixture = await openFixture();
  const script = "Object.defineProperty(globalThis, 'isSecureContext', { value: false })";
  const ann = await fixture.enter({ script });
  await ann.sees(en.words.Insecure);
  const link = ann.page.getByRole("link", { name: "Open the secure page" });
  equal(await link.getAttribute("href"), `${fixture.url.replace("http:", "https:")}/`);
  equal(await ann.button("Start text chat").count(), 0);
});
