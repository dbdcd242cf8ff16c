import assert from "node:assert/strict";
import { Notifications } from "../../../client/app/notifications.ts";
import { DEFAULT_PREFERENCES } from "../../../client/state/preferences.ts";
import {
  type Event,
  initialState,
  type Permission,
  type State,
} from "../../../client/state/state.ts";
import { reduce } from "../../../client/state/reducer.ts";
import { search } from "../../../client/state/search.ts";
import { ENGLISH } from "../../support/fixtures.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** A browser with notifications. Its constructor may throw, as in Chrome on Android. */
class Browser {
  readonly open = new Set<FakeNotification>();
  readonly log: string[] = [];
  readonly told: unknown[] = [];
  permission: NotificationPermission = "granted";
  answer: NotificationPermission = "granted";
  needsWorker = false;
  /** What registering the worker waits for. */
  registering: Promise<unknown> = Promise.resolve();
  isRegistered = false;

  readonly #registration = {
    active: null,
    installing: { postMessage: (request: unknown) => this.told.push(request) },
    getNotifications: () => Promise.resolve([...this.open]),
    unregister: () => {
      this.log.push("unregister");
      this.isRegistered = false;
    },
  };

  readonly serviceWorker = {
    register: async (url: string, { scope }: { scope: string }) => {
      this.log.push(`register ${url} for ${scope}`);
      await this.registering;
      this.isRegistered = true;
      return this.#registration;
    },
    getRegistration: (path: string) => {
      this.log.push(`look for ${path}`);
      return Promise.resolve(this.isRegistered ? this.#registration : undefined);
    },
  };
}

class FakeNotification {
  static browser: Browser;
  readonly title: string;
  readonly options: NotificationOptions;
  onclick = (): void => {};

  static get permission(): NotificationPermission {
    return this.browser.permission;
  }

  static requestPermission(): Promise<void> {
    this.browser.permission = this.browser.answer;
    return Promise.resolve();
  }

  constructor(title: string, options: NotificationOptions) {
    if (FakeNotification.browser.needsWorker) throw new TypeError("Illegal constructor.");
    this.title = title;
    this.options = options;
    FakeNotification.browser.open.add(this);
  }

  close(): void {
    FakeNotification.browser.open.delete(this);
  }
}

/** A page with this browser, and the events that it dispatches. */
function open(change: Partial<Browser> = {}): {
  browser: Browser;
  page: Notifications;
  events: Event[];
} {
  const browser = FakeNotification.browser = Object.assign(new Browser(), change);
  Object.assign(globalThis, { isSecureContext: true, Notification: FakeNotification });
  Object.defineProperty(navigator, "serviceWorker", {
    value: browser.serviceWorker,
    configurable: true,
  });
  const events: Event[] = [];
  const page = new Notifications("tab", (event) => void events.push(event));
  return { browser, page, events };
}

/** The state of a chat in a hidden page. */
function hidden(notify = true, permission: Permission = "granted"): State {
  const preferences = { ...DEFAULT_PREFERENCES, notify };
  const searching = search(initialState(preferences, ENGLISH, { permission }), 0).state;
  const { state } = reduce(searching, {
    type: "server",
    message: { type: "paired", role: "caller", interests: [], met: false },
  }, 0);
  return { ...state, hidden: true, focused: false };
}

const SHOWN = { tag: "tab", lang: "en", dir: "ltr", silent: false };
const { arrival, message } = ENGLISH.words.Happened;
const SCRIPT = "/notifications.js";
const REGISTER = `register ${SCRIPT} for ${SCRIPT}`;
const LOOK = `look for ${SCRIPT}`;

Deno.test("Notification has a title in the page's language, and focuses the page when it is pressed", () => {
  const { browser, page } = open();
  page.follow(hidden());
  page.show("arrival", ENGLISH, false);
  const [shown] = browser.open;
  assert.deepEqual([shown!.title, shown!.options], [arrival, SHOWN]);
  let isFocused = false;
  Object.assign(globalThis, { focus: () => isFocused = true });
  shown!.onclick();
  assert.deepEqual([isFocused, browser.open.size], [true, 0]);
  const arabic = { ...ENGLISH, code: "ar", words: { ...ENGLISH.words, Direction: "rtl" as const } };
  page.show("message", arabic, true);
  const [next] = browser.open;
  assert.deepEqual(next!.options, { tag: "tab", lang: "ar", dir: "rtl", silent: true });
});

Deno.test("Notification is closed when the page is seen, when the chat ends, and when the page closes", () => {
  const ends: ((page: Notifications) => void)[] = [
    (page) => page.follow({ ...hidden(), hidden: false }),
    (page) => page.follow({ ...hidden(), screen: { kind: "home" } }),
    (page) => page.follow(hidden(false)),
    () => dispatchEvent(new Event("pagehide")),
  ];
  for (const end of ends) {
    const { browser, page } = open();
    page.follow(hidden());
    page.show("message", ENGLISH, false);
    page.follow(hidden());
    assert.equal(browser.open.size, 1);
    end(page);
    assert.equal(browser.open.size, 0, String(end));
  }
});

Deno.test("Permission is reported when it changes, and only then", async () => {
  const { browser, page, events } = open({ permission: "default" });
  assert.equal(page.permission, "default");
  dispatchEvent(new Event("focus"));
  assert.deepEqual(events, []);
  page.askPermission();
  await waitUntil(() => events.length === 1);
  browser.permission = "denied";
  dispatchEvent(new Event("visibilitychange"));
  dispatchEvent(new Event("focus"));
  assert.deepEqual(events, [
    { type: "permission", permission: "granted" },
    { type: "permission", permission: "denied" },
  ]);
});

Deno.test("Browser without notifications, or a page without encryption, supports none", () => {
  open();
  Object.assign(globalThis, { isSecureContext: false });
  assert.equal(new Notifications("tab", () => {}).permission, "unsupported");
  open();
  delete (globalThis as { Notification?: unknown }).Notification;
  assert.equal(new Notifications("tab", () => {}).permission, "unsupported");
});

Deno.test("Worker is registered for the first notification that needs it, in a scope without pages", async () => {
  const { browser, page } = open({ needsWorker: true });
  page.follow(hidden());
  assert.deepEqual(browser.log, []);
  page.show("arrival", ENGLISH, false);
  page.show("message", ENGLISH, false);
  await waitUntil(() => browser.told.length === 2);
  assert.deepEqual(browser.log, [REGISTER, REGISTER]);
  assert.deepEqual(browser.told, [
    { show: arrival, options: SHOWN },
    { show: message, options: SHOWN },
  ]);
  page.follow({ ...hidden(), hidden: false });
  assert.deepEqual(browser.told.slice(2), [{ close: "tab" }]);
});

Deno.test("Worker whose notifications are switched off while it is registered shows none, and is removed", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { browser, page } = open({ needsWorker: true, registering: promise });
  page.follow(hidden());
  page.show("arrival", ENGLISH, false);
  await waitUntil(() => browser.log.includes(REGISTER));
  page.follow(hidden(false));
  resolve();
  await waitUntil(() => browser.log.includes("unregister"));
  assert.deepEqual([browser.log, browser.told], [[REGISTER, LOOK, "unregister"], []]);
});

Deno.test("Worker that is left over is removed when the page starts, with all notifications", async () => {
  const { browser, page } = open({ isRegistered: true });
  new FakeNotification("of a tab that crashed", {});
  page.follow(hidden(true, "denied"));
  await waitUntil(() => browser.log.includes("unregister"));
  assert.equal(browser.open.size, 0);
  page.follow(hidden(true, "denied"));
  assert.deepEqual(browser.log, [LOOK, "unregister"], "once");
});

Deno.test("Worker that a browser refuses does no harm, and is tried again", async () => {
  const { browser, page } = open({ needsWorker: true, registering: Promise.reject(new Error()) });
  page.follow(hidden());
  page.show("arrival", ENGLISH, false);
  await waitUntil(() => browser.log.length === 1);
  browser.registering = Promise.resolve();
  page.show("message", ENGLISH, false);
  await waitUntil(() => browser.told.length === 1);
  assert.deepEqual(browser.told, [{ show: message, options: SHOWN }]);
});
