/** A chat in little room: small windows, phones on their side, large text, and on-screen keyboards. */

import { deepEqual, equal, ok } from "node:assert/strict";
import { en } from "../../client/languages/en.ts";
import { DEVICES } from "./browser.ts";
import { siteFixture } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

const { words } = en;
const openFixture = siteFixture(...DEVICES);

/** Width, height, and the least height of the picture in a call. */
const SIZES: readonly [width: number, height: number, picture: number][] = [
  [320, 170, 60], // 1280x680, zoomed to 400 %.
  [320, 480, 130],
  [360, 640, 180],
  [390, 360, 100], // A phone with its keyboard open.
  [390, 844, 250],
  [740, 190, 75],
  [844, 340, 225],
  [844, 390, 275],
];

/** Two lines of text. */
const TWO_LINES = 48;

/** How much of the height of an element is in the window, and clear of what covers it at its top and bottom. */
const SEEN = `(selector) => {
  const element = document.querySelector(selector);
  if (!element) return undefined;
  const { left, right, top, bottom, width } = element.getBoundingClientRect();
  let seen = 0;
  const x = Math.min(Math.max(left, 0) + width / 2, innerWidth - 1);
  for (let y = Math.ceil(top); y < bottom; y++) {
    if (element.contains(document.elementFromPoint(x, y))) seen++;
  }
  return right <= innerWidth && left >= 0 ? seen : -1;
}`;

/** The seen height of the parts of a chat. */
interface Seen {
  readonly toolbar: number;
  readonly report: number;
  readonly conversation: number;
  readonly composer: number;
  readonly picture?: number;
  readonly isWide: boolean;
}

const PARTS = `(() => {
  const seen = ${SEEN};
  return {
    toolbar: seen(".toolbar"),
    report: seen(".toolbar [aria-expanded]"),
    conversation: seen(".scroll"),
    composer: seen(".composer"),
    picture: seen(".video-frame"),
    isWide: document.documentElement.scrollWidth > innerWidth,
  };
})()`;

async function assertRoom(visitor: Visitor, screen: string, picture = 0): Promise<void> {
  const seen = await visitor.evaluate<Seen>(PARTS);
  const about = `${screen}: ${JSON.stringify(seen)}`;
  ok(seen.conversation >= TWO_LINES, about);
  ok(seen.report >= 44, about);
  ok(seen.composer >= 44, about);
  ok((seen.picture ?? picture) >= picture, about);
  equal(seen.isWide, false, about);
}

/** Checks a screen at every size, in the widest language, in one from right to left, and in English. */
async function assertRoomEverywhere(visitor: Visitor, screen: string): Promise<void> {
  for (const code of ["ru", "ar", "en"]) {
    await visitor.chooseLanguage(code);
    for (const [width, height, picture] of SIZES) {
      await visitor.page.setViewportSize({ width, height });
      const least = screen.endsWith("report") ? 0 : picture;
      await assertRoom(visitor, `${screen}, ${code}, ${width}x${height}`, least);
    }
  }
}

Deno.test("Text chat in little room shows two lines, Report and the message box", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  await bob.say("hello\nthere");
  await ann.hears("hello");
  await assertRoomEverywhere(ann, "a chat");
  await ann.message.fill("z".repeat(1900));
  await assertRoomEverywhere(ann, "a long draft");
  await ann.message.fill("");
  await ann.press(words.Report);
  await assertRoomEverywhere(ann, "a report");
  await ann.press(words.NeverMind);
  await bob.leave();
  await ann.reads(words.Notices["stranger-left"]);
  await assertRoomEverywhere(ann, "over");
});

Deno.test("Call in little room shows two lines, Report and as much of the picture as fits", async () => {
  await using fixture = await openFixture();
  const [{ visitor: ann }, { visitor: bob }] = await fixture.pairForVideo();
  await bob.say("hello\nthere");
  await ann.hears("hello");
  await ann.button(words.CallDirectly).waitFor();
  await ann.page.setViewportSize({ width: 320, height: 170 });
  await ann.press(words.CallDirectly); // It can be scrolled to.
  await ann.page.setViewportSize({ width: 844, height: 340 });
  await bob.press(words.CallDirectly);
  await ann.button(words.ShowPicture).waitFor();
  await assertRoomEverywhere(ann, "a call");
  await ann.press(words.ShowPicture);
  await ann.page.setViewportSize({ width: 320, height: 170 });
  await ann.page.getByText(words.More, { exact: true }).click();
  await ann.press(words.SwapPictures);
  await ann.page.getByText(words.More, { exact: true }).click();
  await ann.press(words.Report);
  await assertRoomEverywhere(ann, "a call and a report");
  await ann.page.setViewportSize({ width: 320, height: 170 });
  await ann.press(words.Reasons.spam);
  await ann.reads(words.Notices["report-taken"]);
  await ann.press(words.EndCall);
  await ann.button(words.VideoCall).waitFor();
});

Deno.test("Layout answers to text size and text spacing as it does to the size of the window", async () => {
  await using fixture = await openFixture();
  const [ann] = await fixture.pair({ viewport: { width: 800, height: 640 } });
  const session = await ann.context.newCDPSession(ann.page);
  await session.send("Page.setFontSizes", { fontSizes: { standard: 32 } });
  await ann.until("getComputedStyle(document.documentElement).fontSize === '32px'");
  await assertRoom(ann, "text of 32 pixels");
  await ann.page.setViewportSize({ width: 1600, height: 1200 });
  await assertRoom(ann, "text of 32 pixels in a large window");
  await session.send("Page.setFontSizes", { fontSizes: { standard: 16 } });
  await ann.evaluate(`{
    const spacing = new CSSStyleSheet(); // WCAG 1.4.12.
    spacing.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; " +
      "word-spacing: 0.16em !important } p { margin-bottom: 2em !important }");
    document.adoptedStyleSheets = [spacing];
  }`);
  for (const [width, height] of [[320, 480], [390, 844]] as const) {
    await ann.page.setViewportSize({ width, height });
    await assertRoom(ann, `text spacing, ${width}x${height}`);
  }
});

Deno.test("Text keeps its size when a phone is turned on its side", async () => {
  await using fixture = await openFixture();
  const ann = await fixture.enter({ viewport: { width: 390, height: 844 }, isMobile: true });
  const sizes = `[getComputedStyle(document.documentElement).textSizeAdjust,
    ...[...document.querySelectorAll("p, h1")].map((one) => getComputedStyle(one).fontSize)]`;
  const [adjust, ...upright] = await ann.evaluate<string[]>(sizes);
  equal(adjust, "100%"); // What iOS heeds.
  await ann.page.setViewportSize({ width: 844, height: 390 });
  const [, , ...turned] = await ann.evaluate<string[]>(sizes);
  deepEqual(turned, upright.slice(1)); // The heading, which comes first, grows with the window.
});

/** What iOS reports: a keyboard changes only the visual viewport. */
const VISUAL_VIEWPORT = `Object.defineProperty(globalThis, "visualViewport", {
  value: Object.assign(new EventTarget(), { height: innerHeight, offsetTop: 0, scale: 1 }),
})`;

Deno.test("Chat stays in what an on-screen keyboard leaves of the window, and reloads by no pull", async () => {
  await using fixture = await openFixture();
  const size = { width: 390, height: 844 };
  const pull = "getComputedStyle(document.documentElement).overscrollBehaviorY";
  const [ann] = await fixture.pair({ viewport: size, script: VISUAL_VIEWPORT });
  equal(await ann.evaluate(pull), "none");
  const edges = async (type: string, change: string): Promise<number[]> =>
    await ann.evaluate(`(() => {
      Object.assign(visualViewport, ${change}).dispatchEvent(new Event("${type}"));
      const [first, last] = [".toolbar", ".composer"].map((selector) =>
        document.querySelector(selector).getBoundingClientRect());
      return [first.top, last.bottom];
    })()`);
  deepEqual(await edges("resize", "{ height: 420 }"), [0, 420]);
  deepEqual(await edges("scroll", "{ offsetTop: 130 }"), [130, 550]);
  deepEqual(await edges("resize", "{ scale: 2, height: 210, offsetTop: 90 }"), [130, 550]);
  const [top, bottom] = await edges("resize", "{ scale: 1, height: 844, offsetTop: 0 }");
  ok(top! > 0 && bottom === 844, "as before");
  await ann.page.goto(fixture.url);
  equal(await ann.evaluate(pull), "auto");
});

Deno.test("A chat that ends draws no heavy frame around the conversation, and prints on several pages", async () => {
  await using fixture = await openFixture();
  const [ann, bob] = await fixture.pair();
  for (let line = 1; line <= 8; line++) await bob.say(`line ${line}`);
  await ann.hears("line 8");
  await ann.types("x");
  await bob.leave();
  await ann.reads(words.Notices["stranger-left"]);
  const scroll = ann.page.locator(".scroll");
  await ann.isAt(scroll);
  const ring = await scroll.evaluate((element) => {
    const { outlineWidth, outlineOffset, outlineStyle } = getComputedStyle(element);
    return { outlineWidth, outlineOffset, outlineStyle };
  });
  deepEqual(ring, { outlineWidth: "1px", outlineOffset: "-1px", outlineStyle: "solid" });
  const pdf = (await ann.page.pdf({ width: "400px", height: "250px" })).toString("latin1");
  ok(pdf.match(/\/Type \/Page\b/g)!.length >= 3);
});
