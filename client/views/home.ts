/** The first screen: an introduction, the interests, the confirmation of age, and the buttons that start a chat. */

import { MAX_INTERESTS } from "../../protocol.ts";
import { isEnter } from "./keys.ts";
import { counted, fill } from "../languages/language.ts";
import type { Words } from "../languages/catalogue.ts";
import { rulesLink } from "./link.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
import type { State } from "../state/state.ts";
import { describeBlock, describeLine } from "./phrases.ts";

/** Below this number, the count of visitors says more about the hour than about the site, and is not shown. */
const LEAST_ONLINE_SHOWN = 5;

/** Draws the first screen. `secure`: whether a chat can be started from here. */
export function homeView(state: State, dispatch: Dispatch, secure: boolean): VNode {
  const { words } = state.language;
  return html`
    <main key="home" class="home">
      <h1>${words.Heading}</h1>
      <p class="lead">${words.Lead}</p>
      ${block(state) ?? (secure ? form(state, dispatch) : insecure(words))}
      ${online(state)}
    </main>
  `;
}

function form(state: State, dispatch: Dispatch): VNode {
  const { language: { words }, preferences: { adult } } = state;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start" });
  };
  return html`
    <form class="card" onsubmit=${submit}>
      ${interests(state, dispatch)}
      <div class="age">
        ${ageCheckbox(state, dispatch)}
        ${rulesLink(words)}
      </div>
      ${state.showAgeReminder && html`
        <p id="reminder" class="field-error" role="alert">${words.AdultFirst}</p>
      `}
      <button id="start" class="primary" aria-disabled=${String(!adult)}>${words.StartText}</button>
      ${state.canCall
        ? html`
          <button type="button" class="button-secondary" aria-disabled=${String(!adult)}
            onclick=${() => dispatch({ type: "start-video" })}>${words.StartVideo}</button>
        `
        : html`<p class="hint">${words.Notices.unable}</p>`}
    </form>
  `;
}

function ageCheckbox(
  { showAgeReminder, preferences: { adult }, language: { words } }: State,
  dispatch: Dispatch,
): VNode {
  const confirm = ({ currentTarget }: { currentTarget: HTMLInputElement }): void =>
    dispatch({ type: "confirm", adult: currentTarget.checked });
  return html`
    <label class="checkbox">
      <input id="adult" type="checkbox" checked=${adult}
        aria-describedby=${showAgeReminder ? "reminder" : undefined} onchange=${confirm} />
      ${words.Adult}
    </label>
  `;
}

function interests(state: State, dispatch: Dispatch): VNode {
  const { interests, language: { words } } = state;
  return html`
    <div class="field">
      <label for="interests">${words.Interests}</label>
      <p id="interests-hint" class="hint">${words.InterestsHint}</p>
      ${interests.length > 0 && html`
        <ul class="chips" aria-label=${words.InterestsChosen}>
          ${interests.map((interest) => chip(interest, words, dispatch))}
        </ul>
      `}
      ${interestInput(state, dispatch)}
    </div>
  `;
}

/** An interest. A press removes it. */
function chip(interest: string, words: Words, dispatch: Dispatch): VNode {
  return html`
    <li key=${interest}>
      <button type="button" class="chip" aria-label=${fill(words.RemoveInterest, interest)}
        onclick=${() => dispatch({ type: "remove-interest", interest })}>
        <bdi>${interest}</bdi><span aria-hidden="true">×</span>
      </button>
    </li>
  `;
}

/** What was typed. The end of a composition does not say whether one is in progress. */
interface TypedInput {
  readonly currentTarget: HTMLInputElement;
  readonly isComposing?: boolean;
}

function interestInput(
  { interests, interestDraft, language: { words } }: State,
  dispatch: Dispatch,
): VNode {
  const full = interests.length >= MAX_INTERESTS;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isEnter(event) || interestDraft.trim() === "") return;
    event.preventDefault();
    dispatch({ type: "add-interest" });
  };
  const onInput = ({ currentTarget, isComposing = false }: TypedInput): void =>
    dispatch({ type: "type-interest", text: currentTarget.value, isComposing });
  return html`
    <input id="interests" value=${interestDraft} autocomplete="off" maxlength="200" enterkeyhint="done"
      placeholder=${full ? words.InterestsFull : words.InterestsExample} disabled=${full}
      aria-describedby="interests-hint" onkeydown=${onKeyDown}
      oncompositionend=${onInput} oninput=${onInput} />
  `;
}

/** Tells a blocked visitor why, until when, and what to do about it. */
function block(state: State): VNode | undefined {
  const why = describeBlock(state);
  const { words } = state.language;
  return why === undefined ? undefined : html`
    <div class="card" role="alert">
      <h2>${describeLine(state)}</h2>
      <p>${why}</p>
      <p>${words.BlockedWait} <a href="/contact#blocked">${words.BlockedHelp}</a></p>
    </div>
  `;
}

function insecure(words: Words): VNode {
  const secureUrl = location.href.replace(/^http:/, "https:");
  return html`
    <div class="card" role="alert">
      <p>${words.Insecure}</p>
      <a class="primary" href=${secureUrl}>${words.OpenSecure}</a>
    </div>
  `;
}

function online(state: State): VNode {
  const { online, connectionState, language, languageFailed } = state;
  const text = connectionState === "down" && describeBlock(state) === undefined
    ? describeLine(state)
    : languageFailed
    ? language.words.LanguageFailed
    : online >= LEAST_ONLINE_SHOWN
    ? counted(language, language.words.Online, online)
    : "";
  return html`<p class="online" role="status">${text}</p>`;
}
