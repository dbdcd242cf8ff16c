/** The frame of every page but the first: the build made it in English, with a place for a title and a body. */

import type { VNode } from "preact";
import { html, render } from "./markup.ts";
import type { Page } from "../http/message.ts";
import type { BuiltLanguage } from "./home_page.ts";

/** What goes into the frame. */
export interface Content {
  readonly title: string;
  /** Where the page is; it is marked among the links that every page has. */
  readonly path?: string;
  readonly body: VNode;
}

/** The link back into the chat, with which every page ends. */
export const TO_THE_CHAT = "Go to the chat";

/** A whole page. */
export function documentPage(
  frame: Page,
  { title, path, body }: Content,
  language: BuiltLanguage,
): Page {
  const markup = note(language) + render(body);
  const whole = frame.html
    .replace("<title>", () => `<title>${title} · `)
    .replace(`<a href="${path}">`, () => `<a href="${path}" aria-current="page">`)
    .replace("<!--body-->", () => markup);
  return { ...frame, html: whole };
}

/** Whoever reads another language is told, in theirs, that the page has no other than English. */
function note({ code, texts, englishOnly }: BuiltLanguage): string {
  return englishOnly === ""
    ? ""
    : render(html`<aside class="note" lang=${code} dir=${texts.dir}>${englishOnly}</aside>`);
}
