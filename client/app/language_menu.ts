/** The menu of languages, which lies outside the app: what is chosen there is loaded. */

import type { Language } from "../languages/language.ts";
import type { Event } from "../state/state.ts";
import { LANGUAGES_PATH } from "../../protocol.ts";
import { LanguageLoader } from "../languages/loader.ts";
import { languageMenu } from "../languages/document.ts";

export interface LanguageMenuOptions {
  /** The language that the page was served in. */
  readonly own: Language;
  readonly later: (ms: number, task: () => void) => void;
  readonly dispatch: (event: Event) => void;
}

export class LanguageMenu {
  readonly #element = languageMenu();
  readonly #own: Language;
  readonly #loader: LanguageLoader;

  constructor({ own, later, dispatch }: LanguageMenuOptions) {
    this.#own = own;
    this.#loader = new LanguageLoader({
      own,
      ask: async () => await (await fetch(LANGUAGES_PATH)).json(),
      later,
      onLanguage: (language) => dispatch({ type: "language", language }),
      onFailed: () => dispatch({ type: "language-failed" }),
    });
    this.#element.hidden = false;
    this.#element.onchange = () =>
      dispatch({ type: "prefer", change: { language: this.#element.value } });
  }

  /** Chooses the preferred language. The stored code may not exist in the menu. */
  choose(code: string): void {
    this.#element.value = code;
    this.#element.value ||= this.#own.code;
    this.#loader.choose(this.#element.value);
  }
}
