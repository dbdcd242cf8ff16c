/** A visitor who reads the page in another language. */

import type { Locator } from "playwright-core";
import { CATALOGUES } from "../../client/languages/all.ts";
import type { Words } from "../../client/languages/catalogue.ts";
import type { SiteFixture } from "./site_fixture.ts";
import type { Visitor, VisitorOptions } from "./visitor.ts";

export class Speaker {
  readonly visitor: Visitor;
  /** The page's texts in this language. */
  words: Words;

  private constructor(visitor: Visitor, words: Words) {
    this.visitor = visitor;
    this.words = words;
  }

  /** Opens the page with a browser of this locale. */
  static async enter(
    fixture: SiteFixture,
    locale: string,
    options: VisitorOptions = {},
  ): Promise<Speaker> {
    const visitor = await fixture.enter({ locale, ...options });
    return new Speaker(visitor, wordsOf(locale.slice(0, 2)));
  }

  get menu(): Locator {
    return this.visitor.page.getByRole("combobox", { name: this.words.Language, exact: true });
  }

  get checkbox(): Locator {
    return this.visitor.page.getByRole("checkbox", { name: this.words.Adult, exact: true });
  }

  get message(): Locator {
    return this.visitor.page.getByRole("textbox", { name: this.words.Message, exact: true });
  }

  /** Chooses another language, and waits until the page shows it. */
  async choose(code: string): Promise<void> {
    await this.menu.selectOption(code);
    await this.visitor.page.locator(`html[lang=${code}]`).waitFor();
    this.words = wordsOf(code);
  }

  async press(name: string): Promise<void> {
    await this.visitor.press(name);
  }

  async search(): Promise<void> {
    await this.checkbox.check();
    await this.press(this.words.StartText);
  }

  async meets(): Promise<void> {
    await this.visitor.reads(this.words.Notices.began);
  }

  async say(text: string): Promise<void> {
    await this.message.fill(text);
    await this.message.press("Enter");
  }

  async leave(): Promise<void> {
    await this.press(this.words.Stop.talking);
    await this.press(this.words.Stop.asking);
    await this.visitor.reads(this.words.Notices["you-left"]);
  }
}

function wordsOf(code: string): Words {
  const catalogue = CATALOGUES[code];
  if (catalogue === undefined) throw new Error(`Cannot speak ${code}: there is no catalogue`);
  return catalogue.words;
}
