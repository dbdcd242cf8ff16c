/**
 * A visitor on the page: what they do and what they see. Everything is waited for, and nothing sleeps.
 *
 * {@linkcode AnyVisitor} is a visitor in any engine. {@linkcode Visitor} is one in Chromium or Firefox, where tests can
 * do whatever Playwright can.
 */

import { deepEqual, equal } from "node:assert/strict";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";
import { en } from "../../client/languages/en.ts";
import { FIRST_DELAY } from "../../client/net/connection.ts";
import { GRACE } from "../../client/state/grace.ts";
import { waitUntil } from "../support/wait_until.ts";
import type { ElementLocator, PageDriver } from "./page_driver.ts";

/** The line in the log when a chat begins. */
export const CHATTING = "You're now chatting with a random stranger.";
/** What follows it between two visitors whose browsers report the same language. */
export const SPEAKING = "You both speak English.";
/** The line in the log when the partner has left. */
export const STRANGER_LEFT = "Stranger has disconnected.";
/** The line in the log when this visitor has left. */
export const YOU_LEFT = "You have disconnected.";
/** Shown while searching. */
export const LOOKING = "Looking for someone…";
/** Shown above one's own picture before a call. */
export const PREVIEW = en.words.HowYouLook;
/** Shown while the partner types. */
export const TYPING = "Stranger is typing…";
/** Shown whenever the page waits for the server. */
export const UNREACHABLE = en.words.Unreachable;

/** The time limit for anything to happen, in milliseconds. Long enough for a busy machine. */
const PATIENCE = 60_000;
/** When a page with a frozen clock is opened, and where its clock is paused. */
const DAWN = new Date("2026-01-01T08:00:00Z");
const MORNING = new Date("2026-01-01T09:00:00Z");

/** One visitor, whose page is separate from all others. */
export abstract class AnyVisitor implements AsyncDisposable {
  readonly page: PageDriver;
  readonly checkbox: ElementLocator;
  readonly interests: ElementLocator;
  readonly message: ElementLocator;
  readonly log: ElementLocator;
  /** The text of every message in the log, in order. */
  readonly bubbles: ElementLocator;

  protected constructor(page: PageDriver) {
    this.page = page;
    this.checkbox = page.getByRole("checkbox", { name: "I am 18 or older", exact: true });
    this.interests = page.getByRole("textbox", { name: "Interests", exact: true });
    this.message = page.getByRole("textbox", { name: "Message", exact: true });
    this.log = page.getByRole("log");
    this.bubbles = this.log.locator(".message p");
  }

  button(name: string): ElementLocator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Presses a button as a person does, who sees it before they press it. */
  async press(name: string): Promise<void> {
    await this.button(name).waitFor();
    await this.settles();
    await this.button(name).click();
  }

  /** Lets the time pass in which the page ignores presses, because something has just changed. */
  async settles(): Promise<void> {
    await this.evaluate(`new Promise((done) => setTimeout(done, ${GRACE}))`);
  }

  /** Presses a key. Enter and Escape act as buttons do. */
  async key(key: string): Promise<void> {
    if (key === "Enter" || key === "Escape") await this.settles();
    await this.page.keyboard.press(key);
  }

  async confirm(): Promise<void> {
    await this.checkbox.check();
  }

  async likes(interests: string): Promise<void> {
    await this.interests.fill(interests);
    await this.interests.press("Enter");
  }

  /** Confirms the age and starts a search. */
  async search(): Promise<void> {
    await this.confirm();
    await this.press("Start text chat");
  }

  /** Waits for a chat to begin. If none does, the error says what the page shows instead. */
  async meets(): Promise<void> {
    await this.reads(CHATTING).catch(async (cause) => {
      const screen = await this.page.locator("body").innerText();
      throw new Error(`Cannot meet anyone: the page shows ${JSON.stringify(screen)}`, { cause });
    });
  }

  /** Types into the message box, key by key. */
  async types(text: string): Promise<void> {
    await this.message.pressSequentially(text);
  }

  async say(text: string): Promise<void> {
    await this.message.fill(text);
    await this.message.press("Enter");
  }

  /** Leaves a chat with the required two presses. */
  async leave(): Promise<void> {
    await this.press("Stop");
    await this.press("Really stop?");
    await this.reads(YOU_LEFT);
  }

  /** Chooses a language on any screen, also where the menu is hidden, and waits until the page shows it. */
  async chooseLanguage(code: string): Promise<void> {
    await this.evaluate(`((menu) => {
      menu.value = "${code}";
      menu.dispatchEvent(new Event("change"));
    })(document.getElementById("language"))`);
    await this.page.locator(`html[lang=${code}]`).waitFor();
  }

  /** Waits for a text anywhere on the page. */
  async sees(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor();
  }

  /** Waits until a text is gone from the page. */
  async loses(text: string | RegExp): Promise<void> {
    await this.page.getByText(text).first().waitFor({ state: "hidden" });
  }

  /** Waits for a line in the log. */
  async reads(text: string): Promise<void> {
    await this.log.getByText(text, { exact: true }).first().waitFor();
  }

  /** Waits for a message from the partner. */
  async hears(text: string): Promise<void> {
    const bubble = this.log.locator(".message.incoming p").filter({ hasText: text });
    await bubble.first().waitFor();
  }

  /** The messages in the log, exactly as in the document. */
  async messages(): Promise<string[]> {
    return await this.bubbles.allTextContents();
  }

  /** Asserts that the log contains exactly these messages, in this order. */
  async hasMessages(...expected: string[]): Promise<void> {
    deepEqual(await this.messages(), expected);
  }

  /** Asserts how often a line is in the log. */
  async readsTimes(text: string, times: number): Promise<void> {
    equal(await this.log.getByText(text, { exact: true }).count(), times);
  }

  /**
   * Waits until an element has the focus within its page. Which window has the system's focus is beyond our control.
   */
  abstract isAt(target: ElementLocator): Promise<void>;

  /** Moves the focus away from the page, or back to it. */
  async looks(focused: boolean): Promise<void> {
    const type = focused ? "focus" : "blur";
    await this.page.evaluate(
      `document.hasFocus = () => ${focused}; dispatchEvent(new Event("${type}"))`,
    );
  }

  /** Waits until an expression holds in the page. Its policy blocks Playwright's own polling, which uses `eval`. */
  async until(expression: string): Promise<void> {
    await waitUntil(() => this.evaluate<boolean>(expression));
  }

  async evaluate<T>(expression: string): Promise<T> {
    return await this.page.evaluate(expression) as T;
  }

  abstract [Symbol.asyncDispose](): Promise<void>;
}

export interface VisitorOptions extends BrowserContextOptions {
  /** Freezes the page's clock. Only `passes` moves it. */
  readonly frozen?: boolean;
  /** Runs in the page before its own script. */
  readonly script?: string;
  /** Called with the page before it loads anything. */
  readonly watch?: (page: Page) => unknown;
}

/** One visitor in Chromium or Firefox, in a separate browser context. */
export class Visitor extends AnyVisitor {
  declare readonly page: Page;
  declare readonly checkbox: Locator;
  declare readonly interests: Locator;
  declare readonly message: Locator;
  declare readonly log: Locator;
  declare readonly bubbles: Locator;
  readonly context: BrowserContext;

  readonly #frozen: boolean;

  private constructor(page: Page, frozen: boolean) {
    super(page);
    this.#frozen = frozen;
    this.context = page.context();
  }

  /** Opens the page in a new context. */
  static async open(
    browser: Browser,
    site: string,
    options: VisitorOptions = {},
  ): Promise<Visitor> {
    const { frozen = false, script, watch, ...rest } = options;
    const context = await browser.newContext({ locale: "en-GB", ...rest });
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    await watch?.(page);
    if (script !== undefined) await page.addInitScript(script);
    if (frozen) await page.clock.install({ time: DAWN });
    await page.goto(site);
    if (frozen) await pause(page);
    return new Visitor(page, frozen);
  }

  /** Opens the page in another tab of the same browser. */
  async openTab(): Promise<Visitor> {
    const page = await this.context.newPage();
    await page.goto(this.page.url());
    return new Visitor(page, false);
  }

  override button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** The same for a video chat: checks the preview first, then starts. */
  async searchForVideo(): Promise<void> {
    await this.confirm();
    await this.press("Start video chat");
    await this.sees(PREVIEW);
    await this.press("Start video chat");
  }

  override async isAt(target: Locator): Promise<void> {
    await waitUntil(() =>
      target.evaluate((element) => element === element.ownerDocument.activeElement)
    );
  }

  override async settles(): Promise<void> {
    if (this.#frozen) await this.passes(GRACE);
    else await super.settles();
  }

  /** Advances a frozen clock, and runs the timers that become due. */
  async passes(ms: number): Promise<void> {
    await this.page.clock.runFor(ms);
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
  }
}

/** Pauses the clock. The leap may end the page's first attempt to connect, so there is time for the second one. */
async function pause(page: Page): Promise<void> {
  await page.clock.pauseAt(MORNING);
  await page.clock.runFor(FIRST_DELAY);
}
