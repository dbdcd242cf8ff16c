/** What stands around the app, in the language of the app: the build and the server made it in that of the browser. */

import type { Language } from "./language.ts";
import type { Words } from "./catalogue.ts";

/** The language that the page came in; its words travel in it as data. */
export function ownLanguage(): Language {
  const words: Words = JSON.parse(document.getElementById("words")!.textContent!);
  return { code: document.documentElement.lang, words, locale: undefined };
}

/** Where a language is chosen. */
export function languageMenu(): HTMLSelectElement {
  return document.getElementById("language") as HTMLSelectElement;
}

/** Has the whole document speak a language. */
export function translateDocument({ code, words }: Language): void {
  Object.assign(document.documentElement, { lang: code, dir: words.Direction });
  languageMenu().ariaLabel = words.Language;
  const links: Readonly<Record<string, string>> = words.Links;
  document.querySelector("nav")!.ariaLabel = links.label!;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a")) {
    link.textContent = links[link.pathname.slice(1)]!;
  }
}
