/**
 * Loads a language other than the one that the page was served in. All languages come as one resource. The request is
 * the same whichever one is chosen, so it doesn't reveal the choice (promise P3). Only the chosen language is kept.
 *
 * If it can't be loaded, the page keeps its present language, says so, and tries again. A catalogue fits only the page
 * that it was built with. Both contain the page's own language, so the loader compares that. A page older than the
 * server's texts would retry indefinitely, so each delay is twice as long as the one before.
 */

import type { Language } from "./language.ts";
import type { Words } from "./catalogue.ts";

/** Delay after the first failure, in milliseconds. */
export const RETRY_INTERVAL = 5_000;

export interface LanguageLoaderOptions {
  /** The language that the page was served in. */
  readonly own: Language;
  /** Requests the texts of every language, by code. */
  readonly ask: () => Promise<unknown>;
  readonly later: (ms: number, task: () => void) => void;
  readonly onLanguage: (language: Language) => void;
  readonly onFailed: () => void;
}

/** Loads the language that was chosen last. */
export class LanguageLoader {
  readonly #options: LanguageLoaderOptions;
  #chosen: string;
  /** The number of choices so far. The answer to an earlier request is discarded. */
  #choices = 0;

  constructor(options: LanguageLoaderOptions) {
    this.#options = options;
    this.#chosen = options.own.code;
  }

  /** Changes to this language as soon as it is loaded. */
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
    const answer = await ask().catch(() => undefined);
    if (choice !== this.#choices) return;
    const words = readWords(answer, code, own);
    if (words !== undefined) return onLanguage({ code, words, locale: code });
    onFailed();
    later(wait, () => choice === this.#choices && this.#load(code, wait * 2));
  }
}

/** Finds a language in an answer; `undefined` if it isn't there, or if the answer was built for another page. */
function readWords(answer: unknown, code: string, own: Language): Words | undefined {
  const { [own.code]: present, [code]: words } = Object(answer);
  const isOurs = JSON.stringify(present) === JSON.stringify(own.words);
  return isOurs && isComplete(words, own.words) ? words : undefined;
}

/** Whether a catalogue has everything that the page's own has. */
function isComplete(words: unknown, own: Words): words is Words {
  return Object.entries(own).every(([name, text]) => typeof Object(words)[name] === typeof text);
}
