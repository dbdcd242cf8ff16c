/** The first screen: what this is, what one likes to talk about, one confirmation, one button. */

import type { VNode } from "preact";
import { MAX_INTERESTS } from "../protocol.ts";
import type { State } from "./chat_state.ts";
import { type Dispatch, html } from "./markup.ts";
import { describeBlock, describeLine } from "./words.ts";

/** Below this number of people the count says more about the hour than about the place, and is not shown. */
const LEAST_ONLINE_SHOWN = 5;

/** Draws the first screen; `secure` tells whether a chat can be started from here. */
export function homeView(state: State, dispatch: Dispatch, secure: boolean): VNode {
  return html`
    <main class="home">
      <h1>Talk to a stranger.<br />Leave no trace.</h1>
      <p class="lead">You are paired with a random person. No account, no cookies, and only the two of you can read what you write.</p>
      ${block(state) ?? (secure ? form(state, dispatch) : insecure())}
      ${online(state)}
    </main>
  `;
}

function form(state: State, dispatch: Dispatch): VNode {
  const { adult } = state.preferences;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start" });
  };
  return html`
    <form class="card" onSubmit=${submit}>
      ${interests(state, dispatch)}
      <label class="check">
        <input id="adult" type="checkbox" checked=${adult} aria-describedby=${state.reminded &&
          "reminder"}
          onChange=${(event: { currentTarget: HTMLInputElement }) =>
            dispatch({ type: "confirm", adult: event.currentTarget.checked })} />
        I am 18 or older
      </label>
      ${state.reminded && html`
        <p id="reminder" class="reminder"
          role="alert">Please confirm this first: this place is for adults only.</p>
      `}
      <button id="start" class="primary" aria-disabled=${!adult}>Start text chat</button>
      <button type="button" class="quiet" aria-disabled=${!adult}
        onClick=${() => dispatch({ type: "start-video" })}>Start video chat</button>
    </form>
  `;
}

function interests({ interests, interestDraft }: State, dispatch: Dispatch): VNode {
  const full = interests.length >= MAX_INTERESTS;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || interestDraft.trim() === "") return;
    event.preventDefault();
    dispatch({ type: "add-interest" });
  };
  return html`
    <div class="field">
      <label for="interests">Interests</label>
      <p id="interests-hint" class="hint">Optional. We look for somebody who shares one, for five seconds.</p>
      ${interests.length > 0 && html`
        <ul class="chips" aria-label="Chosen">
          ${interests.map((interest) =>
            html`
              <li key=${interest}>
                <button type="button" class="chip" aria-label=${`Remove ${interest}`}
                  onClick=${() => dispatch({ type: "remove-interest", interest })}>
                  <bdi>${interest}</bdi><span aria-hidden="true">×</span>
                </button>
              </li>
            `
          )}
        </ul>
      `}
      <input id="interests" value=${interestDraft} autocomplete="off" maxlength="200" enterkeyhint="done"
        placeholder=${full
          ? "That's ten, the most there can be"
          : "music, hiking, films"} disabled=${full}
        aria-describedby="interests-hint" onKeyDown=${onKeyDown}
        onInput=${(event: { currentTarget: HTMLInputElement }) =>
          dispatch({ type: "type-interest", text: event.currentTarget.value })} />
    </div>
  `;
}

/** For whoever is kept out: why, until when, and what to do about it. */
function block(state: State): VNode | undefined {
  const why = describeBlock(state);
  return why === undefined ? undefined : html`
    <div class="card" role="alert">
      <h2>${describeLine(state)}</h2>
      <p>${why}</p>
      <p>You can leave this page open: it goes on as soon as it may. <a href="/contact#blocked">What you can do about it</a></p>
    </div>
  `;
}

function insecure(): VNode {
  const secureUrl = location.href.replace(/^http:/, "https:");
  return html`
    <div class="card" role="alert">
      <p>This page was opened without encryption, so a chat can't be private and can't start.</p>
      <a class="primary" href=${secureUrl}>Open the secure page</a>
    </div>
  `;
}

function online(state: State): VNode {
  const { online, line } = state;
  const text = line === "down" && describeBlock(state) === undefined
    ? describeLine(state)
    : online >= LEAST_ONLINE_SHOWN
    ? `${online.toLocaleString()} people are here now`
    : "";
  return html`<p class="online" role="status">${text}</p>`;
}
