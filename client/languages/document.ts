/**
 * The document around the app. The build and the server made it in the browser's language, and it follows the language
 * of the app.
 */

import type { Language } from "./language.ts";
import type { Words } from "./catalogue.ts";

/**
 * The language that the page was served in. Its texts are embedded in the page as JSON. They are as trustworthy as its
 * code, so they are not checked.
 */
export function ownLanguage(): Language {
  const words: Words = JSON.parse(document.getElementById("words")!.textContent!);
  return { code: document.documentElement.lang, words, locale: undefined };
}

export function languageMenu(): HTMLSelectElement {
  return document.getElementById("language") as HTMLSelectElement;
}

export function themeButton(): HTMLButtonElement {
  return document.getElementById("theme") as HTMLButtonElement;
}

/** Translates the document around the app. */
export function translateDocument({ code, words }: Language): void {
  Object.assign(document.documentElement, { lang: code, dir: words.Direction });
  languageMenu().ariaLabel = words.Language;
  themeButton().title = words.Dark;
  const links: Readonly<Record<string, string>> = words.Links;
  document.querySelector("nav")!.ariaLabel = links.label!;
  for (const link of document.querySelectorAll<HTMLAnchorElement>("nav a")) {
    link.textContent = links[link.pathname.slice(1)]!;
  }
}
