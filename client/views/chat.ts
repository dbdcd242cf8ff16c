/** The screen of a chat: the log, the composer, and the toolbar. */

import { REPORT_REASONS, Suite } from "../../protocol.ts";
import { automationView } from "./automation.ts";
import { callView } from "./call.ts";
import { copier } from "./copy.ts";
import { isFull } from "../state/delivery.ts";
import { MAX_MESSAGE_LENGTH } from "../crypto/envelope.ts";
import { isEnter } from "./keys.ts";
import { linkView, rulesLink } from "./link.ts";
import { counted, fill, type Language, timeOfDay } from "../languages/language.ts";
import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html, Memo, type VNode } from "./markup.ts";
import { isLong, segments } from "../state/message_text.ts";
import { PICTURES } from "../crypto/safety_emoji.ts";
import { callOf } from "../state/call_media.ts";
import { type Chat, isTalking, type Line, type State } from "../state/state.ts";
import { notificationButton } from "./notifications.ts";
import { afterChat } from "./rematch.ts";
import { describeLine, describeNotice, describeSpeaker } from "./phrases.ts";

/** The numbers of remaining characters that a screen reader is told. It would not keep up with every key. */
const COUNT_STEPS = [0, 20, 100, 200];

/** What the suites are called. The page accepts no other. */
const SUITE_NAMES: Readonly<Record<number, string>> = { [Suite.hybrid]: "P-256 + ML-KEM-768" };

/** Within this distance from its end, a conversation counts as being at it, in pixels. */
const SLACK = 40;

/** Draws a chat. `memo` has what was drawn of its lines. */
export function chatView(state: State, chat: Chat, dispatch: Dispatch, memo: Memo): VNode {
  const { language } = state;
  const { words } = language;
  const call = callView(state, chat, dispatch);
  return html`
    <main key="chat" class=${call ? "chat with-call" : "chat"}>
      <h1 class="visually-hidden">${words.Chat}</h1>
      <div class="toolbar">${toolbar(state, chat, dispatch)}</div>
      ${call}
      <div class="scroll" tabindex="0" aria-label=${words.Conversation} role="region"
        onscroll=${scrolled(chat, dispatch)} onkeydown=${moveFocus}>
        <div class="log" role="log" aria-live="polite" aria-label=${words.Messages}>
          ${lines(chat, language, memo)}
        </div>
        ${encryptionInfo(chat, words)}
      </div>
      ${!!chat.missed && html`
        <button class="button-secondary newer" onclick=${scrollToEnd}>${fill(
          words.Newer,
          chat.missed.toLocaleString(language.locale),
        )}</button>
      `}
      ${automationView(chat, words, dispatch)}
      ${chat.report === "choosing" && reportForm(words, dispatch)}
      <p class="status-line" role="status">${statusLine(state, chat)}</p>
      ${chat.phase.kind === "over" && afterChat(state, dispatch)}
      ${composer(chat, language, dispatch)}
    </main>
  `;
}

/** Tells whether the end of the conversation is in view, whenever that changes. Positions are negative above it. */
function scrolled({ missed }: Chat, dispatch: Dispatch): (event: ScrollEvent) => void {
  return ({ currentTarget: { scrollTop } }) => {
    const atEnd = scrollTop > -SLACK;
    if (atEnd !== (missed === undefined)) dispatch({ type: "scroll", atEnd });
  };
}

interface ScrollEvent {
  readonly currentTarget: Element;
}

/**
 * Moves the focus from line to line at the arrow keys, first to the newest one. So the buttons of a line, which only the
 * line with the focus shows, need no tab stop each.
 */
function moveFocus(event: KeyboardEvent & ScrollEvent): void {
  const { key, shiftKey, target, currentTarget } = event;
  const line = (target as Element).closest(".log > *");
  const isAtEnd = currentTarget.scrollTop > -SLACK;
  const next = key === "ArrowUp"
    ? line
      ? line.previousElementSibling
      : isAtEnd && currentTarget.querySelector(".log > :last-child")
    : key === "ArrowDown" && line?.nextElementSibling;
  if (shiftKey || !next) return;
  event.preventDefault(); // The focus scrolls.
  (next as HTMLElement).focus();
}

function scrollToEnd(): void {
  document.querySelector(".scroll")!.scrollTop = 0;
}

/** The most important status at this moment, if any. */
function statusLine(
  state: State,
  { phase, unsaved, typingUntil, partner, delivery }: Chat,
): string {
  const { words } = state.language;
  if (phase.kind === "asking" || unsaved === "asked") return words.PressAgain;
  if (state.connectionState === "down") {
    const comesBack = isTalking(state) && state.refusal === undefined;
    return comesBack ? words.Dropped : describeLine(state);
  }
  if (!isTalking(state)) {
    if (state.rematch?.isAsked) return words.WantsAgain;
    if (state.nextChat) return words.NextChat;
    return delivery.waiting.length > 0 ? words.NotDelivered : "";
  }
  if (partner.kind === "away") return words.StrangerDropped;
  if (isFull(delivery)) return words.Held;
  if (partner.kind === "back") return words.StrangerBack;
  return typingUntil > 0 ? words.StrangerTypes : "";
}

/** The button that appears later is the first one, so that the others, which end the line, keep their places. */
function toolbar(state: State, chat: Chat, dispatch: Dispatch): (VNode | false)[] {
  const { words } = state.language;
  const mayCall = isTalking(state) && callOf(state).kind === "none" && state.canCall &&
    chat.pictures.length > 0;
  const askForCall = (): void => dispatch({ type: "answer", answer: "want" });
  return [
    mayCall && toolbarButton(words.VideoCall, askForCall),
    reportButton(state, chat, dispatch),
    toolbarButton(words.SaveChat, () => dispatch({ type: "save" })),
    soundButton(state, dispatch),
    notificationButton(state, dispatch),
  ];
}

function toolbarButton(label: string, onClick: () => void): VNode {
  return html`<button class="toolbar-button" onclick=${onClick}>${label}</button>`;
}

function reportButton(
  { connectionState, language: { words } }: State,
  { report }: Chat,
  dispatch: Dispatch,
): VNode {
  const reported = report === "sent" || report === "taken";
  return html`
    <button class="toolbar-button" disabled=${reported || connectionState !== "up"}
      aria-expanded=${report === "choosing"}
      onclick=${() => dispatch({ type: "choose-report" })}>${reported
        ? words.Reported
        : words.Report}</button>
  `;
}

function soundButton(
  { preferences: { sound }, language: { words } }: State,
  dispatch: Dispatch,
): VNode {
  const toggle = (): void => dispatch({ type: "prefer", change: { sound: !sound } });
  return html`
    <button class="toolbar-button" aria-pressed=${sound} onclick=${toggle}>${sound
      ? words.SoundOn
      : words.SoundOff}</button>
  `;
}

/** Says that the chat is encrypted, and offers a way to check that. */
function encryptionInfo({ pictures, suite, phase }: Chat, words: Words): VNode | false {
  if (phase.kind === "over") return false;
  if (pictures.length === 0) return html`<p class="encryption-info">${words.Agreeing}</p>`;
  const names = words.Pictures.split(words.Comma);
  return html`
    <details class="encryption-info">
      <summary>${words.Encrypted} <span aria-hidden="true">${pictures.map((picture) =>
        PICTURES[picture]
      )}</span></summary>
      <p>${pictures.map((picture) => names[picture]).join(words.Comma)}</p>
      <p>${words.Compare}</p>
      <p>${fill(words.Suite, SUITE_NAMES[suite]!)}</p>
      <p><a href="/transparency#knowledge" target="_blank" rel="noopener">${words
        .Unprotected}</a></p>
    </details>
  `;
}

/** Draws the lines. One that has not changed since is the same node, which is not looked at again. */
function lines({ lines }: Chat, language: Language, memo: Memo): VNode[] {
  return lines.map((line) => memo.draw(line, language, drawLine));
}

function drawLine(line: Line, language: Language): VNode {
  const { words } = language;
  if (line.from === "page") {
    const [notice, ...details] = describeNotice(language, line.notice);
    return html`
      <div key=${line.id} class="system-message" tabindex="-1">
        <p>${notice}</p>
        ${details.map((detail) => html`<p class="detail">${detail}</p>`)}
      </div>
    `;
  }
  const isDraft = line.from === "draft";
  const look = line.from === "stranger" ? "incoming" : isDraft ? "outgoing draft" : "outgoing";
  return html`
    <div key=${line.id} class=${`message ${look}`} tabindex="-1">
      <span class=${isDraft ? "hint" : "visually-hidden"}>${describeSpeaker(
        words,
        line.from,
      )} </span>
      <p lang="">${segments(line.text).map(({ text, host }) =>
        host === undefined ? text : linkView(text, host, language)
      )}</p>
      ${isLong(line.text) && html`
        <details>
          <summary>${words.More}</summary>
        </details>
      `}
      ${!isDraft && html`<time>${timeOfDay(language, line.at)}</time>`}
      ${line.from === "you" && deliveryStatus(words, line.isDelivered)}
      ${!isDraft && html`
        <button class="copy" aria-label=${words.Copy} title=${words.Copy}
          onclick=${copier(line.text, words)}></button>
      `}
    </div>
  `;
}

/**
 * Draws the delivery mark. Only its label changes, not its text, so that a screen reader does not read the line again.
 */
function deliveryStatus(words: Words, isDelivered: boolean): VNode {
  const label = isDelivered ? words.Delivered : words.NotDelivered;
  return html`<i class=${
    isDelivered ? "delivery-status delivered" : "delivery-status"
  } role="img" aria-label=${label} title=${label}></i>`;
}

function reportForm(words: Words, dispatch: Dispatch): VNode {
  return html`
    <div class="report-form" role="group" aria-labelledby="report">
      <h2 id="report" tabindex="-1">${words.WhatIsWrong}</h2>
      <p class="hint">${words.OnlyReason} ${rulesLink(words)}</p>
      <div class="button-row">
        ${REPORT_REASONS.map((reason) =>
          html`
            <button key=${reason} class="button-secondary" onclick=${() =>
              dispatch({ type: "report", reason })}>${words.Reasons[reason]}</button>
          `
        )}
        ${toolbarButton(words.NeverMind, () => dispatch({ type: "cancel-report" }))}
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
    scrollToEnd();
  };
  const canSend = chat.draft.trim() !== "" && chat.draft.length <= MAX_MESSAGE_LENGTH &&
    !isFull(chat.delivery);
  return html`
    <form class=${over ? "composer over" : "composer"} onsubmit=${submit}>
      ${stopButton(chat, words, dispatch)}
      ${over
        ? html`<button type="button" key="home" class="button-secondary" onclick=${() =>
          dispatch({ type: "home" })}>${words.ChangeInterests}</button>`
        : html`
          ${messageBox(chat.draft, language, { dispatch, submit })}
          <button key="send" class="primary" disabled=${!canSend}>${words.Send}</button>
        `}
    </form>
  `;
}

interface MessageBoxHandlers {
  readonly dispatch: Dispatch;
  readonly submit: (event: KeyboardEvent) => void;
}

function messageBox(
  draft: string,
  language: Language,
  { dispatch, submit }: MessageBoxHandlers,
): VNode {
  const { words } = language;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isEnter(event) && !event.shiftKey) submit(event);
  };
  const onInput = ({ currentTarget }: { currentTarget: HTMLTextAreaElement }): void =>
    dispatch({ type: "type", text: currentTarget.value });
  return html`
    <div class="autogrow" key="autogrow" data-text=${draft}>
      <textarea id="message" aria-label=${words.Message} rows="1" data-gramm="false"
        data-lt-active="false" data-ms-editor="false" value=${draft} placeholder=${words
          .WriteMessage} enterkeyhint="send" autocomplete="off"
        onkeydown=${onKeyDown} oninput=${onInput}></textarea>
      ${charCount(draft, language)}
    </div>
  `;
}

/** One button in one place, so that skipping needs no aim. Its label says what the next press does. */
function stopButton(chat: Chat, words: Words, dispatch: Dispatch): VNode {
  return html`
    <button type="button" id="stop" class=${`stop ${chat.phase.kind}`} title="Esc"
      onclick=${() => dispatch({ type: "stop" })}>${words.Stop[chat.phase.kind]}</button>
  `;
}

/** Counts the characters that are left, when there are few. */
function charCount(draft: string, language: Language): VNode {
  const left = MAX_MESSAGE_LENGTH - draft.length;
  const step = COUNT_STEPS.find((count) => left <= count);
  const count = (of: number): string => counted(language, language.words.Left, of);
  return html`
    ${step !== undefined &&
      html`<small class="char-count" aria-hidden="true">${count(left)}</small>`}
    <span class="visually-hidden" role="status">${step === undefined ? "" : count(step)}</span>
  `;
}
