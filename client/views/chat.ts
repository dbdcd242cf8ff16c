/** The screen of a chat: the log, the composer, and the tools. */

import type { VNode } from "preact";
import { REPORT_REASONS } from "../../protocol.ts";
import { callView } from "./call.ts";
import { isFull } from "../state/delivery.ts";
import { MAX_MESSAGE_LENGTH } from "../crypto/envelope.ts";
import { isEnter } from "./keys.ts";
import { counted, type Language, timeOfDay } from "../languages/language.ts";
import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html, Memo } from "./markup.ts";
import { segments } from "../state/message_text.ts";
import { PICTURES } from "../crypto/safety_emoji.ts";
import { callOf } from "../state/call_media.ts";
import { type Chat, isTalking, type Line, type State } from "../state/state.ts";
import { describeLine, describeNotice, describeSpeaker } from "./phrases.ts";

/** At or below this number of remaining characters, the composer counts them. */
const COUNT_FROM = 200;

export function chatView(state: State, chat: Chat, dispatch: Dispatch): VNode {
  const { language } = state;
  const { words } = language;
  const call = callView(state, chat, dispatch);
  return html`
    <main class=${call ? "chat calling" : "chat"}>
      <h1 class="hidden">${words.Chat}</h1>
      <div class="tools">${tools(state, chat, dispatch)}</div>
      ${call}
      ${safety(chat, words)}
      <div class="scroll" tabindex="0" aria-label=${words.Conversation} role="region">
        <div class="log" role="log" aria-live="polite" aria-label=${words.Messages}>
          <${Memo} of=${chat.lines} language=${language} draw=${drawLines} />
        </div>
      </div>
      ${chat.report === "choosing" && reasons(words, dispatch)}
      <p class="typing" role="status">${status(state, chat)}</p>
      ${composer(chat, language, dispatch)}
    </main>
  `;
}

/** The most important status at this moment, if any. */
function status(state: State, { typingUntil, partner, delivery }: Chat): string {
  const { words } = state.language;
  if (state.connectionState === "down") {
    const comesBack = isTalking(state) && state.refusal === undefined;
    return comesBack ? words.Dropped : describeLine(state);
  }
  if (!isTalking(state)) return "";
  if (partner.kind === "away") return words.StrangerDropped;
  if (isFull(delivery)) return words.Held;
  if (partner.kind === "back") return words.StrangerBack;
  return typingUntil > 0 ? words.StrangerTypes : "";
}

function tools(state: State, chat: Chat, dispatch: Dispatch): (VNode | false)[] {
  const { preferences, connectionState, language: { words } } = state;
  const mayCall = isTalking(state) && callOf(state).kind === "none" && chat.pictures.length > 0;
  const reported = chat.report === "sent" || chat.report === "taken";
  return [
    html`
      <button class="tool" disabled=${reported ||
        connectionState !== "up"} aria-expanded=${chat.report === "choosing"}
        onClick=${() => dispatch({ type: "choose-report" })}>${reported
          ? words.Reported
          : words.Report}</button>
    `,
    html`<button class="tool" onClick=${() =>
      dispatch({ type: "save" })}>${words.SaveChat}</button>`,
    mayCall && html`
      <button class="tool" onClick=${() => dispatch({ type: "answer", answer: "want" })}>${words
        .VideoCall}</button>
    `,
    html`
      <button class="tool" aria-pressed=${preferences.sound}
        onClick=${() =>
          dispatch({ type: "prefer", change: { sound: !preferences.sound } })}>${preferences.sound
          ? words.SoundOn
          : words.SoundOff}</button>
    `,
  ];
}

/** Says that the chat is encrypted, and offers a way to check that. */
function safety({ pictures, phase }: Chat, words: Words): VNode | false {
  if (phase.kind === "over") return false;
  if (pictures.length === 0) return html`<p class="safety">${words.Agreeing}</p>`;
  const names = words.Pictures.split(words.Comma);
  return html`
    <details class="safety">
      <summary>${words.Encrypted} <span aria-hidden="true">${pictures.map((picture) =>
        PICTURES[picture]
      )}</span></summary>
      <p>${pictures.map((picture) => names[picture]).join(words.Comma)}</p>
      <p>${words.Compare}</p>
      <p><a href="/transparency#knowledge" target="_blank" rel="noopener">${words
        .Unprotected}</a></p>
    </details>
  `;
}

function drawLines(lines: readonly Line[], language: Language): VNode[] {
  return lines.map((line) =>
    html`<${Memo} key=${line.id} of=${line} language=${language} draw=${drawLine} />`
  );
}

function drawLine(line: Line, language: Language): VNode {
  const { words } = language;
  if (line.from === "page") {
    const [notice, ...details] = describeNotice(language, line.notice);
    return html`
      <div class="notice">
        <p>${notice}</p>
        ${details.map((detail) => html`<p class="detail">${detail}</p>`)}
      </div>
    `;
  }
  return html`
    <div class=${`message ${line.from}`}>
      <span class="hidden">${describeSpeaker(words, line.from)} </span>
      <p>${segments(line.text).map(drawSegment)}</p>
      <time>${timeOfDay(language, line.at)}</time>
      ${line.from === "you" && mark(words, line.isDelivered)}
    </div>
  `;
}

/**
 * Draws the delivery mark. Only its label changes, not its text, so that a screen reader does not read the line again.
 */
function mark(words: Words, isDelivered: boolean): VNode {
  const label = isDelivered ? words.Delivered : words.NotDelivered;
  return html`<i class=${
    isDelivered ? "mark delivered" : "mark"
  } role="img" aria-label=${label} title=${label}></i>`;
}

function drawSegment({ text, href }: { text: string; href?: string }): VNode | string {
  if (href === undefined) return text;
  return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${text}</a>`;
}

function reasons(words: Words, dispatch: Dispatch): VNode {
  return html`
    <div class="reasons" role="group" aria-labelledby="report">
      <h2 id="report" tabindex="-1">${words.WhatIsWrong}</h2>
      <p class="hint">${words.OnlyReason}</p>
      <div class="options">
        ${REPORT_REASONS.map((reason) =>
          html`
            <button key=${reason} class="quiet" onClick=${() =>
              dispatch({ type: "report", reason })}>${words.Reasons[reason]}</button>
          `
        )}
        <button class="tool" onClick=${() => dispatch({ type: "cancel-report" })}>${words
          .NeverMind}</button>
      </div>
    </div>
  `;
}

function composer(chat: Chat, language: Language, dispatch: Dispatch): VNode {
  const { words } = language;
  const over = chat.phase.kind === "over";
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    dispatch({ type: "send" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isEnter(event) && !event.shiftKey) submit(event);
  };
  return html`
    <form class=${over ? "composer over" : "composer"} onSubmit=${submit}>
      ${stopButton(chat, words, dispatch)}
      ${over
        ? html`<button type="button" key="home" class="quiet" onClick=${() =>
          dispatch({ type: "home" })}>${words.ChangeInterests}</button>`
        : html`
          <div class="box" key="box" data-text=${chat.draft}>
            <textarea id="message" aria-label=${words
              .Message} rows="1" maxlength=${MAX_MESSAGE_LENGTH} value=${chat
              .draft}
              placeholder=${words
                .WriteMessage} enterkeyhint="send" autocomplete="off" onKeyDown=${onKeyDown}
              onInput=${(event: { currentTarget: HTMLTextAreaElement }) =>
                dispatch({ type: "type", text: event.currentTarget.value })}></textarea>
            ${remaining(chat.draft, language)}
          </div>
          <button key="send" class="primary" disabled=${chat.draft.trim() === "" ||
            isFull(chat.delivery)}>${words.Send}</button>
        `}
    </form>
  `;
}

/** One button in one place, so that skipping needs no aim. Its label says what the next press does. */
function stopButton(chat: Chat, words: Words, dispatch: Dispatch): VNode {
  return html`
    <button type="button" id="stop" class=${`stop ${chat.phase.kind}`} title="Esc"
      onClick=${() => dispatch({ type: "stop" })}>${words.Stop[chat.phase.kind]}</button>
  `;
}

function remaining(draft: string, language: Language): VNode | undefined {
  const left = MAX_MESSAGE_LENGTH - draft.length;
  return left > COUNT_FROM
    ? undefined
    : html`<small class="count" role="status">${
      counted(language, language.words.Left, left)
    }</small>`;
}
