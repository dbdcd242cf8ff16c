/** Says that a stranger looks automated and why, with a way to report them. */

import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
import type { Chat } from "../state/state.ts";

/** Draws the place for it, which exists from the start, so that a screen reader announces what comes there. */
export function automationView(
  { automation: { mark }, report }: Chat,
  words: Words,
  dispatch: Dispatch,
): VNode {
  const signs: Readonly<Record<string, string>> = words.Signs;
  const why = report === "none" && signs[mark];
  return html`
    <div role="status" class=${why ? "report-form" : ""}>
      ${why && html`
        <h2>${words.LooksAutomated}</h2>
        <p class="hint">${`${why} ${words.MayBeWrong}`}</p>
        <div class="button-row">
          <button class="button-secondary" onclick=${() =>
            dispatch({ type: "choose-report" })}>${words.ReportStranger}</button>
          <button class="toolbar-button" onclick=${() => dispatch({ type: "dismiss-sign" })}>${words
            .Dismiss}</button>
        </div>
      `}
    </div>
  `;
}
