/** Something that exists once in every language, made when it is first asked for. */

import { preferredLanguage } from "./language.ts";
import type { HttpRequest } from "./message.ts";

/** One of each language. */
export class Localized<L extends { readonly code: string }, T> {
  readonly #languages: ReadonlyMap<string, L>;
  readonly #codes: readonly string[];
  readonly #make: (language: L) => T;
  readonly #made = new Map<string, T>();

  /** The first language is that of who asks for none of them. */
  constructor(languages: readonly L[], make: (language: L) => T) {
    this.#codes = languages.map(({ code }) => code);
    this.#languages = new Map(languages.map((language) => [language.code, language]));
    this.#make = make;
  }

  /** The one for whoever asks. */
  for({ header }: HttpRequest): T {
    const code = preferredLanguage(header("accept-language"), this.#codes)!;
    const made = this.#made.get(code) ?? this.#make(this.#languages.get(code)!);
    this.#made.set(code, made);
    return made;
  }
}
