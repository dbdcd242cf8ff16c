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
 */
export function previewView(state: State, dispatch: Dispatch): VNode {
  const { media: { camera, microphone }, language: { words } } = state;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start-video" });
  };
  return html`
    <main key="preview" class="home">
      <h1>${words.HowYouLook}</h1>
      <form class="card" onSubmit=${submit}>
        <div class="screen">
          ${ownPicture(state) ??
            html`<p role="status">${describeTrouble(words, "camera", camera)}</p>`}
        </div>
        ${microphone.kind === "on"
          ? html`<meter id="level" aria-label=${words.HowLoud} max="1" value="0"></meter>`
          : html`<p class="hint" role="status">${
            describeTrouble(words, "microphone", microphone)
          }</p>`}
        ${deviceSwitches(state, dispatch)}
        ${DEVICE_KINDS.some((device) => state.media[device].kind === "trouble") && html`
          <button type="button" class="quiet" onClick=${() => retry(state, dispatch)}>${words
            .TryAgain}</button>
        `}
        ${devicePickers(state, dispatch)}
        ${check(state, dispatch, "cameraOff")}
        ${check(state, dispatch, "muted")}
        <details>
          <summary>${words.MoreChoices}</summary>
          ${check(state, dispatch, "blur")}
          ${check(state, dispatch, "keepCamera")}
          ${check(state, dispatch, "direct")}
        </details>
        <button id="start" class="primary">${words.StartVideo}</button>
        <button type="button" class="quiet" onClick=${() => dispatch({ type: "home" })}>${words
          .Back}</button>
      </form>
    </main>
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
