/** Every screen, judged by axe-core, by keyboard, and at the size of a small phone. */

import { deepEqual, equal, match } from "node:assert/strict";
import axe from "axe-core";
import { DEVICES } from "./browser.ts";
import { Caller } from "./caller.ts";
import { type House, housing } from "./house.ts";
import {
  LOOKING,
  PREVIEW,
  STRANGER_LEFT,
  TYPING,
  type Visitor,
  type VisitorOptions,
  YOU_LEFT,
} from "./visitor.ts";

const openHouse = housing(...DEVICES);

const LOOKS: Readonly<Record<string, VisitorOptions>> = {
  "light on a desktop": { colorScheme: "light", viewport: { width: 1280, height: 800 } },
  "dark on a desktop": { colorScheme: "dark", viewport: { width: 1280, height: 800 } },
  "light on a small phone": { colorScheme: "light", viewport: { width: 320, height: 568 } },
  "dark on a small phone": { colorScheme: "dark", viewport: { width: 320, height: 568 } },
};

/** Every page beside the first. */
const PAGES = [
  "/privacy",
  "/contact",
  "/statistics",
  "/statistics?days=365",
  "/transparency",
  "/nothing",
];

const FINDINGS = `axe.run().then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html)))`;

/** Fails when axe finds anything, or when the page is wider than its window. */
async function assertSound(visitor: Visitor, screen: string): Promise<void> {
  await visitor.evaluate(axe.source);
  deepEqual([screen, ...await visitor.evaluate<string[]>(FINDINGS)], [screen]);
  equal(await visitor.evaluate("document.documentElement.scrollWidth <= innerWidth"), true, screen);
}

/** Goes through every screen there is. */
async function tour(house: House, options: VisitorOptions): Promise<void> {
  const ann = await house.enter(options);
  const bob = await house.enter(options);
  await assertSound(ann, "home");
  await ann.likes(`music, ${"w".repeat(30)}`);
  await ann.button("Start text chat").click({ force: true });
  await assertSound(ann, "home with chips and the reminder");
  await ann.search();
  await ann.sees(LOOKING);
  await assertSound(ann, "searching");
  await bob.likes("music");
  await bob.search();
  await ann.meets();
  await ann.say(`a long word: ${"x".repeat(300)} https://example.org/${"y".repeat(200)}`);
  await bob.say("hello\nthere");
  await bob.types("m");
  await ann.sees(TYPING);
  await assertSound(ann, "chat");
  await ann.page.getByText("End-to-end encrypted").click();
  await assertSound(ann, "chat, with the pictures to compare");
  await ann.page.getByText("End-to-end encrypted").click();
  await ann.message.fill("z".repeat(1900));
  await ann.key("Escape");
  await assertSound(ann, "asking, with a long draft");
  await ann.press("Report");
  await assertSound(ann, "choosing a reason");
  await ann.press("Seems under 18");
  await bob.leave();
  await ann.reads(STRANGER_LEFT);
  await assertSound(ann, "over");
  for (const path of PAGES) {
    await ann.page.goto(house.site + path);
    await assertSound(ann, path);
  }
}

/** Goes through every screen of a call. */
async function tourOfCall(house: House, options: VisitorOptions): Promise<void> {
  const [ann, bob] = [await house.enter(options), await house.enter(options)];
  await ann.confirm();
  await ann.press("Start video chat");
  await ann.sees(PREVIEW);
  await ann.page.getByLabel("Your picture").waitFor();
  await ann.page.getByText("More choices").click();
  await assertSound(ann, "before a call");
  await ann.press("Start video chat");
  await assertSound(ann, "searching with a camera");
  await bob.searchForVideo();
  await ann.button("Call directly").waitFor();
  await assertSound(ann, "asked for a direct call");
  await ann.press("Call directly");
  await assertSound(ann, "waiting for the stranger");
  await bob.press("Call directly");
  await ann.button("Show the picture").waitFor();
  await assertSound(ann, "blurred");
  await ann.press("Show the picture");
  await new Caller(ann).seesMovement();
  await ann.page.getByText("More", { exact: true }).click();
  await assertSound(ann, "in a call, with more to choose");
  await ann.page.getByText("More", { exact: true }).click();
  await bob.press("Camera on");
  await ann.sees("The stranger's camera is off.");
  await ann.press("Camera on");
  await assertSound(ann, "both cameras off");
  await ann.press("Report");
  await assertSound(ann, "reporting in a call");
}

for (const [look, options] of Object.entries(LOOKS)) {
  Deno.test(`No screen of a call has a fault that axe knows, ${look}`, async () => {
    await using house = await openHouse();
    await tourOfCall(house, options);
  });

  Deno.test(`No screen has a fault that axe knows, ${look}`, async () => {
    await using house = await openHouse({ args: ["--announcement=Closed on Sunday"] });
    await tour(house, options);
  });
}

Deno.test("Everything can be done by keyboard, and the focus is never lost", async () => {
  await using house = await openHouse();
  const ann = await house.enter();
  const bob = await house.enter();
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await ann.key(key);
  };
  await bob.search();
  await bob.sees(LOOKING);
  await press("Tab", "Tab", "Tab"); // The name of the site, the language, then the interests.
  await ann.page.keyboard.type("chess");
  await press("Enter", "Tab", "Space", "Tab");
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

Deno.test("A screen reader finds the log, its lines and who wrote them", async () => {
  await using house = await openHouse();
  const [ann, bob] = await house.pair();
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

Deno.test("Nothing moves for who wants no motion", async () => {
  await using house = await openHouse();
  const ann = await house.enter({ reducedMotion: "reduce" });
  await ann.search();
  await ann.sees(LOOKING);
  equal(await ann.evaluate("document.getAnimations().length"), 0);
});

Deno.test("Without JavaScript the page says what is missing", async () => {
  await using house = await openHouse();
  const ann = await house.enter({ javaScriptEnabled: false });
  match(
    await ann.page.locator("noscript").innerText(),
    /^The chat runs in your browser, so it needs JavaScript/,
  );
});

Deno.test("Without a secure context the page says so, and offers the secure one", async () => {
  await using house = await openHouse();
  const script = "Object.defineProperty(globalThis, 'isSecureContext', { value: false })";
  const ann = await house.enter({ script });
  await ann.sees(
    "This page was opened without encryption, so a chat can't be private and can't start.",
  );
  const link = ann.page.getByRole("link", { name: "Open the secure page" });
  equal(await link.getAttribute("href"), `${house.site.replace("http:", "https:")}/`);
  equal(await ann.button("Start text chat").count(), 0);
});
