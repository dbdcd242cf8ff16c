/** What the page offers after a chat: another one with the same stranger, or the next one automatically. */

import type { Language } from "../languages/language.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
import type { State } from "../state/state.ts";

/** The button that asks for another chat, and for how long it is there. */
export function rematchButton({ rematch, language }: State, dispatch: Dispatch): VNode | false {
  const { words } = language;
  return !!rematch && html`
    <button type="button" key="rematch" class="button-secondary" aria-disabled=${rematch.asks}
      onclick=${() => dispatch({ type: "rematch" })}>${rematch.asks
        ? words.WaitingForStranger
        : words.Again}${!rematch.asks && seconds(rematch.left, language)}</button>
  `;
}

/** What a visitor can choose after a chat. */
export function afterChat(state: State, dispatch: Dispatch): VNode {
  const { nextChat, preferences: { autoNext }, language } = state;
  const { words } = language;
  return html`
    <div key="after" class="button-row after-chat">
      ${rematchButton(state, dispatch)}
      ${!!nextChat && html`
        <button type="button" key="stay" class="button-secondary"
          onclick=${() => dispatch({ type: "stay" })}>${words.Stay}${seconds(
            nextChat.left,
            language,
          )}</button>
      `}
      <label key="auto" class="checkbox hint">
        <input type="checkbox" checked=${autoNext}
          onchange=${(event: { currentTarget: HTMLInputElement }) =>
            dispatch({ type: "prefer", change: { autoNext: event.currentTarget.checked } })} />
        ${words.AutoNext}
      </label>
    </div>
  `;
}

/** For the eye only: a screen reader would read every second. */
function seconds(left: number, { locale }: Language): VNode {
  return html`<small aria-hidden="true">${left.toLocaleString(locale)}</small>`;
}
