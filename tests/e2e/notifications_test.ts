/**
 * Notifications of the system, in the browser itself: a headless shell allows none. Tests answer the browser's question
 * as a visitor does, and hide the page as another tab does. The notifications and the service worker are real.
 *
 * Tests don't list the notifications of a service worker while one is being shown. Chromium stores a notification before
 * it displays it, and `getNotifications()` deletes what is stored but not displayed. It would be missing from then on.
 */

import { deepEqual, doesNotMatch, equal } from "node:assert/strict";
import type { Locator, Worker } from "playwright-core";
import { en } from "../../client/languages/en.ts";
import { NOTIFICATIONS_PATH } from "../../protocol.ts";
import { serve } from "../support/server_under_test.ts";
import { waitUntil } from "../support/wait_until.ts";
import { isChromiumThere, isFirefoxThere, launch, launchFirefox } from "./browser.ts";
import { SiteFixture, startedOnce } from "./site_fixture.ts";
import type { Visitor } from "./visitor.ts";

type Setting = "granted" | "denied" | "prompt";

const browser = startedOnce(launch);
const firefox = startedOnce(() =>
  launchFirefox({ settings: { "permissions.default.desktop-notification": 1 } })
);
const isIgnored = !await isChromiumThere("the tests of notifications are skipped");
const { words } = en;

/** A test in Chromium. The one in an npm package is a headless shell. */
function chromiumTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: isIgnored, fn });
}

/** Records the notifications of a page, whether it asked for the permission, and the counts of its badge. */
const RECORD = `{
  globalThis.made = [];
  globalThis.open = new Map();
  globalThis.asked = 0;
  globalThis.badges = [];
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = async () => {
    asked++;
    await decide();
    return await ask();
  };
  navigator.setAppBadge = async (count) => void badges.push(count);
  globalThis.Notification = class extends Notification {
    constructor(title, options) {
      super(title, options);
      const { tag, ...rest } = options;
      made.push([title, rest]);
      open.set(tag, this); // It replaces the one before.
    }
    close() {
      if (open.get(this.tag) === this) open.delete(this.tag);
      super.close();
    }
  };
}`;

/** As Chrome on Android: only a service worker may show notifications. */
const ANDROID = `${RECORD}
  const { createPolicy } = TrustedTypePolicyFactory.prototype;
  TrustedTypePolicyFactory.prototype.createPolicy = function (...how) {
    const policy = createPolicy.apply(this, how);
    globalThis.scriptUrl = policy.createScriptURL("");
    return policy;
  };
  globalThis.told = [];
  const tell = ServiceWorker.prototype.postMessage;
  ServiceWorker.prototype.postMessage = function (request) {
    if (request.show) told.push(request.show);
    tell.call(this, request);
  };
  globalThis.Notification = class extends Notification {
    constructor() {
      throw new TypeError("Failed to construct 'Notification': Illegal constructor.");
    }
  };`;

/** What `RECORD` has recorded, and what the browser stores and runs for this site. */
const STATE = `(async () => ({
  made,
  asked,
  workers: (await navigator.serviceWorker.getRegistrations()).length,
  caches: await caches.keys(),
}))()`;

/** The titles and texts of the notifications that the service worker shows. */
const SHOWN = `(async () => {
  const registration = await navigator.serviceWorker.getRegistration("${NOTIFICATIONS_PATH}");
  const shown = await registration?.getNotifications() ?? [];
  return shown.map(({ title, body, lang, dir }) => [title, body, lang, dir].join("|"));
})()`;

/** Runs in the worker: a press on its notification. A page that would be focused is counted and told instead. */
const PRESS = `(async () => {
  globalThis.focused = 0;
  WindowClient.prototype.focus = async function () {
    focused++;
    this.postMessage("focus");
  };
  const [notification] = await registration.getNotifications();
  dispatchEvent(new NotificationEvent("notificationclick", { notification }));
})()`;

/** Runs in the worker. */
const STORED = `(async () => ({
  caches: await caches.keys(),
  databases: await indexedDB.databases(),
  push: await registration.pushManager.getSubscription(),
}))()`;

/** Runs in a page: registers the worker again, as if its removal had failed. */
const LEAVE_OVER = `(async () => {
  const path = "${NOTIFICATIONS_PATH}";
  await navigator.serviceWorker.register(scriptUrl, { scope: path });
})()`;

/** Runs in a page, which notes that it would have been focused. */
const HEAR =
  `navigator.serviceWorker.addEventListener("message", () => globalThis.isFocused = true);
  navigator.serviceWorker.startMessages();`;

const NOTHING = { made: [], asked: 0, workers: 0, caches: [] };

/** A server with two visitors. The browser of the first answers a question with `answer`. */
class Site implements AsyncDisposable {
  readonly #fixture: SiteFixture;
  /** Titles that the browser of a visitor has displayed for a service worker, and that no test has waited for yet. */
  readonly #displayed = new Map<Visitor, string[]>();
  answer: Setting = "granted";

  private constructor(fixture: SiteFixture) {
    this.#fixture = fixture;
  }

  static async open(): Promise<Site> {
    return new Site(new SiteFixture(await browser(), await serve()));
  }

  /** A visitor whose browser asks before a page may show notifications. */
  async enter(script = RECORD): Promise<Visitor> {
    const visitor = await this.#fixture.enter({ site: "about:blank" });
    await visitor.page.exposeFunction("decide", () => this.set(visitor, this.answer));
    await visitor.context.addInitScript(script);
    await this.set(visitor, "prompt");
    await visitor.page.goto(this.#fixture.url);
    this.#displayed.set(visitor, await displayedTo(visitor));
    return visitor;
  }

  async enterPlain(): Promise<Visitor> {
    return await this.#fixture.enter();
  }

  /** Changes the browser's setting. */
  async set({ context, page }: Visitor, setting: Setting): Promise<void> {
    const { targetInfo } = await (await context.newCDPSession(page)).send("Target.getTargetInfo");
    const session = await (await browser()).newBrowserCDPSession();
    await session.send("Browser.setPermission", {
      permission: { name: "notifications" },
      setting,
      origin: new URL(this.#fixture.url).origin,
      browserContextId: targetInfo.browserContextId!,
    });
  }

  /** Waits until the service worker of a visitor shows this notification, the next one, and no other. */
  async shows(visitor: Visitor, title: string): Promise<void> {
    const displayed = this.#displayed.get(visitor)!;
    await waitUntil(() => displayed.length > 0);
    deepEqual(displayed.splice(0), [title]);
    deepEqual(await visitor.evaluate(SHOWN), [`${title}||en|ltr`]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#fixture[Symbol.asyncDispose]();
  }
}

function switchOf({ page }: Visitor): Locator {
  return page.getByRole("checkbox", { name: words.Notify, exact: true });
}

/** Switches notifications on, on the screen of a search. */
async function allow(visitor: Visitor): Promise<void> {
  await switchOf(visitor).click();
  await visitor.until("document.querySelector('.notify input').checked");
}

async function hide(visitor: Visitor, hidden = true): Promise<void> {
  await visitor.evaluate(`Object.defineProperty(document, "hidden", {
      value: ${hidden}, configurable: true,
    });
    document.hasFocus = () => ${!hidden};
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }))`);
}

/** `stranger` meets `ann`, who has allowed notifications and whose page is hidden. */
async function arrives(stranger: Visitor, ann: Visitor): Promise<void> {
  await ann.search();
  await allow(ann);
  await hide(ann);
  await stranger.search();
}

chromiumTest(
  "P3: nothing is asked, registered or requested for notifications until they are switched on",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(ANDROID), await site.enterPlain()];
    const requested = requestsOf(ann);
    await ann.page.reload();
    await ann.search();
    await switchOf(ann).waitFor();
    await hide(ann);
    await bob.search();
    await ann.meets();
    await bob.say("secret");
    await ann.hears("secret");
    deepEqual(await ann.evaluate(STATE), NOTHING);
    await bob.leave();
    await hide(ann, false);
    await ann.press("New chat");
    await allow(ann);
    deepEqual(await ann.evaluate(STATE), { ...NOTHING, asked: 1 });
    deepEqual(requested, ["/"]);
    await hide(ann);
    await bob.press("New chat");
    await site.shows(ann, words.Happened.arrival);
    deepEqual(requested, ["/", NOTIFICATIONS_PATH]);
  },
);

chromiumTest(
  "P6: a notification says that a stranger has arrived or written, and nothing of the chat",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(), await site.enterPlain()];
    await arrives(bob, ann);
    await ann.meets();
    await bob.say("secret");
    await ann.hears("secret");
    const options = { lang: "en", dir: "ltr", silent: true };
    const { arrival, message } = words.Happened;
    const { made, ...rest } = await ann.evaluate<typeof NOTHING>(STATE);
    deepEqual(made, [[arrival, options], [message, options]]);
    deepEqual(rest, { asked: 1, workers: 0, caches: [] });
    equal(await ann.evaluate("open.size"), 1);
  },
);

chromiumTest("Notification is closed when the page is seen, and when the chat ends", async () => {
  await using site = await Site.open();
  const [ann, bob] = [await site.enter(), await site.enterPlain()];
  await arrives(bob, ann);
  await ann.until("open.size === 1");
  await hide(ann, false);
  await ann.until("open.size === 0");
  await bob.say("seen");
  await ann.hears("seen");
  equal(await ann.evaluate("made.length"), 1, "nothing while the page is seen");
  await hide(ann);
  await bob.say("again");
  await ann.until("open.size === 1");
  await bob.leave();
  await ann.until("open.size === 0");
  equal(await ann.evaluate("made.length"), 2, "nothing about the end");
});

chromiumTest(
  "Notification is silent only where the page's sound is heard, or the visitor wants none",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(), await site.enterPlain()];
    await ann.search();
    await allow(ann);
    await bob.search();
    await ann.meets();
    const isSilent = async (text: string): Promise<boolean> => {
      await hide(ann);
      await bob.say(text);
      await ann.hears(text);
      const silent = await ann.evaluate<boolean>("made.at(-1)[1].silent");
      await hide(ann, false);
      return silent;
    };
    equal(await isSilent("chime"), true);
    await ann.press("Sound on");
    equal(await isSilent("no sound is wanted"), true);
    await ann.press("Sound off");
    await ann.evaluate(
      "Object.defineProperty(AudioContext.prototype, 'state', { value: 'suspended' })",
    );
    equal(await isSilent("the page can't be heard"), false);
  },
);

chromiumTest(
  "Service worker shows notifications where a page can't, and focuses the page that a pressed one is about",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(ANDROID), await site.enterPlain()];
    await ann.openTab();
    await ann.page.evaluate(HEAR);
    await arrives(bob, ann);
    await site.shows(ann, words.Happened.arrival);
    await bob.say("secret");
    await site.shows(ann, words.Happened.message);
    await workerOf(ann).evaluate(PRESS).catch(() => {}); // Only a real press keeps the worker alive.
    await ann.until("globalThis.isFocused");
    equal(await workerOf(ann).evaluate("focused"), 1, "the other tab is left alone");
    await showsNone(ann);
    await bob.say("one more");
    await site.shows(ann, words.Happened.message);
    await hide(ann, false);
    await showsNone(ann);
  },
);

chromiumTest(
  "P3: the service worker of notifications stores nothing and sees no request",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(ANDROID), await site.enterPlain()];
    await arrives(bob, ann);
    await site.shows(ann, words.Happened.arrival);
    const worker = workerOf(ann);
    deepEqual(await worker.evaluate(STORED), { caches: [], databases: [], push: null });
    equal(await worker.evaluate("fetch('/').then(() => 'loaded', () => 'blocked')"), "blocked");
    const script = await (await fetch(worker.url())).text();
    doesNotMatch(script, /fetch|caches|indexedDB|importScripts/);
    await hide(ann, false);
    await ann.leave();
    await ann.page.reload();
    deepEqual(await ann.evaluate(STATE), { ...NOTHING, workers: 1 });
    equal(
      await ann.evaluate("navigator.serviceWorker.controller"),
      null,
      "no page is in its scope",
    );
  },
);

chromiumTest(
  "Notification that waits for its worker is not shown to a visitor who has come back",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(ANDROID), await site.enterPlain()];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => release = resolve);
    const requested = new Promise<void>((resolve) => {
      ann.context.route(`**${NOTIFICATIONS_PATH}`, async (route) => {
        resolve();
        await held;
        await route.continue();
      });
    });
    await arrives(bob, ann);
    await requested;
    await hide(ann, false);
    release();
    await ann.until(`navigator.serviceWorker.getRegistration("${NOTIFICATIONS_PATH}")
    .then((registration) => registration?.active?.state === "activated")`);
    await hide(ann);
    await bob.say("later");
    await site.shows(ann, words.Happened.message);
    deepEqual(await ann.evaluate("told"), [words.Happened.message]);
  },
);

chromiumTest(
  "Switch shows a permission that is refused, revoked or given in the browser's settings",
  async () => {
    await using site = await Site.open();
    const ann = await site.enter(ANDROID);
    const check = async (isOn: boolean, hint: string): Promise<void> => {
      await ann.until(
        `document.getElementById("notify-hint").textContent === ${JSON.stringify(hint)}`,
      );
      equal(await switchOf(ann).isChecked(), isOn);
    };
    await ann.search();
    await check(false, words.NotifyHint);
    site.answer = "prompt";
    await switchOf(ann).click();
    await ann.until("asked === 1");
    await check(false, words.NotifyHint);
    site.answer = "denied";
    await switchOf(ann).click();
    await check(false, words.NotifyBlocked);
    await site.set(ann, "granted");
    await hide(ann, false);
    await check(true, words.NotifyHint);
    await site.set(ann, "denied");
    await hide(ann, false);
    await check(false, words.NotifyBlocked);
    await switchOf(ann).click();
    await check(false, words.NotifyHint);
    equal(await ann.evaluate("asked"), 2, "only while it is undecided");
  },
);

chromiumTest(
  "P3: the service worker of notifications is removed when they are switched off, or at the next start",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(ANDROID), await site.enterPlain()];
    await arrives(bob, ann);
    await site.shows(ann, words.Happened.arrival);
    await ann.press(words.Notify);
    await removed(ann);
    await bob.say("unnoticed");
    await ann.hears("unnoticed");
    deepEqual(await ann.evaluate(STATE), { ...NOTHING, asked: 1 });
    await ann.evaluate(LEAVE_OVER);
    equal((await ann.evaluate<typeof NOTHING>(STATE)).workers, 1);
    await ann.page.reload();
    await removed(ann);
  },
);

chromiumTest("Notifications that one tab switches off end in every tab", async () => {
  await using site = await Site.open();
  const [ann, bob] = [await site.enter(ANDROID), await site.enterPlain()];
  await arrives(bob, ann);
  await site.shows(ann, words.Happened.arrival);
  const tab = await ann.openTab();
  await tab.press("Start text chat");
  await tab.until("document.querySelector('.notify input').checked");
  await switchOf(tab).click();
  await ann.page.getByRole("button", { name: words.Notify, pressed: false }).waitFor();
  await removed(tab);
  await bob.say("unnoticed");
  await ann.hears("unnoticed");
  equal((await ann.evaluate<typeof NOTHING>(STATE)).workers, 0);
});

Deno.test({
  name: "Notification and service worker are used in Firefox as in Chromium",
  ignore: !await isFirefoxThere(),
}, async () => {
  await using fixture = new SiteFixture(await firefox(), await serve());
  const script = RECORD.replace("await decide();", ""); // Its settings have decided.
  const [ann, bob] = [await fixture.enter({ script }), await fixture.enter()];
  await arrives(bob, ann);
  await ann.until(`made.map(([title]) => title).join() === "${words.Happened.arrival}"`);
  equal((await ann.evaluate<typeof NOTHING>(STATE)).workers, 0);
  await ann.evaluate(`Notification = class extends Notification {
    constructor() {
      throw new TypeError("Illegal constructor.");
    }
  }`);
  await bob.say("secret");
  await waitUntil(async () => (await ann.evaluate<typeof NOTHING>(STATE)).workers === 1);
  await ann.press(words.Notify);
  await removed(ann);
});

chromiumTest(
  "Badge of the app counts what is unread, and is cleared at the start, when it is seen, and at the end",
  async () => {
    await using site = await Site.open();
    const [ann, bob] = [await site.enter(), await site.enterPlain()];
    await ann.search();
    await bob.search();
    await ann.meets();
    await hide(ann);
    for (const text of ["one", "two"]) await bob.say(text);
    await ann.hears("two");
    await hide(ann, false);
    deepEqual(await ann.evaluate("badges"), [0, 1, 2, 0]);
    await hide(ann);
    await bob.say("three");
    await ann.hears("three");
    await ann.evaluate("dispatchEvent(new PageTransitionEvent('pagehide'))");
    deepEqual(await ann.evaluate("badges.slice(4, 6)"), [1, 0]);
  },
);

function workerOf({ context }: Visitor): Worker {
  return context.serviceWorkers()[0]!;
}

/** The paths of all HTTP requests from now on, also by workers. */
function requestsOf({ context }: Visitor): string[] {
  const paths: string[] = [];
  context.on("request", (request) => paths.push(new URL(request.url()).pathname));
  return paths;
}

/** Waits until there is no service worker. */
async function removed(visitor: Visitor): Promise<void> {
  await waitUntil(async () => (await visitor.evaluate<typeof NOTHING>(STATE)).workers === 0);
}

/** Waits until the service worker no longer shows a notification. None is being shown meanwhile. */
async function showsNone(visitor: Visitor): Promise<void> {
  await waitUntil(async () => (await visitor.evaluate<string[]>(SHOWN)).length === 0);
}

/** The titles of all notifications that Chromium displays for the service worker of a visitor from now on. */
async function displayedTo({ context, page }: Visitor): Promise<string[]> {
  const titles: string[] = [];
  const session = await context.newCDPSession(page);
  const service = "notifications";
  session.on("BackgroundService.backgroundServiceEventReceived", ({ backgroundServiceEvent }) => {
    const { eventName, eventMetadata } = backgroundServiceEvent;
    if (eventName !== "Notification displayed") return;
    titles.push(eventMetadata.find(({ key }) => key === "Title")!.value);
  });
  await session.send("BackgroundService.setRecording", { service, shouldRecord: true });
  await session.send("BackgroundService.startObserving", { service });
  return titles;
}
