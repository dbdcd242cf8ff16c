/**
 * A call on the screen of a chat: the question before it, the partner's picture, the visitor's own, and the controls.
 */

import type { VNode } from "preact";
import type { Call } from "../state/call.ts";
import { devicePickers, deviceSwitches, ownPicture } from "./devices.ts";
import { DEVICE_KINDS, type DeviceKind } from "../media/devices.ts";
import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html } from "./markup.ts";
import type { Chat, RemoteMedia, State } from "../state/state.ts";
import { describeTrouble } from "./phrases.ts";

/** Draws the call of a chat, if any. */
export function callView(state: State, chat: Chat, dispatch: Dispatch): VNode | undefined {
  const { call } = chat;
  const { words } = state.language;
  const refuse = (label: string): VNode => button(label, () => answer(dispatch, "refuse"));
  switch (call.kind) {
    case "none":
      return undefined;
    case "preparing":
      return card(words, { title: words.OneMoment, switches: deviceSwitches(state, dispatch) });
    case "consenting":
      return consent(state, call, dispatch);
    case "offered":
      return card(words, {
        title: words.WaitingForStranger,
        switches: deviceSwitches(state, dispatch),
        buttons: [refuse(words.Cancel)],
      });
    case "failed":
      return card(words, {
        title: words.NoCall,
        text: words.Failures[call.failure],
        buttons: [primary(words.TryAgain, dispatch), refuse(words.GoOnByText)],
      });
    default:
      return stage(state, chat.media, call, dispatch);
  }
}

function answer(dispatch: Dispatch, type: "want" | "refuse"): void {
  dispatch({ type: "answer", answer: type });
}

/** A button with a key, so that a button that replaces another is not pressed along with it. */
function button(label: string, onClick: () => void): VNode {
  return html`<button key=${label} class="quiet" onClick=${onClick}>${label}</button>`;
}

function primary(label: string, dispatch: Dispatch): VNode {
  return html`
    <button key=${label} class="primary" onClick=${() => answer(dispatch, "want")}>${label}</button>
  `;
}

/** The question, or the wait, before a call. */
interface Question {
  readonly title: string;
  readonly text?: string;
  readonly switches?: VNode;
  readonly buttons?: readonly VNode[];
}

/** Draws a question. Only its text is a live region, so that screen readers don't announce the switches. */
function card(words: Words, { title, text, switches, buttons = [] }: Question): VNode {
  return html`
    <section class="stage" aria-label=${words.Call}>
      <div class="question">
        <div role="status">
          <h2>${title}</h2>
          ${text && html`<p>${text}</p>`}
        </div>
        ${switches}
        ${buttons.length > 0 && html`<div class="options">${buttons}</div>`}
      </div>
    </section>
  `;
}

/** Asks for consent before anything is shown to the partner. */
function consent(
  state: State,
  { route, invited }: Call & { kind: "consenting" },
  dispatch: Dispatch,
): VNode {
  const { words } = state.language;
  const isDirect = route.policy === "all";
  return card(words, {
    title: invited ? words.StrangerWants : words.ShowAddresses,
    text: isDirect ? words.Directly : words.ByRelay,
    switches: deviceSwitches(state, dispatch),
    buttons: [
      primary(isDirect ? words.CallDirectly : words.JoinCall, dispatch),
      button(words.StayWithText, () => answer(dispatch, "refuse")),
    ],
  });
}

function stage(
  state: State,
  { stream, picture, sound, revealed, swapped, quality }: RemoteMedia,
  call: Call,
  dispatch: Dispatch,
): VNode {
  const { media, volume, language: { words } } = state;
  const isLive = call.kind === "live" && call.until === 0;
  const look = (): void => dispatch({ type: "remote-media", change: { revealed: true } });
  return html`
    <section class=${swapped ? "stage swapped" : "stage"} aria-label=${words.Call}>
      <div class="screen">
        <video id="stranger" class=${`theirs ${
          picture ? revealed || "blurred" : "blank"
        }`} aria-label=${words.StrangersPicture}
          srcObject=${stream} volume=${volume} autoplay playsinline></video>
        ${ownPicture(state, "own mirrored") ??
          html`<p class="own">${state.local.camera || words.CameraOff}</p>`}
        <p class="sign" role="status">${sign(words, isLive, call.kind, picture, sound)}</p>
        ${isLive && picture && !revealed &&
          html`<button class="primary look" onClick=${look}>${words.ShowPicture}</button>`}
        ${isLive && quality &&
          html`<span class="quality" role="img" aria-label=${words.Quality[quality]}>${
            "▂▄▆".slice(0, quality)
          }</span>`}
      </div>
      ${deviceSwitches(
        state,
        dispatch,
        more(state, { revealed, swapped }, dispatch),
        html`<button key="end" class="quiet end" onClick=${() =>
          answer(dispatch, "refuse")}>${words.EndCall}</button>`,
      )}
      ${DEVICE_KINDS.map((kind) => trouble(words, kind, media))}
    </section>
  `;
}

/** The controls that are seldom needed during a call. */
function more(
  state: State,
  { revealed, swapped }: Pick<RemoteMedia, "revealed" | "swapped">,
  dispatch: Dispatch,
): VNode {
  const { volume, language: { words } } = state;
  return html`
    <details key="more" class="more">
      <summary>${words.More}</summary>
      <div class="card">
        ${devicePickers(state, dispatch)}
        <label class="field"><span>${words
          .Volume}</span><input type="range" min="0" max="1" step="0.05" value=${volume}
          onInput=${(event: { currentTarget: HTMLInputElement }) =>
            dispatch({ type: "volume", volume: event.currentTarget.valueAsNumber })} /></label>
        ${button(
          words.SwapPictures,
          () => dispatch({ type: "remote-media", change: { swapped: !swapped } }),
        )}
        ${revealed && document.pictureInPictureEnabled &&
          button(words.PopOut, () => dispatch({ type: "pop-out" }))}
        ${document.fullscreenEnabled &&
          button(words.FullScreen, () => dispatch({ type: "full-screen" }))}
      </div>
    </details>
  `;
}

function trouble(words: Words, kind: DeviceKind, media: State["media"]): VNode | false {
  return media[kind].kind === "trouble" &&
    html`<p class="hint" role="alert">${describeTrouble(words, kind, media[kind])}</p>`;
}

/** The text over the partner's picture; empty while picture and sound arrive. */
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
