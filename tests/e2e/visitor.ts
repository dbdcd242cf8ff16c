/** A person at a page: what they do there, and what they get to see. Everything is waited for, nothing is slept for. */

import { deepEqual, equal } from "node:assert/strict";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";
import { en } from "../../client/languages/en.ts";
import { until } from "../support/until.ts";

/** What the log says when a chat begins. */
export const CHATTING = "You're now chatting with a random stranger.";
/** What the log says when the stranger has left. */
export const STRANGER_LEFT = "Stranger has disconnected.";
/** What the log says when this person has left. */
export const YOU_LEFT = "You have disconnected.";
/** What stands on the screen of a search. */
export const LOOKING = "Looking for someone…";
/** What stands above one's own picture before a call. */
export const PREVIEW = en.words.HowYouLook;
/** What the page says while the stranger types. */
export const TYPING = "Stranger is typing…";
/** What the page says wherever it waits for the server. */
export const UNREACHABLE = en.words.Unreachable;

/** How long anything may take to happen, also on a busy machine, in milliseconds: then a test fails instead of waiting. */
const PATIENCE = 60_000;
/** When a page with a frozen clock opens. */
const DAWN = new Date("2026-01-01T08:00:00Z");
const MORNING = new Date("2026-01-01T09:00:00Z");

/** How somebody comes. */
export interface VisitorOptions extends BrowserContextOptions {
  /** The page's clock stands still and moves by `passes` alone. */
  readonly frozen?: boolean;
  /** Runs in the page before its own script. */
  readonly script?: string;
  /** Told of the page before it opens anything. */
  readonly watch?: (page: Page) => void;
}

/** One person in a browser context of their own. */
export class Visitor implements AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly checkbox: Locator;
  readonly interests: Locator;
  readonly message: Locator;
  readonly log: Locator;
  /** The words of every message in the log, in order. */
  readonly bubbles: Locator;

  private constructor(page: Page) {
    this.page = page;
    this.context = page.context();
    this.checkbox = page.getByRole("checkbox", { name: "I am 18 or older", exact: true });
    this.interests = page.getByRole("textbox", { name: "Interests", exact: true });
    this.message = page.getByRole("textbox", { name: "Message", exact: true });
    this.log = page.getByRole("log");
    this.bubbles = this.log.locator(".message p");
  }

  /** Opens the page in a fresh context. */
  static async open(
    browser: Browser,
    site: string,
    options: VisitorOptions = {},
  ): Promise<Visitor> {
    const { frozen = false, script, watch, ...rest } = options;
    const context = await browser.newContext({ locale: "en-GB", ...rest });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    watch?.(page);
    if (script !== undefined) await page.addInitScript(script);
    if (frozen) await page.clock.install({ time: DAWN });
    await page.goto(site);
    if (frozen) await page.clock.pauseAt(MORNING);
    return new Visitor(page);
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  async press(name: string): Promise<void> {
    await this.button(name).click();
  }

  async key(key: string): Promise<void> {
    await this.page.keyboard.press(key);
  }

  async confirm(): Promise<void> {
    await this.checkbox.check();
  }

  async likes(interests: string): Promise<void> {
    await this.interests.fill(interests);
    await this.interests.press("Enter");
  }

  /** Confirms, starts, and is on the way to somebody. */
  async search(): Promise<void> {
    await this.confirm();
    await this.press("Start text chat");
  }

  /** The same for a call: sees oneself first, and then starts. */
  async searchForVideo(): Promise<void> {
    await this.confirm();
    await this.press("Start video chat");
    await this.sees(PREVIEW);
    await this.press("Start video chat");
  }

  /** Waits for a chat to begin. */
  async meets(): Promise<void> {
    await this.reads(CHATTING);
  }

  /** Presses keys in the message box. */
  async types(text: string): Promise<void> {
    await this.message.pressSequentially(text);
  }

  async say(text: string): Promise<void> {
    await this.message.fill(text);
    await this.message.press("Enter");
  }

  /**
   * Leaves a chat with the two presses that it takes, both in the page at one go: on a busy machine the question would be
   * withdrawn, after three seconds, before the second press came from here.
   */
  async leave(): Promise<void> {
    await this.button("Stop").waitFor();
    await this.evaluate(
      `{ const stop = document.getElementById("stop"); stop.click(); stop.click(); }`,
    );
    await this.reads(YOU_LEFT);
  }

  /** Waits for a text anywhere on the page. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Waits until a text is gone from the page. */
  async loses(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor({ state: "hidden" });
  }

  /** Waits for a line of the log. */
  async reads(text: string): Promise<void> {
    await this.log.getByText(text, { exact: true }).first().waitFor();
  }

  /** Waits for a message from the stranger. */
  async hears(text: string): Promise<void> {
    const bubble = this.log.locator(".message.stranger p").filter({ hasText: text });
    await bubble.first().waitFor();
  }

  /** What stands in the log, exactly as it is in the document. */
  async messages(): Promise<string[]> {
    return await this.bubbles.allTextContents();
  }

  /** Asserts which messages there are: these, in this order, each once. */
  async hasMessages(...expected: string[]): Promise<void> {
    deepEqual(await this.messages(), expected);
  }

  /** Asserts how often a line stands in the log. */
  async readsTimes(text: string, times: number): Promise<void> {
    equal(await this.log.getByText(text, { exact: true }).count(), times);
  }

  /** Waits until something has the focus of its page; which window has that of the screen is not ours to say. */
  async isAt(target: Locator): Promise<void> {
    await until(() =>
      target.evaluate((element) => element === element.ownerDocument.activeElement)
    );
  }

  /** Looks at something else, or back at the page. */
  async looks(focused: boolean): Promise<void> {
    const type = focused ? "focus" : "blur";
    await this.page.evaluate(
      `document.hasFocus = () => ${focused}; dispatchEvent(new Event("${type}"))`,
    );
  }

  /** Lets time go by on a frozen page, and what falls due in it happen. */
  async passes(ms: number): Promise<void> {
    await this.page.clock.runFor(ms);
  }

  /** Waits until an expression holds in the page, which lets no library evaluate text by itself later. */
  async until(expression: string): Promise<void> {
    await until(() => this.evaluate<boolean>(expression));
  }

  async evaluate<T>(expression: string): Promise<T> {
    return await this.page.evaluate(expression) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}
