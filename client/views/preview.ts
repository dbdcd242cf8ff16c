/** The screen before the first call: the visitor's picture and sound, and the settings with which a call begins. */

import { DEVICE_KINDS } from "../media/devices.ts";
import { devicePickers, deviceSwitches, ownPicture } from "./devices.ts";
import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
import type { Preferences } from "../state/preferences.ts";
import type { State } from "../state/state.ts";
import { describeTrouble } from "./phrases.ts";

/**
 * Draws the preview. Its key keeps the button that was just pressed from being reused as the one that starts.
 *
 * Camera and microphone answer at any time, also during a press. So nothing above the buttons changes its height: the
 * picture's frame contains all messages about devices, and what may appear later is below the buttons.
 */
export function previewView(state: State, dispatch: Dispatch): VNode {
  const { language: { words } } = state;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start-video" });
  };
  return html`
    <main key="preview" class="home preview">
      <h1>${words.HowYouLook}</h1>
      <form class="card" onsubmit=${submit}>
        ${videoFrame(state, dispatch)}
        <div class="preview-controls">
          <div class="microphone-line">${microphoneLine(state)}</div>
          ${deviceSwitches(state, dispatch)}
          <button id="start" class="primary">${words.StartVideo}</button>
          <button type="button" class="button-secondary" onclick=${() =>
            dispatch({ type: "home" })}>${words.Back}</button>
        </div>
        <div class="preview-settings">${settings(state, dispatch)}</div>
      </form>
    </main>
  `;
}

/** The visitor's picture, or why it is missing, and what is wrong with the devices. */
function videoFrame(state: State, dispatch: Dispatch): VNode {
  const { media, language: { words } } = state;
  const shown = DEVICE_KINDS.filter((device) =>
    media[device].kind === "trouble" || device === "camera" && media.camera.kind !== "on"
  );
  return html`
    <div class="video-frame">
      ${ownPicture(state)}
      ${shown.map((device) =>
        html`
          <p key=${device} class="video-status" role="status">${describeTrouble(
            words,
            device,
            media[device],
          )}</p>
        `
      )}
      ${DEVICE_KINDS.some((device) => media[device].kind === "trouble") && html`
        <button type="button" class="button-secondary" onclick=${() =>
          retry(state, dispatch)}>${words
          .TryAgain}</button>
      `}
    </div>
  `;
}

/** The level of the microphone, or why it is missing. If something is wrong with it, the frame says what. */
function microphoneLine({ media: { microphone }, language: { words } }: State): VNode | false {
  return microphone.kind === "on"
    ? html`<meter id="level" aria-label=${words.HowLoud} max="1" value="0"></meter>`
    : microphone.kind !== "trouble" && html`
      <p class="hint" role="status">${describeTrouble(words, "microphone", microphone)}</p>
    `;
}

/** What is seldom changed. The choice of devices appears late. */
function settings(state: State, dispatch: Dispatch): (VNode | false)[] {
  return [
    ...devicePickers(state, dispatch),
    ...CHOICES.map((name) => checkbox(state, dispatch, name)),
    html`
      <details>
        <summary>${state.language.words.MoreChoices}</summary>
        ${MORE_CHOICES.map((name) => checkbox(state, dispatch, name))}
      </details>
    `,
  ];
}

/** Tries each failed device again, by switching it off and on. */
function retry({ media }: State, dispatch: Dispatch): void {
  for (const device of DEVICE_KINDS.filter((one) => media[one].kind === "trouble")) {
    dispatch({ type: "toggle-device", device });
    dispatch({ type: "toggle-device", device });
  }
}

type Choice = keyof Words["Choices"] & keyof Preferences;

const CHOICES: readonly Choice[] = ["cameraOff", "muted"];
const MORE_CHOICES: readonly Choice[] = ["blur", "keepCamera", "direct"];

function checkbox(
  { preferences, language: { words } }: State,
  dispatch: Dispatch,
  name: Choice,
): VNode {
  return html`
    <label class="checkbox">
      <input type="checkbox" checked=${preferences[name]}
        onchange=${(event: { currentTarget: HTMLInputElement }) =>
          dispatch({ type: "prefer", change: { [name]: event.currentTarget.checked } })} />
      ${words.Choices[name]}
    </label>
  `;
}
