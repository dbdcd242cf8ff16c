/**
 * The frame of every page except the home page, and the page for a path that does not exist. The build makes the frame
 * in English, with places for a title and a body.
 */

import type { VNode } from "preact";
import { html, render } from "./markup.ts";
import type { Page } from "../http/message.ts";
import type { BuiltLanguage } from "./home_page.ts";

/** The content of the frame. */
export interface Content {
  readonly title: string;
  /** The path of the page. Its link is marked among the links that every page has. */
  readonly path?: string;
  /** Whether it may be in the reader's language, so that no note says that it isn't. */
  readonly isTranslated?: boolean;
  readonly body: VNode;
}

/** The link back to the chat, at the end of every page. */
export const TO_THE_CHAT = "Go to the chat";

/** A whole page. */
export function documentPage(
  frame: Page,
  { title, path, isTranslated = false, body }: Content,
  language: BuiltLanguage,
): Page {
  const markup = (isTranslated ? "" : languageNote(language)) + render(body);
  const whole = frame.html
    .replace("<title>", () => `<title>${title} · `)
    .replace(`<a href="${path}">`, () => `<a href="${path}" aria-current="page">`)
    .replace("<!--body-->", () => markup);
  return { ...frame, html: whole };
}

/** A note in the reader's language that the page exists only in English; "" for English. */
function languageNote({ code, texts, englishOnly }: BuiltLanguage): string {
  return englishOnly === "" ? "" : render(
    html`<aside class="language-note" lang=${code} dir=${texts.dir}>${englishOnly}</aside>`,
  );
}

/** The content of the page for a path that does not exist. */
export const NOT_FOUND: Content = {
  title: "Page not found",
  body: html`
    <main class="home">
      <h1>Page not found</h1>
      <p class="lead">The page you asked for doesn't exist, or no longer exists.</p>
      <a class="primary" href="/">${TO_THE_CHAT}</a>
    </main>
  `,
};
