/**
 * The home page in a language. The build makes the page once, with marks such as `<!--lead-->` in place of text, and
 * the texts of every language separately. They are put together here. The words of the app are sent as data that is
 * never executed, so the script, its hash and the Content-Security-Policy are the same in every language.
 */

import type { Page } from "../http/message.ts";

/** A language, as built. */
export interface BuiltLanguage {
  /** BCP 47. */
  readonly code: string;
  /** Plain text for every mark. */
  readonly texts: Readonly<Record<string, string>>;
  /** The words of the app. The build decides their form, and only the app reads them. */
  readonly words: unknown;
  /** The note that a page is in English only; "" in English. */
  readonly englishOnly: string;
}

/** The home page in a language. */
export function homePage(page: Page, { texts, words }: BuiltLanguage): Page {
  const data = JSON.stringify(words).replaceAll("<", "\\u003c");
  const spoken = withTexts(page, texts);
  return { ...spoken, html: spoken.html.replace("<!--words-->", () => data) };
}

/** A page with its marks replaced; those without a text stay. */
export function withTexts(page: Page, texts: Readonly<Record<string, string>>): Page {
  const html = page.html.replace(
    /<!--(\w+)-->/g,
    (mark, name: string) => escaped(texts[name]) ?? mark,
  );
  return { ...page, html };
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", '"': "&quot;" };

function escaped(text: string | undefined): string | undefined {
  return text?.replace(/[&<"]/g, (character) => ENTITIES[character]!);
}
