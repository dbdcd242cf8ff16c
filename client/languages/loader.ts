/**
 * Another language than the page came in. All that there are come as one resource, so that the request, which is the
 * same whichever is chosen, tells nobody the choice (promise P3); only the chosen one is kept.
 *
 * Until it has come the page speaks on as before, says that it can't yet, and tries again. A catalogue is good only for
 * the page that it was built with; both have the page's own language, by which they are recognised. A page that is older
 * than the server's words waits for ever, so each time it waits twice as long.
 */

import type { Language } from "./language.ts";
import type { Words } from "./catalogue.ts";

/** How long after the first failure it is tried again, in milliseconds. */
export const RETRY_INTERVAL = 5_000;

/** What a translator needs from the world, and whom it tells. */
export interface LanguageLoaderOptions {
  /** The language that the page came in. */
  readonly own: Language;
  /** Asks for the words of every language, by its code. */
  readonly ask: () => Promise<Readonly<Record<string, Words>>>;
  readonly later: (ms: number, task: () => void) => void;
  readonly onLanguage: (language: Language) => void;
  readonly onFailed: () => void;
}

/** Sees to it that the page comes to speak what was chosen last. */
export class LanguageLoader {
  readonly #options: LanguageLoaderOptions;
  #chosen: string;
  /** How often something has been chosen: what was asked for before is nobody's wish any more. */
  #choices = 0;

  constructor(options: LanguageLoaderOptions) {
    this.#options = options;
    this.#chosen = options.own.code;
  }

  /** Speaks this language as soon as possible. */
  choose(code: string): void {
    if (code === this.#chosen) return;
    this.#chosen = code;
    this.#choices++;
    const { own, onLanguage } = this.#options;
    if (code === own.code) onLanguage(own);
    else this.#load(code);
  }

  async #load(code: string, wait = RETRY_INTERVAL): Promise<void> {
    const { own, ask, later, onLanguage, onFailed } = this.#options;
    const choice = this.#choices;
    const all = await ask().catch(() => undefined);
    if (choice !== this.#choices) return;
    const words = all?.[code];
    const fits = JSON.stringify(all?.[own.code]) === JSON.stringify(own.words);
    if (words && fits) return onLanguage({ code, words, locale: code });
    onFailed();
    later(wait, () => choice === this.#choices && this.#load(code, wait * 2));
  }
}
