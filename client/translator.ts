/**
 * Another language than the page came in. All that there are come as one resource, so that the request, which is the
 * same whichever is chosen, tells nobody the choice (promise P3); only the chosen one is kept.
 *
 * Until it has come the page speaks on as before, says that it can't yet, and tries again. A catalogue is good only for
 * the page that it was built with; both have the page's own language, by which they are recognised.
 */

import type { Language } from "./language.ts";
import type { Words } from "./languages/catalogue.ts";

/** How long after a failure it is tried again, in milliseconds. */
export const RETRY_INTERVAL = 5_000;

/** What a translator needs from the world, and whom it tells. */
export interface TranslatorOptions {
  /** The language that the page came in. */
  readonly own: Language;
  /** Asks for the words of every language, by its code. */
  readonly ask: () => Promise<Readonly<Record<string, Words>>>;
  readonly later: (ms: number, task: () => void) => void;
  readonly onLanguage: (language: Language) => void;
  readonly onFailed: () => void;
}

/** Sees to it that the page comes to speak what was chosen last. */
export class Translator {
  readonly #options: TranslatorOptions;
  #chosen: string;

  constructor(options: TranslatorOptions) {
    this.#options = options;
    this.#chosen = options.own.code;
  }

  /** Speaks this language as soon as possible. */
  choose(code: string): void {
    if (code === this.#chosen) return;
    this.#chosen = code;
    const { own, onLanguage } = this.#options;
    if (code === own.code) onLanguage(own);
    else this.#load(code);
  }

  async #load(code: string): Promise<void> {
    const { own, ask, later, onLanguage, onFailed } = this.#options;
    const all = await ask().catch(() => undefined);
    if (code !== this.#chosen) return;
    const words = all?.[code];
    const fits = JSON.stringify(all?.[own.code]) === JSON.stringify(own.words);
    if (words && fits) return onLanguage({ code, words, manner: code });
    onFailed();
    later(RETRY_INTERVAL, () => code === this.#chosen && this.#load(code));
  }
}
