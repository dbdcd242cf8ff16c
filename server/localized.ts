/** Something that exists once in every language, made when it is first asked for. */

import { preferredLanguage } from "./accept_language.ts";
import type { HttpRequest } from "./reply.ts";

/** One of each language. */
export class Localized<L extends { readonly code: string }, T> {
  readonly #languages: readonly L[];
  readonly #make: (language: L) => T;
  readonly #made = new Map<L, T>();

  /** The first language is that of who asks for none of them. */
  constructor(languages: readonly L[], make: (language: L) => T) {
    this.#languages = languages;
    this.#make = make;
  }

  /** The one for whoever asks. */
  for({ header }: HttpRequest): T {
    const codes = this.#languages.map(({ code }) => code);
    const code = preferredLanguage(header("accept-language"), codes);
    const language = this.#languages.find((one) => one.code === code) ?? this.#languages[0]!;
    const made = this.#made.get(language) ?? this.#make(language);
    this.#made.set(language, made);
    return made;
  }
}
