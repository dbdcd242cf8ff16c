/** The screen of a search: that it goes on, what it looks for, and the way out. */

import type { VNode } from "preact";
import type { State } from "./chat_state.ts";
import { ownPicture } from "./device_view.ts";
import { type Dispatch, html } from "./markup.ts";
import { describeLine } from "./words.ts";

/** Draws a search at its stage. */
export function searchView(state: State, dispatch: Dispatch): VNode {
  return html`
    <main class="search">
      <div class="pulse" aria-hidden="true"><i></i><i></i></div>
      ${ownPicture(state)}
      <div role="status">
        <h1>Looking for someone…</h1>
        <p class="lead">${hint(state)}</p>
      </div>
      <button id="cancel" class="quiet" onClick=${() => dispatch({ type: "stop" })}>Cancel</button>
    </main>
  `;
}

function hint(state: State): string {
  const { scene, interests, line } = state;
  if (scene.kind !== "searching") return "";
  if (line === "down") return describeLine(state);
  if (scene.challenge !== undefined) {
    return "Very many people are coming in right now, so your device does a short check first.";
  }
  if (scene.asksAgain > 0) return "That was very fast. It goes on by itself in a moment.";
  if (scene.stage === "long") {
    return "It is quiet right now. Stay here, or in another tab: you'll hear when somebody comes.";
  }
  if (interests.length === 0) return "This usually takes a moment.";
  return scene.stage === "fresh"
    ? `Somebody who likes ${interests.join(" or ")}, if they are here.`
    : "Nobody with your interests is here, so anyone is welcome now.";
}
