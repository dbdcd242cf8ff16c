/** The screen of a search: its progress, what it looks for, and the button that cancels it. */

import { ownPicture } from "./devices.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
import type { State } from "../state/state.ts";
import { describeLine, describeSearch } from "./phrases.ts";
import { notificationSwitch } from "./notifications.ts";
import { rematchButton } from "./rematch.ts";

export function searchView(state: State, dispatch: Dispatch): VNode {
  const { words } = state.language;
  return html`
    <main key="search" class="search">
      <div class="spinner" aria-hidden="true"><i></i><i></i></div>
      ${picture(state)}
      <div role="status">
        <h1>${state.connectionState === "up" ? words.Looking : words.Connecting}</h1>
        <p class="lead">${hint(state)}</p>
      </div>
      <div class="button-row">
        <button id="cancel" class="button-secondary" onclick=${() =>
          dispatch({ type: "stop" })}>${words
          .Cancel}</button>
        ${rematchButton(state, dispatch)}
      </div>
      ${notificationSwitch(state, dispatch)}
    </main>
  `;
}

/** The visitor's picture. Its frame is there before it, so that the button below stays where it is. */
function picture(state: State): VNode | false {
  return state.media.camera.kind !== "off" && html`
    <div class="video-frame">${ownPicture(state)}</div>
  `;
}

function hint(state: State): string | VNode {
  const { screen, connectionState, rematch, language: { words } } = state;
  if (screen.kind !== "searching") return "";
  if (connectionState === "down") return describeLine(state);
  if (connectionState === "dialling") return words.Usually;
  if (rematch?.isAsked) return words.WantsAgain;
  if (screen.challenge !== undefined) return words.Checking;
  if (screen.retryAt > 0) return words.VeryFast;
  if (screen.isOutdated) return html`<a href="/">${words.Reload}</a>`;
  return describeSearch(state, screen);
}
