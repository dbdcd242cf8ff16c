/** The screen before the first call: how one will be seen and heard, and what a call begins with. */

import type { VNode } from "preact";
import type { State } from "./chat_state.ts";
import { devicePickers, ownPicture } from "./device_view.ts";
import { type Dispatch, html } from "./markup.ts";
import type { Preferences } from "./preferences.ts";
import { describeTrouble } from "./words.ts";

/** Draws what is about to be shown; with a key, so that the button pressed before does not become the one that starts. */
export function previewView(state: State, dispatch: Dispatch): VNode {
  const { camera, microphone } = state.media;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    dispatch({ type: "start-video" });
  };
  return html`
    <main key="preview" class="home">
      <h1>This is how you look</h1>
      <form class="card" onSubmit=${submit}>
        <div class="screen">
          ${ownPicture(state) ?? html`<p role="status">${describeTrouble("camera", camera)}</p>`}
        </div>
        ${microphone.kind === "on"
          ? html`<meter id="level" aria-label="How loud you are" max="1" value="0"></meter>`
          : html`<p class="hint" role="status">${describeTrouble("microphone", microphone)}</p>`}
        ${DEVICES.some((device) => state.media[device].kind === "trouble") && html`
          <button type="button" class="quiet" onClick=${() =>
            retry(state, dispatch)}>Try again</button>
        `}
        ${devicePickers(state, dispatch)}
        ${check(state, dispatch, "Start with the camera off", "cameraOff")}
        ${check(state, dispatch, "Start muted", "muted")}
        <details>
          <summary>More choices</summary>
          ${check(state, dispatch, "Blur strangers until I choose to look", "blur")}
          ${check(state, dispatch, "Keep my camera on between chats", "keepCamera")}
          ${check(
            state,
            dispatch,
            "Ask me before a call that shows my IP address; otherwise there is none",
            "direct",
          )}
        </details>
        <button id="start" class="primary">Start video chat</button>
        <button type="button" class="quiet" onClick=${() =>
          dispatch({ type: "home" })}>Back</button>
      </form>
    </main>
  `;
}

const DEVICES = ["camera", "microphone"] as const;

/** Switches what is in trouble off and on. */
function retry({ media }: State, dispatch: Dispatch): void {
  for (const device of DEVICES.filter((one) => media[one].kind === "trouble")) {
    dispatch({ type: "toggle-device", device });
    dispatch({ type: "toggle-device", device });
  }
}

type Choice = Exclude<keyof Preferences, "adult" | "sound">;

function check(
  { preferences }: State,
  dispatch: Dispatch,
  label: string,
  name: Choice,
): VNode {
  return html`
    <label class="check">
      <input type="checkbox" checked=${preferences[name]}
        onChange=${(event: { currentTarget: HTMLInputElement }) =>
          dispatch({ type: "prefer", change: { [name]: event.currentTarget.checked } })} />
      ${label}
    </label>
  `;
}
