/** The frame of every page except the home page. The build makes it in English, with places for a title and a body. */

import type { VNode } from "preact";
import { html, render } from "./markup.ts";
import type { Page } from "../http/message.ts";
import type { BuiltLanguage } from "./home_page.ts";

/** The content of the frame. */
export interface Content {
  readonly title: string;
  /** The path of the page. Its link is marked among the links that every page has. */
  readonly path?: string;
  readonly body: VNode;
}

/** The link back to the chat, at the end of every page. */
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

/** A note in the reader's language that the page exists only in English; "" for English. */
function note({ code, texts, englishOnly }: BuiltLanguage): string {
  return englishOnly === ""
    ? ""
    : render(html`<aside class="note" lang=${code} dir=${texts.dir}>${englishOnly}</aside>`);
}
