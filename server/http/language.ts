/**
 * Selects the language a browser prefers (RFC 9110 section 12.5.4): the available language with the highest weight. Of
 * equal weights, the first in the header wins. `*` matches the first available language that the header doesn't refuse.
 *
 * A range such as `pt-PT` matches by its language alone (RFC 4647 section 3.4). Chinese is available in two scripts,
 * and most browsers name a region instead: `zh-TW` is written in the traditional script, `zh-SG` in the simplified one.
 * The Unicode CLDR lists the likely script of every region, and `Intl.Locale` knows that list.
 */

import type { HttpRequest } from "./message.ts";
import { preferences } from "./preferences.ts";

/** Maximum number of characters of a header that are read. Browsers send a tenth of it. */
export const MAX_HEADER_LENGTH = 500;

/** A language range. Its first part is the language. */
const RANGE = /^([a-z]{1,8}|\*)(?:-[a-z\d-]*)?$/;

/** A value that exists once per language and is created on first use. */
export class Localized<L extends { readonly code: string }, T> {
  readonly #languages: ReadonlyMap<string, L>;
  readonly #available: AvailableLanguages;
  readonly #make: (language: L) => T;
  readonly #made = new Map<string, T>();

  /** The first language is the default. */
  constructor(languages: readonly L[], make: (language: L) => T) {
    this.#available = new AvailableLanguages(languages.map(({ code }) => code));
    this.#languages = new Map(languages.map((language) => [language.code, language]));
    this.#make = make;
  }

  /** The value in the language that the request prefers. */
  for({ header }: HttpRequest): T {
    const code = this.#available.preferred(header("accept-language"));
    const made = this.#made.get(code) ?? this.#make(this.#languages.get(code)!);
    this.#made.set(code, made);
    return made;
  }
}

/** The languages to choose from. */
export class AvailableLanguages {
  readonly #codes: readonly string[];
  /** Codes with their scripts, by language. */
  readonly #byLanguage: ReadonlyMap<string, readonly [code: string, script: string | undefined][]>;

  /** The codes (BCP 47). The first one is the default. */
  constructor(codes: readonly string[]) {
    this.#codes = codes;
    const scripts = codes.map((code) => [code, scriptOf(code)] as [string, string | undefined]);
    this.#byLanguage = Map.groupBy(scripts, ([code]) => languageOf(code.toLowerCase()));
  }

  /** The code of the language that an Accept-Language header prefers. */
  preferred(header: string | undefined): string {
    const ranges = preferences(header?.slice(0, MAX_HEADER_LENGTH));
    const refused = new Set(
      ranges.filter(({ weight }) => weight === 0).map(({ name }) => this.#matching(name)),
    );
    const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
    for (const { name } of wanted) {
      const found = languageOf(name) === "*"
        ? this.#codes.find((code) => !refused.has(code))
        : this.#matching(name);
      if (found !== undefined) return found;
    }
    return this.#codes[0]!;
  }

  /** The language that a range matches. The script decides only where there are several. */
  #matching(range: string): string | undefined {
    const [first, ...others] = this.#byLanguage.get(languageOf(range)) ?? [];
    if (others.length === 0) return first?.[0];
    const wanted = scriptOf(range);
    const [code] = others.find(([, script]) => script === wanted) ?? first!;
    return code;
  }
}

/** The language of a range; "" if the range is invalid. Old devices still use the former code of Indonesian. */
function languageOf(range: string): string {
  const language = RANGE.exec(range)?.[1] ?? "";
  return language === "in" ? "id" : language;
}

/** The script of a tag, or the likely one if it names none; `undefined` if the tag is invalid. */
function scriptOf(tag: string): string | undefined {
  try {
    return new Intl.Locale(tag).maximize().script;
  } catch {
    return undefined;
  }
}
