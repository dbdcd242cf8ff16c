/** A page in WebKit, with the part of Playwright's interface that tests in every engine use. */

import type { ElementLocator, Keyboard, PageDriver, Role } from "./page_driver.ts";
import { FINDER, type Step } from "./page_finder.ts";
import {
  type ElementReference,
  type KeyAction,
  WebDriverError,
  type WebDriverSession,
} from "./webdriver.ts";

/** Keys that don't type a character. */
const KEYS: Readonly<Record<string, string>> = {
  Enter: "\uE007",
  Escape: "\uE00C",
  Shift: "\uE008",
  Tab: "\uE004",
};

/** The time limit for anything to happen in the page, in milliseconds. */
const PATIENCE = 60_000;

/** Errors of a moment, such as an element that is about to be replaced. */
const PASSING = [
  "stale element reference",
  "element not interactable",
  "element click intercepted",
];

export class WebKitPage implements PageDriver {
  readonly #session: WebDriverSession;
  readonly keyboard: Keyboard;

  constructor(session: WebDriverSession) {
    this.#session = session;
    this.keyboard = {
      press: (key) => session.keys(pressed(key)),
      type: (text) => this.#type(text),
    };
  }

  locator(selector: string): WebKitLocator {
    return new WebKitLocator(this.#session, this.keyboard, []).locator(selector);
  }

  getByText(text: string | RegExp, options?: { exact?: boolean }): WebKitLocator {
    return new WebKitLocator(this.#session, this.keyboard, []).getByText(text, options);
  }

  getByRole(role: Role, options?: { name?: string; exact?: boolean }): WebKitLocator {
    return new WebKitLocator(this.#session, this.keyboard, []).getByRole(role, options);
  }

  async evaluate(expression: string): Promise<unknown> {
    const script = `const done = arguments[0]; Promise.resolve(${expression}).then(done);`;
    return await this.#session.executeAsync(script) ?? undefined;
  }

  async #type(text: string): Promise<void> {
    await this.#session.keys([...text].flatMap((character) => pressed(character)));
  }
}

/** Goes down key by key, and up in the opposite order. */
function pressed(key: string): KeyAction[] {
  const values = key === "+" ? [key] : key.split("+").map((name) => KEYS[name] ?? name);
  return [
    ...values.map((value): KeyAction => ({ type: "keyDown", value })),
    ...values.toReversed().map((value): KeyAction => ({ type: "keyUp", value })),
  ];
}

export class WebKitLocator implements ElementLocator {
  readonly #session: WebDriverSession;
  readonly #keyboard: Keyboard;
  readonly #steps: readonly Step[];

  constructor(session: WebDriverSession, keyboard: Keyboard, steps: readonly Step[]) {
    this.#session = session;
    this.#keyboard = keyboard;
    this.#steps = steps;
  }

  locator(selector: string): WebKitLocator {
    return this.#then({ by: "css", selector });
  }

  getByText(text: string | RegExp, { exact = false } = {}): WebKitLocator {
    if (typeof text === "string") return this.#then({ by: "text", text, exact });
    return this.#then({ by: "pattern", source: text.source, flags: text.flags });
  }

  getByRole(
    role: Role,
    { name, exact = false }: { name?: string; exact?: boolean } = {},
  ): WebKitLocator {
    return this.#then({ by: "role", role, name: name ?? null, exact });
  }

  filter({ hasText }: { hasText: string }): WebKitLocator {
    return this.#then({ by: "hasText", text: hasText });
  }

  nth(index: number): WebKitLocator {
    return this.#then({ by: "nth", index });
  }

  first(): WebKitLocator {
    return this.nth(0);
  }

  last(): WebKitLocator {
    return this.nth(-1);
  }

  async count(): Promise<number> {
    return await this.#ask<number>("found.length");
  }

  async allTextContents(): Promise<string[]> {
    return await this.#ask<string[]>("found.map((element) => element.textContent)");
  }

  async waitFor(
    { state = "visible" }: { state?: "visible" | "hidden" | "detached" } = {},
  ): Promise<void> {
    const condition = {
      visible: "found.length > 0 && isShown(found[0])",
      hidden: "!found.some(isShown)",
      detached: "found.length === 0",
    }[state];
    await this.#until(condition);
  }

  async click({ force = false } = {}): Promise<void> {
    const ready = force ? "found[0]" : "isShown(found[0]) && !isDisabled(found[0]) && found[0]";
    await this.#act(ready, (element) => this.#session.click(element));
  }

  async check(): Promise<void> {
    if (!await this.isChecked()) await this.click();
    await this.#until("found[0]?.checked");
  }

  /** Replaces the text by one input event, as Playwright does. */
  async fill(text: string): Promise<void> {
    await this.#ofOne(
      `(one.focus(), one.select(), ${
        text === ""
          ? `document.execCommand("delete")`
          : `document.execCommand("insertText", false, ${JSON.stringify(text)})`
      })`,
    );
  }

  async press(key: string): Promise<void> {
    await this.#ofOne("one.focus()");
    await this.#keyboard.press(key);
  }

  async pressSequentially(text: string): Promise<void> {
    await this.#ofOne("one.focus()");
    await this.#keyboard.type(text);
  }

  async innerText(): Promise<string> {
    return await this.#ofOne<string>("one.innerText");
  }

  async inputValue(): Promise<string> {
    return await this.#ofOne<string>("one.value");
  }

  async getAttribute(name: string): Promise<string | null> {
    return await this.#ofOne<string | null>(`one.getAttribute(${JSON.stringify(name)})`);
  }

  async isDisabled(): Promise<boolean> {
    return await this.#ofOne<boolean>("isDisabled(one)");
  }

  async isEnabled(): Promise<boolean> {
    return !await this.isDisabled();
  }

  async isChecked(): Promise<boolean> {
    return await this.#ofOne<boolean>("one.checked");
  }

  /** Whether the element has the focus within its page. */
  async isFocused(): Promise<boolean> {
    return await this.#ofOne<boolean>("one === document.activeElement");
  }

  async boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null> {
    return await this.#ofOne("one.getBoundingClientRect().toJSON()");
  }

  #then(step: Step): WebKitLocator {
    return new WebKitLocator(this.#session, this.#keyboard, [...this.#steps, step]);
  }

  /** Evaluates an expression about the elements that are there now. */
  async #ask<T>(expression: string): Promise<T> {
    return await this.#session.execute(`${FINDER}; return ${expression}`, this.#steps) as T;
  }

  /** Evaluates an expression about the only element, as soon as it is there. */
  async #ofOne<T>(expression: string): Promise<T> {
    await this.#until("found.length > 0");
    return await this.#ask<T>(`((one) => ${expression})(only(found))`);
  }

  /** Waits in the page, since a question from here costs more than a check there. */
  async #until(condition: string): Promise<void> {
    const script = `const [steps, patience, done] = arguments;
      const holds = function () { ${FINDER}; return ${condition}; };
      const end = performance.now() + patience;
      const look = () => {
        if (holds(steps)) done(true);
        else if (performance.now() > end) done(false);
        else setTimeout(look, 20);
      };
      look();`;
    if (await this.#session.executeAsync(script, this.#steps, PATIENCE)) return;
    throw new Error(`Cannot continue at ${JSON.stringify(this.#steps)}: ${condition}`);
  }

  /** Acts on the only element once it is ready. Tries again if the page changes meanwhile. */
  async #act(ready: string, action: (element: ElementReference) => Promise<void>): Promise<void> {
    for (let tries = 0;; tries++) {
      await this.#until(`found.length > 0 && ${ready}`);
      try {
        return await action(await this.#ask<ElementReference>("only(found)"));
      } catch (error) {
        const isPassing = error instanceof WebDriverError && PASSING.includes(error.code);
        if (!isPassing || tries === MOST_TRIES) throw error;
      }
    }
  }
}

/** How often a page may change just before a click. */
const MOST_TRIES = 50;
