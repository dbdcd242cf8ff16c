/**
 * Links. A press on one in a message does not open it. It unfolds the host that would be contacted, and what that
 * reveals, with a button that opens it. Until then, the page contains no address that a click or a drag could follow.
 */

import type { Words } from "../languages/catalogue.ts";
import type { Language } from "../languages/language.ts";
import { copier } from "./copy.ts";
import { html, type VNode } from "./markup.ts";

export function linkView(text: string, host: string, { code, words }: Language): VNode {
  const [before, after] = words.LinkOpens.split("{host}");
  return html`
    <details>
      <summary dir="ltr">${text}</summary>
      <div lang=${code}>
        <span>${before}<b dir="ltr">${host}</b>${after}</span>
        <a class="primary" href=${text} target="_blank" rel="noopener noreferrer"
          referrerpolicy="no-referrer">${words.Open}</a>
        <button class="button-secondary" onclick=${copier(text, words)}>${words.Copy}</button>
      </div>
    </details>
  `;
}

/** Opens the house rules in another tab, so that a chat or a form stays as it is. */
export function rulesLink({ Links }: Words): VNode {
  return html`<a href="/rules" target="_blank" rel="noopener">${Links.rules}</a>`;
}
