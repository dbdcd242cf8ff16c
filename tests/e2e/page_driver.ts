/**
 * The part of Playwright's interface that tests in every engine use. Playwright's pages and locators implement it, and
 * so does {@linkcode WebKitPage}, for an engine that Playwright can't drive as Debian ships it.
 */

/** The roles that these tests look for. */
export type Role =
  | "alert"
  | "button"
  | "checkbox"
  | "img"
  | "link"
  | "list"
  | "log"
  | "region"
  | "textbox";

export interface Keyboard {
  /** Presses one key, or several at the same time, such as `Shift+Enter`. */
  press(key: string): Promise<void>;
  type(text: string): Promise<void>;
}

/** Where to find elements: in the page, or within other elements. */
export interface Scope {
  locator(selector: string): ElementLocator;
  getByText(text: string | RegExp, options?: { exact?: boolean }): ElementLocator;
  getByRole(role: Role, options?: { name?: string; exact?: boolean }): ElementLocator;
}

/** A page. */
export interface PageDriver extends Scope {
  readonly keyboard: Keyboard;
  evaluate(expression: string): Promise<unknown>;
}

/** How to find elements. They are looked up, and waited for, whenever one is used. */
export interface ElementLocator extends Scope {
  first(): ElementLocator;
  last(): ElementLocator;
  nth(index: number): ElementLocator;
  filter(options: { hasText: string }): ElementLocator;
  count(): Promise<number>;
  allTextContents(): Promise<string[]>;
  waitFor(options?: { state?: "visible" | "hidden" | "detached" }): Promise<void>;
  click(options?: { force?: boolean }): Promise<void>;
  check(): Promise<void>;
  fill(text: string): Promise<void>;
  press(key: string): Promise<void>;
  pressSequentially(text: string): Promise<void>;
  innerText(): Promise<string>;
  inputValue(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  isEnabled(): Promise<boolean>;
  isDisabled(): Promise<boolean>;
  isChecked(): Promise<boolean>;
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
}
