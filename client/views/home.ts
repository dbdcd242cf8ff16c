/**
 * The first screen: an introduction, the interests, the languages, the confirmation of age, and the buttons that start a
 * chat.
 */

import { MAX_INTERESTS, MAX_LANGUAGES } from "../../protocol.ts";
import { isEnter } from "./keys.ts";
import { counted, fill, type Language } from "../languages/language.ts";
import { offeredLanguages, ownNames } from "../languages/spoken.ts";
import type { Words } from "../languages/catalogue.ts";
import { rulesLink } from "./link.ts";
import { type Dispatch, html, type Memo, type VNode } from "./markup.ts";
import type { State } from "../state/state.ts";
import { describeBlock, describeLine } from "./phrases.ts";

/** Below this number, the count of visitors says more about the hour than about the site, and is not shown. */
const LEAST_ONLINE_SHOWN = 5;

/** Draws the first screen. `secure`: whether a chat can be started from here. */
export function homeView(
  state: State,
  dispatch: Dispatch,
  secure: boolean,
  memo: Memo,
): VNode {
  const { words } = state.language;
  return html`
    <main key="home" class="home">
      <h1>${words.Heading}</h1>
      <p class="lead">${words.Lead}</p>
      ${block(state) ?? (secure ? form(state, dispatch, memo) : insecure(words))}
      ${online(state)}
    </main>
  `;
}

function form(state: State, dispatch: Dispatch, memo: Memo): VNode {
  const { language: { words }, preferences: { adult } } = state;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start" });
  };
  return html`
    <form class="card" onsubmit=${submit}>
      ${interests(state, dispatch)}
      ${languages(state, dispatch, memo)}
      <div class="age">
        ${ageCheckbox(state, dispatch)}
        ${rulesLink(words)}
      </div>
      ${state.showAgeReminder && html`
        <p id="reminder" class="field-error" role="alert">${words.AdultFirst}</p>
      `}
      <button id="start" class="primary" aria-disabled=${!adult}>${words.StartText}</button>
      ${state.canCall
        ? html`
          <button type="button" class="button-secondary" aria-disabled=${!adult}
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
          ${interests.map((interest) =>
            chip(interest, words, () => dispatch({ type: "remove-interest", interest }))
          )}
        </ul>
      `}
      ${interestInput(state, dispatch)}
    </div>
  `;
}

/** An interest or a language. A press removes it. */
function chip(name: string, words: Words, remove: () => void, lang?: string): VNode {
  return html`
    <li key=${name}>
      <button type="button" class="chip" aria-label=${fill(words.RemoveInterest, name)}
        onclick=${remove}>
        <bdi lang=${lang}>${name}</bdi><span aria-hidden="true">×</span>
      </button>
    </li>
  `;
}

/** The languages that the visitor speaks, each under its own name, and a way to add another. */
function languages({ languages, language }: State, dispatch: Dispatch, memo: Memo): VNode {
  const { words } = language;
  const names = ownNames(language, languages);
  return html`
    <div class="field languages">
      <span id="languages">${words.Languages}</span>
      ${languages.length < MAX_LANGUAGES && html`
        <details>
          <summary id="add-language">${words.AddLanguage}</summary>
          ${memo.draw(languages, language, () => languageMenu(languages, language, dispatch))}
        </details>
      `}
      <p class="hint">${languages.length > 0 ? words.LanguagesHint : words.AnyLanguage}</p>
      <ul class="chips" aria-labelledby="languages">
        ${languages.map((tag, at) =>
          chip(names[at]!, words, () => dispatch({ type: "remove-language", language: tag }), tag)
        )}
      </ul>
    </div>
  `;
}

/**
 * The menu of languages to add. On some systems, every arrow key and letter that is pressed in a closed menu counts as a
 * choice. So for a visitor with a keyboard, a choice applies with Enter, or when the focus leaves the menu.
 */
function languageMenu(chosen: readonly string[], language: Language, dispatch: Dispatch): VNode {
  const { words } = language;
  const add = ({ currentTarget: menu }: Chosen): void => {
    const { value } = menu;
    menu.value = "";
    if (value !== "") dispatch({ type: "add-language", language: value });
  };
  const onKeyDown = (event: KeyboardEvent & Chosen): void => {
    if (!isEnter(event) || event.currentTarget.value === "") return;
    event.preventDefault();
    add(event);
  };
  const onChange = (event: Chosen): void => {
    if (!event.currentTarget.matches(":focus-visible")) add(event);
  };
  return html`
    <select aria-label=${words
      .AddLanguage} onkeydown=${onKeyDown} onchange=${onChange} onblur=${add}>
      <option value="">${words.AddLanguage}</option>
      ${offeredLanguages(language, chosen).map(([tag, name]) =>
        html`<option value=${tag}>${name}</option>`
      )}
    </select>
  `;
}

/** An event of a menu. */
interface Chosen {
  readonly currentTarget: HTMLSelectElement;
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
