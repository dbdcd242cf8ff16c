/**
 * The languages that people speak, which a search may name (`find` in the protocol).
 *
 * The browser reports tags such as "de-AT" or "zh-TW" with every request. A region doesn't decide whether two people
 * understand each other, so it is removed. A script that the language isn't usually written in does, and stays:
 * "zh-TW" is "zh-Hant", and "zh-CN" is "zh". The browser's own data (CLDR) says which script a tag stands for.
 */

import { isSpokenLanguage, MAX_LANGUAGES } from "../../protocol.ts";
import type { Language } from "./language.ts";

/**
 * What the page offers: the languages at the modern level of CLDR 47 (`coverageLevels.json`). Its "nn" is part of "no",
 * and the two scripts of Chinese are separate.
 */
export const OFFERED_LANGUAGES: readonly string[] =
  "af am ar as az be bg bn bs ca chr cs cy da de dsb el en es et eu fa fi fil fr ga gd gl gu ha he hi hr hsb ht hu hy id ig is it ja jv ka kk km kn ko kok ky lo lt lv mk ml mn mr ms my ne nl no or pa pcm pl ps pt ro ru sd si sk sl so sq sr sv sw ta te th ti tk tr uk ur uz vi yo yue zh zh-Hant zu"
    .split(" ");

/** The languages of tags that a browser reports, best first. Invalid tags are skipped. */
export function spokenLanguages(tags: readonly string[]): string[] {
  return [...new Set(tags.flatMap(spokenLanguage))].slice(0, MAX_LANGUAGES);
}

function spokenLanguage(tag: string): string[] {
  try {
    const { language, script } = new Intl.Locale(tag).maximize();
    const spoken = language.replace(/^n[bn]$/, "no"); // The two ways to write Norwegian.
    const isUsual = script === new Intl.Locale(language).maximize().script;
    return [isUsual ? spoken : `${spoken}-${script}`].filter(isSpokenLanguage);
  } catch {
    return []; // Not a tag.
  }
}

/** The names that languages call themselves. If the browser doesn't know one, the page's language has another. */
export function ownNames({ code }: Language, tags: readonly string[]): string[] {
  return tags.map((tag) => new Intl.DisplayNames([tag, code], { type: "language" }).of(tag) ?? tag);
}

/** What the page offers besides what is `chosen`: tags and names, in the order of the page's language. */
export function offeredLanguages(
  { code }: Language,
  chosen: readonly string[],
): [tag: string, name: string][] {
  const names = new Intl.DisplayNames(code, { type: "language" });
  const { compare } = new Intl.Collator(code);
  return OFFERED_LANGUAGES.filter((tag) => !chosen.includes(tag))
    .map((tag): [string, string] => [tag, names.of(tag) ?? tag])
    .sort(([, a], [, b]) => compare(a, b));
}
