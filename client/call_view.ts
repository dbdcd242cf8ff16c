/** A call on the screen of a chat: the question before it, the stranger's picture, one's own, and what one can do. */

import type { VNode } from "preact";
import type { Call } from "./call_state.ts";
import { devicePickers, ownPicture } from "./device_view.ts";
import type { DeviceKind } from "./devices.ts";
import type { Words } from "./languages/catalogue.ts";
import { type Dispatch, html } from "./markup.ts";
import type { Chat, Own, Stage, State } from "./state.ts";
import { describeTrouble } from "./words.ts";

/** Draws the call of a chat; nothing where there is none. */
export function callView(state: State, chat: Chat, dispatch: Dispatch): VNode | undefined {
  const { call } = chat;
  const { words } = state.language;
  const refuse = (label: string): VNode => button(label, () => answer(dispatch, "refuse"));
  switch (call.kind) {
    case "none":
      return undefined;
    case "preparing":
      return card(words, words.OneMoment);
    case "consenting":
      return consent(words, call, dispatch);
    case "offered":
      return card(words, words.WaitingForStranger, "", refuse(words.Cancel));
    case "failed":
      return card(
        words,
        words.NoCall,
        words.Failures[call.failure],
        html`<button class="primary" onClick=${() =>
          answer(dispatch, "want")}>${words.TryAgain}</button>`,
        refuse(words.GoOnByText),
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

function card(words: Words, title: string, text = "", ...buttons: VNode[]): VNode {
  return html`
    <section class="stage" aria-label=${words.Call}>
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
  words: Words,
  { route, invited }: Call & { kind: "consenting" },
  dispatch: Dispatch,
): VNode {
  const isDirect = route.policy === "all";
  return card(
    words,
    invited ? words.StrangerWants : words.ShowAddresses,
    isDirect ? words.Directly : words.ByRelay,
    html`<button class="primary" onClick=${() => answer(dispatch, "want")}>${
      isDirect ? words.CallDirectly : words.JoinCall
    }</button>`,
    button(words.StayWithText, () => answer(dispatch, "refuse")),
  );
}

function stage(
  state: State,
  { stream, picture, sound, revealed, swapped, quality }: Stage,
  call: Call,
  dispatch: Dispatch,
): VNode {
  const { media, own, volume, language: { words } } = state;
  const isLive = call.kind === "live" && call.until === 0;
  const look = (): void => dispatch({ type: "stage", change: { revealed: true } });
  return html`
    <section class=${swapped ? "stage swapped" : "stage"} aria-label=${words.Call}>
      <div class="screen">
        <video id="stranger" class=${`theirs ${
          picture ? revealed || "blurred" : "blank"
        }`} aria-label=${words.StrangersPicture}
          srcObject=${stream} volume=${volume} autoplay playsinline></video>
        ${ownPicture(state, "own mirrored") ?? html`<p class="own">${words.CameraOff}</p>`}
        <p class="sign" role="status">${sign(words, isLive, call.kind, picture, sound)}</p>
        ${isLive && picture && !revealed &&
          html`<button class="primary look" onClick=${look}>${words.ShowPicture}</button>`}
        ${isLive && quality &&
          html`<span class="quality" role="img" aria-label=${words.Quality[quality]}>${
            "▂▄▆".slice(0, quality)
          }</span>`}
      </div>
      <div class="toggles" role="group" aria-label=${words.YourDevices}>
        ${toggle(own.microphone ? words.MicOn : words.MicOff, "M", "microphone", own, dispatch)}
        ${toggle(own.camera ? words.CameraOn : words.CameraOff, "C", "camera", own, dispatch)}
        <details class="more">
          <summary>${words.More}</summary>
          <div class="card">
            ${devicePickers(state, dispatch)}
            <label class="field"><span>${words
              .Volume}</span><input type="range" min="0" max="1" step="0.05" value=${volume}
              onInput=${(event: { currentTarget: HTMLInputElement }) =>
                dispatch({ type: "volume", volume: event.currentTarget.valueAsNumber })} /></label>
            ${button(
              words.SwapPictures,
              () => dispatch({ type: "stage", change: { swapped: !swapped } }),
            )}
            ${revealed && document.pictureInPictureEnabled &&
              button(words.PopOut, () => dispatch({ type: "pop-out" }))}
            ${document.fullscreenEnabled &&
              button(words.FullScreen, () => dispatch({ type: "full-screen" }))}
          </div>
        </details>
        <button class="quiet end" onClick=${() => answer(dispatch, "refuse")}>${words
          .EndCall}</button>
      </div>
      ${["camera", "microphone"].map((kind) => trouble(words, kind as "camera", media))}
    </section>
  `;
}

function trouble(words: Words, kind: DeviceKind, media: State["media"]): VNode | false {
  return media[kind].kind === "trouble" &&
    html`<p class="hint" role="alert">${describeTrouble(words, kind, media[kind])}</p>`;
}

/** What there is to say instead of a picture. */
function sign(
  words: Words,
  isLive: boolean,
  kind: Call["kind"],
  picture: boolean,
  sound: boolean,
): string {
  if (kind === "connecting") return words.Connecting;
  if (!isLive) return words.Broke;
  if (!picture) return sound ? words.StrangerNoCamera : words.StrangerNothing;
  return sound ? "" : words.StrangerMuted;
}

function toggle(
  label: string,
  key: string,
  device: DeviceKind,
  own: Own,
  dispatch: Dispatch,
): VNode {
  return html`
    <button class="quiet" aria-pressed=${own[device]} title=${key} aria-keyshortcuts=${key}
      onClick=${() => dispatch({ type: "toggle-device", device })}>${label}</button>
  `;
}
