/**
 * Every screen in every state that looks different. Each journey through the page calls a check at every stop. So a
 * requirement of all screens is stated once, and a journey is written once, however many sizes and colours are checked.
 */

import { en } from "../../client/languages/en.ts";
import { HOUR } from "../../server/base/clock.ts";
import { daysBefore } from "../../server/statistics/statistics.ts";
import { MemoryStatisticsStore } from "../../server/statistics/store.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { newAddressRecord } from "../support/fixtures.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { Caller, NO_RELAY } from "./caller.ts";
import type { OpenFixture } from "./site_fixture.ts";
import { LOOKING, PREVIEW, STRANGER_LEFT, TYPING, UNREACHABLE, type Visitor } from "./visitor.ts";

const { words } = en;

/** Checks the screen that a visitor sees. */
export type Judge = (visitor: Visitor, screen: string) => Promise<void>;

/** A journey through the page. */
export type Way = (openFixture: OpenFixture, judge: Judge) => Promise<void>;

/** Every page other than the home page. */
const PAGES = [
  "/privacy",
  "/rules",
  "/contact",
  "/statistics",
  "/statistics?days=365",
  "/transparency",
  "/nothing",
];

/** Scripts that run in a page before its own: something that the page waits for never happens, or is decided. */
const ENDLESS_DIGEST = "SubtleCrypto.prototype.digest = () => new Promise(() => {})";
const ENDLESS_KEYS = "SubtleCrypto.prototype.generateKey = () => new Promise(() => {})";
const HALT = `{
  const now = performance.now.bind(performance);
  let halted;
  performance.now = () => halted ?? now();
  globalThis.halt = () => void (halted = now());
}`;
const INSECURE = "Object.defineProperty(globalThis, 'isSecureContext', { value: false })";
const NOTIFIED = "Object.defineProperty(Notification, 'permission', { value: 'granted' })";
const NO_CAMERA = "MediaDevices.prototype.getUserMedia = () => " +
  "Promise.reject(new DOMException('', 'NotAllowedError'))";

/** All journeys, by topic. */
export const WAYS: Readonly<Record<string, Way>> = {
  "a chat": throughChat,
  "a way back": throughReturn,
  "a call": throughCall,
  "the pages to read": throughPages,
  "a search that takes long": throughSearch,
  "a connection in trouble": throughTrouble,
  "a refused connection": throughDoor,
};

async function throughChat(openFixture: OpenFixture, judge: Judge): Promise<void> {
  await using fixture = await openFixture({ args: ["--announcement=Closed on Sunday"] });
  const [ann, bob] = [await fixture.enter({ script: NOTIFIED }), await fixture.enter()];
  await judge(ann, "home, with news");
  await ann.likes(`music, ${"w".repeat(30)}`);
  await ann.button("Start text chat").click({ force: true });
  await judge(ann, "home with chips and the reminder");
  await ann.likes("a, b, c, d, e, f, g, h");
  await judge(ann, "home with ten interests");
  await ann.page.locator("#add-language").click();
  await judge(ann, "home, adding a language");
  await ann.press("Remove English");
  await judge(ann, "home without languages");
  await ann.search();
  await ann.sees(LOOKING);
  await judge(ann, "searching");
  await bob.likes("music");
  await bob.search();
  await ann.meets();
  await ann.say(`a long word: ${"x".repeat(300)} https://example.org/${"y".repeat(200)}`);
  await bob.say("hello\nthere");
  await Promise.all([ann.sees(TYPING), bob.types("m")]);
  await judge(ann, "chat");
  await ann.page.getByText("End-to-end encrypted").click();
  await judge(ann, "chat, with the pictures to compare");
  await ann.page.getByText("End-to-end encrypted").click();
  await ann.message.fill("z".repeat(1900));
  await ann.key("Escape");
  await judge(ann, "asking, with a long draft");
  await ann.press("Report");
  await judge(ann, "choosing a reason");
  await ann.press("Seems under 18");
  await bob.leave();
  await judge(bob, "over, by oneself, with a way back");
  await ann.reads(STRANGER_LEFT);
  await judge(ann, "over, by the stranger, and reported");
}

/** A check takes longer than a countdown, so the page's clock stands still meanwhile. */
async function throughReturn(openFixture: OpenFixture, judge: Judge): Promise<void> {
  await using fixture = await openFixture();
  const pair = () => fixture.pair({ script: HALT }, { script: HALT });
  const judgeHalted: Judge = async (visitor, screen) => {
    await visitor.evaluate("halt()");
    await judge(visitor, screen);
  };
  const [ann, bob] = await pair();
  await ann.leave();
  await bob.press(words.Again);
  await ann.sees(words.WantsAgain);
  await bob.button(words.WaitingForStranger).waitFor();
  await ann.evaluate("halt()");
  await judgeHalted(bob, "over, waiting for the stranger");
  await judge(ann, "over, and asked back");

  const [eve, fay] = await pair();
  await eve.leave();
  await eve.page.getByRole("checkbox", { name: words.AutoNext }).check();
  for (const visitor of [eve, fay]) await visitor.press(words.Again);
  await eve.reads(words.Notices.again);
  await fay.leave();
  await eve.sees(words.NextChat);
  await judgeHalted(eve, "over a second time, before the next chat");

  const [cat, dan] = await pair();
  await cat.leave();
  await cat.press("New chat");
  await dan.press(words.Again);
  await cat.sees(words.WantsAgain);
  await judgeHalted(cat, "searching, and asked back");
}

async function throughCall(openFixture: OpenFixture, judge: Judge): Promise<void> {
  await using fixture = await openFixture({ args: ["--relay=on"] });
  const [ann, bob] = [await fixture.enter({ script: NO_RELAY }), await fixture.enter()];
  await ann.confirm();
  await ann.press("Start video chat");
  await ann.sees(PREVIEW);
  await ann.page.getByLabel(words.YourPicture).waitFor();
  await ann.page.getByText(words.MoreChoices).click();
  await judge(ann, "before a call");
  await ann.press("Start video chat");
  await judge(ann, "searching with a camera");
  await bob.searchForVideo();
  await ann.button("Call directly").waitFor();
  await judge(ann, "asked for a direct call, because the relay can't be used");
  await ann.press("Call directly");
  await judge(ann, "waiting for the stranger");
  await bob.press("Call directly");
  await ann.button(words.ShowPicture).waitFor();
  await judge(ann, "blurred");
  await ann.press(words.ShowPicture);
  await new Caller(ann).seesMovement();
  await ann.page.getByText("More", { exact: true }).click();
  await judge(ann, "in a call, with more to choose");
  await ann.page.getByText("More", { exact: true }).click();
  await bob.press("Camera on");
  await ann.sees(words.StrangerNoCamera);
  await ann.press("Camera on");
  await judge(ann, "both cameras off");
  await ann.press("Report");
  await judge(ann, "reporting in a call");
  const eve = await fixture.enter({ script: NO_CAMERA });
  await eve.confirm();
  await eve.press("Start video chat");
  await eve.sees(words.Devices.camera.denied);
  await judge(eve, "before a call, without a camera");
}

async function throughPages(openFixture: OpenFixture, judge: Judge): Promise<void> {
  await using fixture = await openFixture();
  const ann = await fixture.enter();
  for (const path of PAGES) {
    await ann.page.goto(fixture.url + path);
    await judge(ann, path);
  }
  await using known = await openFixture({
    args: ["--operator=Example Association", "--contact-email=hello@chat.example"],
    store: await yearOfFigures(),
  });
  const bob = await known.enter();
  for (const path of ["/contact", "/statistics", "/statistics?days=365"]) {
    await bob.page.goto(known.url + path);
    const table = bob.page.getByText("Show the table");
    if (await table.count() > 0) await table.click();
    await judge(bob, `${path}, with something to tell`);
  }
}

async function throughSearch(openFixture: OpenFixture, judge: Judge): Promise<void> {
  await using fixture = await openFixture();
  for (let guest = 0; guest < 5; guest++) await fixture.addGuest();
  const bob = await fixture.enter();
  await bob.sees("people are here now");
  await judge(bob, "home, with many people");
  const ann = await fixture.enter({ frozen: true });
  await ann.search();
  await ann.sees(LOOKING);
  await ann.passes(15_000);
  await ann.sees(words.Quiet);
  await ann.page.clock.resume(); // A check may take some time.
  await judge(ann, "searching for long");
  await using rushed = await openFixture({ args: ["--proof-of-work=always"] });
  const eve = await rushed.enter({ script: ENDLESS_DIGEST });
  await eve.search();
  await eve.sees(words.Checking);
  await judge(eve, "searching, with work to do");
}

async function throughTrouble(openFixture: OpenFixture, judge: Judge): Promise<void> {
  await using fixture = await openFixture();
  const eve = await fixture.enter({ script: ENDLESS_KEYS });
  await eve.search();
  const stuck = await fixture.enter();
  await stuck.search();
  await stuck.sees(words.Agreeing);
  await judge(stuck, "chat, before it is encrypted");
  const home = await fixture.enter();
  using proxy = new UnreliableProxy(fixture.server.port);
  const [ann, bob] = [await fixture.enter({ site: proxy.site }), await fixture.enter()];
  for (const visitor of [ann, bob]) await visitor.search();
  for (const visitor of [ann, bob]) await visitor.meets();
  proxy.drop();
  await ann.sees(words.Dropped);
  await ann.say("still there?");
  await judge(ann, "chat, cut off");
  proxy.restore(); // A chat is kept for half a minute, which is too little for two judges on a busy machine.
  await bob.sees("Stranger is back.");
  proxy.drop();
  await bob.sees("Stranger's connection dropped.");
  await judge(bob, "chat, with the stranger away");
  proxy.restore();
  await bob.sees("Stranger is back.");
  await fixture.goDown();
  await home.sees(UNREACHABLE);
  await judge(home, "home, offline");
  await bob.sees(UNREACHABLE);
  await judge(bob, "over, offline");
  await bob.press("New chat");
  await bob.sees(words.Connecting);
  await judge(bob, "searching, offline");
  await using drained = await openFixture();
  const [last] = await drained.pair();
  drained.server.chat.drain();
  await last.reads(words.Notices.restart);
  await judge(last, "chat, with a server about to restart");
}

async function throughDoor(openFixture: OpenFixture, judge: Judge): Promise<void> {
  const clock = new FakeClock();
  await using fixture = await openFixture({ clock });
  const [ann] = await fixture.pair();
  const { record } = fixture.server.chat.registry.find("127.0.0.1" as never)!;
  for (let n = 0; n < 3; n++) {
    record.report(newAddressRecord(clock.now()), "harassment", clock.now());
  }
  await ann.reads(words.Notices.blocked);
  await judge(ann, "chat, blocked");
  await ann.press("New chat");
  await ann.sees(words.Blocked.reported);
  await judge(ann, "home, blocked");
  clock.advance(HOUR);
  const bob = await fixture.enter({ script: INSECURE });
  await judge(bob, "home, without encryption");
  const eve = await fixture.enter({ site: "about:blank" }); // The page's own policy forbids writing into it.
  await eve.page.setContent(await withoutScript(fixture.url));
  await judge(eve, "home, without JavaScript");
  await using closed = await openFixture({ args: ["--deny=127.0.0.0/8"] });
  const stranger = await closed.enter();
  await stranger.sees(words.Refused.denied);
  await judge(stranger, "home, refused");
}

/**
 * The home page as a browser shows it without scripts. The checks need scripts, so a scriptless browser can't be used.
 */
async function withoutScript(site: string): Promise<string> {
  const html = await (await fetch(site)).text();
  return html.replace(/<script>.*?<\/script>|<\/?noscript>/gs, "");
}

/** A year of statistics of a busy server, including a day with too few chats and a day without data. */
async function yearOfFigures(): Promise<MemoryStatisticsStore> {
  const store = new MemoryStatisticsStore();
  const counted = (ago: number) => ({
    day: daysBefore("2026-01-01", ago),
    chats: ago === 5 ? 3 : Math.round(400 + 250 * Math.sin(ago / 3) - ago / 2),
    chatDuration: 90_000_000 + 10_000_000 * Math.cos(ago),
    messages: Math.round(20_000 + 9_000 * Math.sin(ago / 5)),
    samples: 1_440,
    onlineSum: 60_000 + 100 * ago,
    peakOnline: 120 + ago % 50,
  });
  const days = Array.from({ length: 300 }, (_, ago) => ago).filter((ago) => ago !== 9);
  await store.add(days.map(counted));
  return store;
}
