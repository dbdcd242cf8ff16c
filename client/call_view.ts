/** A call on the screen of a chat: the question before it, the stranger's picture, one's own, and what one can do. */

import type { VNode } from "preact";
import type { Call } from "./call_state.ts";
import type { Chat, Stage, State } from "./chat_state.ts";
import { devicePickers, ownPicture } from "./device_view.ts";
import { type Dispatch, html } from "./markup.ts";
import { describeFailure, describeTrouble } from "./words.ts";

/** Draws the call of a chat; nothing where there is none. */
export function callView(state: State, chat: Chat, dispatch: Dispatch): VNode | undefined {
  const { call } = chat;
  const refuse = (label: string): VNode => button(label, () => answer(dispatch, "refuse"));
  switch (call.kind) {
    case "none":
      return undefined;
    case "preparing":
      return card("One moment…");
    case "consenting":
      return consent(call, dispatch);
    case "offered":
      return card("Waiting for the stranger to join…", "", refuse("Cancel"));
    case "failed":
      return card(
        "No call this time",
        describeFailure(call.failure),
        html`<button class="primary" onClick=${() => answer(dispatch, "want")}>Try again</button>`,
        refuse("Go on by text"),
      );
    default:
      return stage(state, chat.stage, call, dispatch);
  }
}

function answer(dispatch: Dispatch, type: "want" | "refuse"): void {
  dispatch({ type: "call", event: { type } });
}

function button(label: string, onClick: () => void): VNode {
  return html`<button class="quiet" onClick=${onClick}>${label}</button>`;
}

function card(title: string, text = "", ...buttons: VNode[]): VNode {
  return html`
    <section class="stage" aria-label="Call">
      <div class="question" role="status">
        <h2>${title}</h2>
        ${text && html`<p>${text}</p>`}
        ${buttons.length > 0 && html`<div class="options">${buttons}</div>`}
      </div>
    </section>
  `;
}

/** What a call would show, before anything of it is shown. */
function consent(
  { route, invited }: Call & { kind: "consenting" },
  dispatch: Dispatch,
): VNode {
  const isDirect = route.policy === "all";
  return card(
    invited ? "The stranger would like a video call" : "Show each other your IP addresses?",
    isDirect
      ? "There is no relay here, so the call goes straight from your device to the stranger's. A direct call shows your IP address to the stranger, and theirs to you. It begins only if both of you agree."
      : "It goes through a relay, so neither of you learns the other's IP address. Your camera and microphone start as you chose.",
    html`<button class="primary" onClick=${() => answer(dispatch, "want")}>${
      isDirect ? "Call directly" : "Join the call"
    }</button>`,
    button("Stay with text", () => answer(dispatch, "refuse")),
  );
}

function stage(
  state: State,
  { stream, picture, sound, revealed, swapped, quality }: Stage,
  call: Call,
  dispatch: Dispatch,
): VNode {
  const { media, own, volume } = state;
  const isLive = call.kind === "live" && call.until === 0;
  const look = (): void => dispatch({ type: "stage", change: { revealed: true } });
  return html`
    <section class=${swapped ? "stage swapped" : "stage"} aria-label="Call">
      <div class="screen">
        <video id="stranger" class=${`theirs ${
          picture ? revealed || "blurred" : "blank"
        }`} aria-label="The stranger's picture"
          srcObject=${stream} volume=${volume} autoplay playsinline></video>
        ${ownPicture(state, "own mirrored") ?? html`<p class="own">Camera off</p>`}
        <p class="sign" role="status">${sign(isLive, call.kind, picture, sound)}</p>
        ${isLive && picture && !revealed &&
          html`<button class="primary look" onClick=${look}>Show the picture</button>`}
        ${isLive && quality &&
          html`<span class="quality" role="img" aria-label=${`Connection: ${
            ["poor", "fair", "good"][quality - 1]
          }`}>${"▂▄▆".slice(0, quality)}</span>`}
      </div>
      <div class="toggles" role="group" aria-label="Your devices">
        ${toggle("Mic", "microphone", own.microphone, dispatch)}
        ${toggle("Camera", "camera", own.camera, dispatch)}
        <details class="more">
          <summary>More</summary>
          <div class="card">
            ${devicePickers(state, dispatch)}
            <label class="field"><span>Volume</span><input type="range" min="0" max="1" step="0.05" value=${volume}
              onInput=${(event: { currentTarget: HTMLInputElement }) =>
                dispatch({ type: "volume", volume: event.currentTarget.valueAsNumber })} /></label>
            ${button(
              "Swap pictures",
              () => dispatch({ type: "stage", change: { swapped: !swapped } }),
            )}
            ${revealed && document.pictureInPictureEnabled &&
              button("Picture in picture", () => dispatch({ type: "pop-out" }))}
            ${document.fullscreenEnabled &&
              button("Full screen", () => dispatch({ type: "full-screen" }))}
          </div>
        </details>
        <button class="quiet end" onClick=${() => answer(dispatch, "refuse")}>End call</button>
      </div>
      ${["camera", "microphone"].map((kind) => trouble(kind as "camera", media))}
    </section>
  `;
}

function trouble(kind: "camera" | "microphone", media: State["media"]): VNode | false {
  return media[kind].kind === "trouble" &&
    html`<p class="hint" role="alert">${describeTrouble(kind, media[kind])}</p>`;
}

/** What there is to say instead of a picture. */
function sign(isLive: boolean, kind: Call["kind"], picture: boolean, sound: boolean): string {
  if (kind === "connecting") return "Connecting…";
  if (!isLive) return "The connection broke. Looking for another way…";
  if (!picture) return `The stranger's camera is off${sound ? "." : ", and so is the microphone."}`;
  return sound ? "" : "The stranger is muted.";
}

function toggle(
  label: string,
  device: "camera" | "microphone",
  isOn: boolean,
  dispatch: Dispatch,
): VNode {
  return html`
    <button class="quiet" aria-pressed=${isOn} title=${label[0]} aria-keyshortcuts=${label[0]}
      onClick=${() => dispatch({ type: "toggle-device", device })}>${label}${isOn
        ? " on"
        : " off"}</button>
  `;
}
