/**
 * A call on the screen of a chat: the question before it, the partner's picture, the visitor's own, and the controls.
 */

import { type Call, isUnbroken } from "../state/call.ts";
import { devicePickers, deviceSwitches, ownPicture } from "./devices.ts";
import { DEVICE_KINDS, type DeviceKind } from "../media/devices.ts";
import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
import type { CallAnswer, Chat, RemoteMedia, State } from "../state/state.ts";
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
      return prompt(words, { title: words.OneMoment, switches: deviceSwitches(state, dispatch) });
    case "consenting":
      return consent(state, call, dispatch);
    case "offered":
      return prompt(words, {
        title: words.WaitingForStranger,
        switches: deviceSwitches(state, dispatch),
        buttons: [refuse(words.Cancel)],
      });
    case "failed":
      return prompt(words, {
        title: words.NoCall,
        text: [words.Failures[call.failure]],
        buttons: [primary(words.TryAgain, dispatch), refuse(words.GoOnByText)],
      });
    default:
      return runningCall(state, chat, dispatch);
  }
}

function answer(dispatch: Dispatch, type: CallAnswer): void {
  dispatch({ type: "answer", answer: type });
}

/** A button with a key, so that a button that replaces another is not pressed along with it. */
function button(label: string, onClick: () => void): VNode {
  return html`<button key=${label} class="button-secondary" onclick=${onClick}>${label}</button>`;
}

function primary(label: string, dispatch: Dispatch): VNode {
  return html`
    <button key=${label} class="primary" onclick=${() => answer(dispatch, "want")}>${label}</button>
  `;
}

/** The question, or the wait, before a call. */
interface Prompt {
  readonly title: string;
  /** Paragraphs. */
  readonly text?: readonly (string | false)[];
  readonly switches?: VNode;
  readonly buttons?: readonly VNode[];
}

/** Draws a prompt. Only its text is a live region, so that screen readers don't announce the switches. */
function prompt(words: Words, { title, text = [], switches, buttons = [] }: Prompt): VNode {
  return html`
    <section class="call" aria-label=${words.Call}>
      <div class="call-prompt">
        <div role="status">
          <h2>${title}</h2>
          ${text.map((paragraph) => paragraph && html`<p>${paragraph}</p>`)}
        </div>
        ${switches}
        ${buttons.length > 0 && html`<div class="button-row">${buttons}</div>`}
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
  const { policy, isFallback = false } = route;
  const isDirect = policy === "all";
  return prompt(words, {
    title: invited ? words.StrangerWants : words.ShowAddresses,
    text: isDirect ? [isFallback && words.Failures["no-relay"], words.Directly] : [words.ByRelay],
    switches: deviceSwitches(state, dispatch),
    buttons: [
      primary(isDirect ? words.CallDirectly : words.JoinCall, dispatch),
      ...isFallback ? [button(words.TryAgain, () => answer(dispatch, "retry"))] : [],
      button(words.StayWithText, () => answer(dispatch, "refuse")),
    ],
  });
}

/** Draws a call that connects or runs. What may appear later leaves the controls at the lower edge where they are. */
function runningCall(state: State, chat: Chat, dispatch: Dispatch): VNode {
  const { media, language: { words } } = state;
  return html`
    <section class=${chat.media.swapped ? "call swapped" : "call"} aria-label=${words.Call}>
      ${videoFrame(state, chat, dispatch)}
      ${DEVICE_KINDS.map((kind) => deviceTrouble(words, kind, media))}
      ${deviceSwitches(
        state,
        dispatch,
        soundSwitch(words, chat.media, dispatch),
        menu(state, chat.media, dispatch),
        endButton(words, dispatch),
      )}
    </section>
  `;
}

/** Mutes the partner. */
function soundSwitch(words: Words, { muted }: RemoteMedia, dispatch: Dispatch): VNode {
  const toggle = (): void => dispatch({ type: "remote-media", change: { muted: !muted } });
  return html`
    <button key="sound" class="button-secondary" aria-pressed=${!muted} title=${words
      .StrangersSound}
      aria-label=${words.StrangersSound} onclick=${toggle}>${muted ? "🔇" : "🔊"}</button>
  `;
}

function endButton(words: Words, dispatch: Dispatch): VNode {
  const end = (): void => answer(dispatch, "refuse");
  return html`
    <button key="end" class="button-secondary end" onclick=${end}>${words.EndCall}</button>
  `;
}

/** The partner's picture with the visitor's own in its corner, and what has to be said about them. */
function videoFrame(state: State, { call, media }: Chat, dispatch: Dispatch): VNode {
  const { local, language: { words } } = state;
  const isLive = isUnbroken(call);
  return html`
    <div class="video-frame">
      ${remoteVideo(state, media, dispatch)}
      ${ownPicture(state, "local-video") ??
        html`<p class="local-video">${local.camera ? "" : words.CameraOff}</p>`}
      <p class="video-status" role="status">${videoStatus(words, call, media)}</p>
      ${isLive && overlayButton(words, media, dispatch)}
      ${isLive && qualitySign(words, media)}
    </div>
  `;
}

function remoteVideo(
  { volume, language: { words } }: State,
  { stream, picture, revealed, frozen, muted }: RemoteMedia,
  dispatch: Dispatch,
): VNode {
  const update = ({ currentTarget: { paused } }: { currentTarget: HTMLVideoElement }): void =>
    dispatch({ type: "remote-media", change: { paused } });
  const look = !picture || frozen ? "video-off" : revealed ? "" : "blurred";
  return html`
    <video id="stranger" key=${String(!stream)} class=${`remote-video ${look}`}
      aria-label=${words.StrangersPicture} ...${stream &&
        { srcObject: stream }} volume=${volume} muted=${muted} autoplay playsInline
      onpause=${update} onplaying=${update}></video>
  `;
}

/** What the visitor has to press to see and hear the partner. */
function overlayButton(
  words: Words,
  { paused, picture, revealed }: RemoteMedia,
  dispatch: Dispatch,
): VNode | false {
  const reveal = (): void => dispatch({ type: "remote-media", change: { revealed: true } });
  return paused
    ? html`
      <button key="play" class="primary reveal-button" aria-label=${words.PlayStranger}
        onclick=${() => dispatch({ type: "play" })}>▶</button>
    `
    : picture && !revealed && html`
      <button key="reveal" class="primary reveal-button" onclick=${reveal}>${words
        .ShowPicture}</button>
    `;
}

function qualitySign(words: Words, { quality }: RemoteMedia): VNode | undefined {
  return quality
    ? html`<span class="quality" role="img" aria-label=${words.Quality[quality]}>${
      "▂▄▆".slice(0, quality)
    }</span>`
    : undefined;
}

/** The controls that are seldom needed during a call. */
function menu(
  state: State,
  { revealed, swapped }: Pick<RemoteMedia, "revealed" | "swapped">,
  dispatch: Dispatch,
): VNode {
  const { words } = state.language;
  const swap = (): void => dispatch({ type: "remote-media", change: { swapped: !swapped } });
  return html`
    <details key="menu" class="menu">
      <summary>${words.More}</summary>
      <div class="card">
        ${devicePickers(state, dispatch)}
        ${canSetVolume() && volumeSlider(state, dispatch)}
        ${button(words.SwapPictures, swap)}
        ${revealed && document.pictureInPictureEnabled &&
          button(words.PopOut, () => dispatch({ type: "pop-out" }))}
        ${document.fullscreenEnabled &&
          button(words.FullScreen, () => dispatch({ type: "full-screen" }))}
      </div>
    </details>
  `;
}

/** Whether a page may set the volume. On iOS, it stays at 1. */
function canSetVolume(): boolean {
  return Object.assign(document.createElement("audio"), { volume: 0 }).volume === 0;
}

function volumeSlider({ volume, language: { words } }: State, dispatch: Dispatch): VNode {
  const onInput = ({ currentTarget }: { currentTarget: HTMLInputElement }): void =>
    dispatch({ type: "volume", volume: currentTarget.valueAsNumber });
  return html`
    <label class="field">
      <span>${words.Volume}</span>
      <input type="range" min="0" max="1" step="0.05" value=${volume} oninput=${onInput} />
    </label>
  `;
}

function deviceTrouble(words: Words, kind: DeviceKind, media: State["media"]): VNode | false {
  return media[kind].kind === "trouble" &&
    html`<p class="hint" role="alert">${describeTrouble(words, kind, media[kind])}</p>`;
}

/** The text over the partner's picture; empty while picture and sound arrive. */
function videoStatus(
  words: Words,
  call: Call,
  { paused, frozen, picture, sound }: RemoteMedia,
): string {
  if (call.kind === "connecting") return words.Connecting;
  if (!isUnbroken(call)) return words.Broke;
  if (paused) return words.PlayStranger;
  if (!picture) return sound ? words.StrangerNoCamera : words.StrangerNothing;
  if (frozen) return words.StrangerFrozen;
  return sound ? "" : words.StrangerMuted;
}
