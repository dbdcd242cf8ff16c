/** The screen before the first call: the visitor's picture and sound, and the settings with which a call begins. */

import type { VNode } from "preact";
import { DEVICE_KINDS } from "../media/devices.ts";
import { devicePickers, deviceSwitches, ownPicture } from "./devices.ts";
import type { Words } from "../languages/catalogue.ts";
import { type Dispatch, html } from "./markup.ts";
import type { Preferences } from "../state/preferences.ts";
import type { State } from "../state/state.ts";
import { describeTrouble } from "./phrases.ts";

/**
 * Draws the preview. Its key keeps Preact from reusing the button that was just pressed as the one that starts.
 *
 * Cameras and microphones answer late, or fail. Whatever they say appears in the picture's box or below the buttons, so
 * that no button moves away under a finger.
 */
export function previewView(state: State, dispatch: Dispatch): VNode {
  const { words } = state.language;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start-video" });
  };
  return html`
    <main key="preview" class="home preview">
      <h1>${words.HowYouLook}</h1>
      <form class="card" onSubmit=${submit}>
        ${picture(state, dispatch)}
        <meter id="level" aria-label=${words.HowLoud} max="1" value="0"></meter>
        ${deviceSwitches(state, dispatch)}
        <button id="start" class="primary">${words.StartVideo}</button>
        <button type="button" class="quiet" onClick=${() => dispatch({ type: "home" })}>${words
          .Back}</button>
        ${devicePickers(state, dispatch)}
        ${check(state, dispatch, "cameraOff")}
        ${check(state, dispatch, "muted")}
        <details>
          <summary>${words.MoreChoices}</summary>
          ${check(state, dispatch, "blur")}
          ${check(state, dispatch, "keepCamera")}
          ${check(state, dispatch, "direct")}
        </details>
      </form>
    </main>
  `;
}

/** Draws the visitor's picture, and says what is missing of picture and sound. */
function picture(state: State, dispatch: Dispatch): VNode {
  const { media: { camera, microphone }, language: { words } } = state;
  const retryable = DEVICE_KINDS.some((device) => state.media[device].kind === "trouble");
  return html`
    <div class="screen">
      ${ownPicture(state) ??
        html`<p role="status">${describeTrouble(words, "camera", camera)}</p>`}
      ${microphone.kind !== "on" && html`
        <p class="sign" role="status">${describeTrouble(words, "microphone", microphone)}</p>
      `}
      ${retryable && html`
        <button type="button" class="quiet look" onClick=${() => retry(state, dispatch)}>${words
          .TryAgain}</button>
      `}
    </div>
  `;
}

/** Tries each failed device again, by switching it off and on. */
function retry({ media }: State, dispatch: Dispatch): void {
  for (const device of DEVICE_KINDS.filter((one) => media[one].kind === "trouble")) {
    dispatch({ type: "toggle-device", device });
    dispatch({ type: "toggle-device", device });
  }
}

type Choice = keyof Words["Choices"] & keyof Preferences;

function check(
  { preferences, language: { words } }: State,
  dispatch: Dispatch,
  name: Choice,
): VNode {
  return html`
    <label class="check">
      <input type="checkbox" checked=${preferences[name]}
        onChange=${(event: { currentTarget: HTMLInputElement }) =>
          dispatch({ type: "prefer", change: { [name]: event.currentTarget.checked } })} />
      ${words.Choices[name]}
    </label>
  `;
}
