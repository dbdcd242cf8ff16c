/** A value that exists once per language and is created on first use. */

import { preferredLanguage } from "./language.ts";
import type { HttpRequest } from "./message.ts";

/** One `T` per language. */
export class Localized<L extends { readonly code: string }, T> {
  readonly #languages: ReadonlyMap<string, L>;
  readonly #codes: readonly string[];
  readonly #make: (language: L) => T;
  readonly #made = new Map<string, T>();

  /** The first language is the default. */
  constructor(languages: readonly L[], make: (language: L) => T) {
    this.#codes = languages.map(({ code }) => code);
    this.#languages = new Map(languages.map((language) => [language.code, language]));
    this.#make = make;
  }

  /** The value in the language that the request prefers. */
  for({ header }: HttpRequest): T {
    const code = preferredLanguage(header("accept-language"), this.#codes)!;
    const made = this.#made.get(code) ?? this.#make(this.#languages.get(code)!);
    this.#made.set(code, made);
    return made;
  }
}
