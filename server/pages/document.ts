/** The frame of every page but the first: the build made it, with a place for a title and a body. */

import type { VNode } from "preact";
import { render } from "../markup.ts";
import type { Page } from "../reply.ts";

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
export function documentPage(frame: Page, { title, path, body }: Content): Page {
  const markup = render(body);
  const html = frame.html
    .replace("<title>", () => `<title>${title} · `)
    .replace(`<a href="${path}">`, () => `<a href="${path}" aria-current="page">`)
    .replace("<!--body-->", () => markup);
  return { ...frame, html };
}
