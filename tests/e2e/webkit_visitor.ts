/** A visitor in WebKit. */

import { waitUntil } from "../support/wait_until.ts";
import { AnyVisitor } from "./visitor.ts";
import type { WebKit, WebKitWindow } from "./webkit.ts";
import { type WebKitLocator, WebKitPage } from "./webkit_page.ts";

export class WebKitVisitor extends AnyVisitor {
  declare readonly page: WebKitPage;
  readonly #giveBack: () => Promise<void>;

  private constructor(window: WebKitWindow, giveBack: () => Promise<void>) {
    super(new WebKitPage(window.session));
    this.#giveBack = giveBack;
  }

  /** Opens the page in a separate window. */
  static async open(browser: WebKit, site: string): Promise<WebKitVisitor> {
    const window = await browser.take();
    await window.session.navigate(site);
    return new WebKitVisitor(window, async () => {
      await window.session.navigate(new URL("/privacy", site).href);
      browser.giveBack(window);
    });
  }

  override async isAt(target: WebKitLocator): Promise<void> {
    await waitUntil(() => target.isFocused());
  }

  /** Leaves the chat for a page without a script. It is on the same site, because another would start a new process. */
  override async [Symbol.asyncDispose](): Promise<void> {
    await this.#giveBack();
  }
}
