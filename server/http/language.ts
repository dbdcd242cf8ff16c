/**
 * Selects the language a browser prefers (RFC 9110 section 12.5.4): the available language with the highest weight. Of
 * equal weights, the first in the header wins. A range such as `pt-PT` matches by its language alone (RFC 4647 section
 * 3.4). `*` matches the first available language that the header doesn't refuse.
 */

import type { HttpRequest } from "./message.ts";
import { type Preference, preferences } from "./preferences.ts";

/** Maximum number of characters of a header that are read. Browsers send a tenth of it. */
export const MAX_HEADER_LENGTH = 500;

/** A language range, without its region or script. */
const RANGE = /^([a-z]{1,8}|\*)(?:-[a-z\d-]*)?$/;

/** A value that exists once per language and is created on first use. */
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

/** The preferred one of `codes`. The first one is the default. */
export function preferredLanguage<T extends string>(
  header: string | undefined,
  codes: readonly T[],
): T | undefined {
  const ranges = preferences(header?.slice(0, MAX_HEADER_LENGTH)).map(withoutRegion);
  const refused = new Set(ranges.filter(({ weight }) => weight === 0).map(({ name }) => name));
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { name } of wanted) {
    const found = codes.find((code) => name === "*" ? !refused.has(code) : code === name);
    if (found !== undefined) return found;
  }
  return codes[0];
}

/** The name of a range that is invalid becomes "", which no language has. */
function withoutRegion({ name, weight }: Preference): Preference {
  return { name: RANGE.exec(name)?.[1] ?? "", weight };
}
