/** The screen of a chat: the log, the composer, and the few things one can do about a stranger. */

import type { VNode } from "preact";
import type { ReportReason } from "../protocol.ts";
import { callView } from "./call_view.ts";
import { callOf, type Chat, isTalking, type Line, type State } from "./chat_state.ts";
import { isFull } from "./delivery.ts";
import { MAX_MESSAGE_LENGTH } from "./envelope.ts";
import { type Dispatch, html, Unchanging } from "./markup.ts";
import { segments } from "./message_text.ts";
import { describeLine, describeNotice, noticeDetails, timeOfDay } from "./words.ts";

/** From how few remaining characters on the composer counts them. */
const COUNT_FROM = 200;

const REASONS: readonly (readonly [ReportReason, string])[] = [
  ["underage", "Seems under 18"],
  ["sexual", "Unwanted sexual content"],
  ["harassment", "Harassment or threats"],
  ["spam", "Spam or advertising"],
  ["other", "Something else"],
];

/** Draws a chat. */
export function chatView(state: State, chat: Chat, dispatch: Dispatch): VNode {
  const call = callView(state, chat, dispatch);
  return html`
    <main class=${call ? "chat calling" : "chat"}>
      <h1 class="hidden">Chat</h1>
      <div class="tools">${tools(state, chat, dispatch)}</div>
      ${call}
      ${safety(chat)}
      <div class="scroll" tabindex="0" aria-label="Conversation" role="region">
        <div class="log" role="log" aria-live="polite" aria-label="Messages">
          <${Unchanging} of=${chat.lines} draw=${drawLines} />
        </div>
      </div>
      ${chat.report === "choosing" && reasons(dispatch)}
      <p class="typing" role="status">${status(state, chat)}</p>
      ${composer(chat, dispatch)}
    </main>
  `;
}

/** The one thing that matters most right now, if any. */
function status(state: State, { typingUntil, stranger, delivery }: Chat): string {
  if (state.line === "down") {
    const comesBack = isTalking(state) && state.hindered === undefined;
    return comesBack ? "Your connection dropped. Coming back…" : describeLine(state);
  }
  if (!isTalking(state)) return "";
  if (stranger.kind === "away") return "Stranger's connection dropped. They may come back.";
  if (isFull(delivery)) {
    return "Your messages have not arrived yet. You can send more when they have.";
  }
  if (stranger.kind === "back") return "Stranger is back.";
  return typingUntil > 0 ? "Stranger is typing…" : "";
}

function tools(state: State, chat: Chat, dispatch: Dispatch): (VNode | false)[] {
  const { preferences, line } = state;
  const mayCall = isTalking(state) && callOf(state).kind === "none" && chat.pictures.length > 0;
  const reported = chat.report === "sent" || chat.report === "taken";
  return [
    html`
      <button class="tool" disabled=${reported ||
        line !== "up"} aria-expanded=${chat.report === "choosing"}
        onClick=${() => dispatch({ type: "choose-report" })}>${reported
          ? "Reported"
          : "Report"}</button>
    `,
    html`<button class="tool" onClick=${() => dispatch({ type: "save" })}>Save chat</button>`,
    mayCall && html`
      <button class="tool" onClick=${() =>
        dispatch({ type: "call", event: { type: "want" } })}>Video call</button>
    `,
    html`
      <button class="tool" aria-pressed=${preferences.sound}
        onClick=${() =>
          dispatch({ type: "prefer", change: { sound: !preferences.sound } })}>Sound${preferences
            .sound
          ? " on"
          : " off"}</button>
    `,
  ];
}

/** That nobody listens, and how to make sure of it: offered, never demanded. */
function safety({ pictures, phase }: Chat): VNode | false {
  if (phase.kind === "over") return false;
  if (pictures.length === 0) return html`<p class="safety">Agreeing on keys…</p>`;
  return html`
    <details class="safety">
      <summary>End-to-end encrypted <span aria-hidden="true">${pictures.map(({ picture }) =>
        picture
      )}</span></summary>
      <p>${pictures.map(({ name }) => name).join(", ")}</p>
      <p>If the stranger sees the same four, in the same order, nobody sits between you, not even this server. Compare them by voice, or by a hint in your own words that a machine could not change.</p>
      <p><a href="/transparency#knowledge" target="_blank" rel="noopener">What this can't protect from</a></p>
    </details>
  `;
}

function drawLines(lines: readonly Line[]): VNode[] {
  return lines.map((line) => html`<${Unchanging} key=${line.id} of=${line} draw=${drawLine} />`);
}

function drawLine(line: Line): VNode {
  const time = html`<time>${timeOfDay(line.at)}</time>`;
  if (line.from === "page") {
    return html`
      <div class="notice">
        <p>${describeNotice(line.notice)}</p>
        ${noticeDetails(line.notice).map((detail) => html`<p class="detail">${detail}</p>`)}
      </div>
    `;
  }
  return html`
    <div class=${`message ${line.from}`}>
      <span class="hidden">${line.from === "you" ? "You: " : "Stranger: "}</span>
      <p dir="auto">${segments(line.text).map(drawSegment)}</p>
      ${time}
      ${line.from === "you" && mark(line.isDelivered)}
    </div>
  `;
}

/** Its label changes and no text does, so that a screen reader, which is told of every line, stays calm. */
function mark(isDelivered: boolean): VNode {
  const label = isDelivered ? "Delivered" : "Not delivered yet";
  return html`<i class="mark" role="img" aria-label=${label} title=${label}></i>`;
}

function drawSegment({ text, href }: { text: string; href?: string }): VNode | string {
  if (href === undefined) return text;
  return html`<a href=${href} target="_blank" rel="noopener noreferrer nofollow">${text}</a>`;
}

function reasons(dispatch: Dispatch): VNode {
  return html`
    <div class="reasons" role="group" aria-labelledby="report">
      <h2 id="report" tabindex="-1">What is wrong?</h2>
      <p class="hint">Only the reason is sent, never the conversation.</p>
      <div class="options">
        ${REASONS.map(([reason, label]) =>
          html`
            <button key=${reason} class="quiet" onClick=${() =>
              dispatch({ type: "report", reason })}>${label}</button>
          `
        )}
        <button class="tool" onClick=${() =>
          dispatch({ type: "cancel-report" })}>Never mind</button>
      </div>
    </div>
  `;
}

function composer(chat: Chat, dispatch: Dispatch): VNode {
  const over = chat.phase.kind === "over";
  const submit = (event: { preventDefault(): void }): void => {
    event.preventDefault();
    dispatch({ type: "send" });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  return html`
    <form class=${over ? "composer over" : "composer"} onSubmit=${submit}>
      ${stopButton(chat, dispatch)}
      ${over
        ? html`<button type="button" key="home" class="quiet" onClick=${() =>
          dispatch({ type: "home" })}>Change interests</button>`
        : html`
          <div class="box" key="box" data-text=${chat.draft}>
            <textarea id="message" aria-label="Message" rows="1" maxlength=${MAX_MESSAGE_LENGTH} value=${chat
              .draft}
              placeholder="Write a message" enterkeyhint="send" autocomplete="off" onKeyDown=${onKeyDown}
              onInput=${(event: { currentTarget: HTMLTextAreaElement }) =>
                dispatch({ type: "type", text: event.currentTarget.value })}></textarea>
            ${remaining(chat.draft)}
          </div>
          <button key="send" class="primary" disabled=${chat.draft.trim() === "" ||
            isFull(chat.delivery)}>Send</button>
        `}
    </form>
  `;
}

/** One button in one place, so that skipping needs no aim; it says what the next press does. */
function stopButton(chat: Chat, dispatch: Dispatch): VNode {
  const label = { talking: "Stop", asking: "Really stop?", over: "New chat" }[chat.phase.kind];
  return html`
    <button type="button" id="stop" class=${`stop ${chat.phase.kind}`} title="Esc"
      onClick=${() => dispatch({ type: "stop" })}>${label}</button>
  `;
}

function remaining(draft: string): VNode | undefined {
  const left = MAX_MESSAGE_LENGTH - draft.length;
  return left > COUNT_FROM
    ? undefined
    : html`<small class="count" role="status">${left} left</small>`;
}
