/**
 * The first page in a language. The build makes it once, with marks such as `<!--lead-->` where words stand, and the
 * words of every language beside it; they are put together here. What the app says travels as data that nothing
 * executes, so the script, its hash and with it the policy of the page are the same in every language.
 */

import type { Page } from "../http/message.ts";

/** A language, as the build makes it. */
export interface BuiltLanguage {
  /** BCP 47. */
  readonly code: string;
  /** Plain text for every mark. */
  readonly texts: Readonly<Record<string, string>>;
  /** What the app says, in the order that its script knows. */
  readonly words: unknown;
  /** That a page is in English only; "" in English. */
  readonly englishOnly: string;
}

/** The first page in a language. */
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
