/** What one's camera shows, and which camera and microphone are used, where there is a choice. */

import type { VNode } from "preact";
import type { Capture, Device, DeviceKind } from "./devices.ts";
import { type Dispatch, html } from "./markup.ts";
import type { State } from "./state.ts";

/** Draws the choices. */
export function devicePickers(
  { media, language: { words } }: State,
  dispatch: Dispatch,
): (VNode | false)[] {
  return [
    picker(words.Camera, "camera", media.cameras, media.camera, dispatch),
    picker(words.Microphone, "microphone", media.microphones, media.microphone, dispatch),
  ];
}

/** What the camera shows, as in a mirror; `undefined` while it is off. */
export function ownPicture(
  { media: { camera, stream }, language: { words } }: State,
  look = "mirrored",
): VNode | undefined {
  return camera.kind !== "on" ? undefined : html`
    <video class=${look} aria-label=${words.YourPicture} srcObject=${stream} autoplay muted
      playsinline></video>
  `;
}

function picker(
  label: string,
  device: DeviceKind,
  all: readonly Device[],
  capture: Capture,
  dispatch: Dispatch,
): VNode | false {
  const inUse = capture.kind === "on" ? capture.track.getSettings().deviceId : undefined;
  return all.length > 1 && html`
    <label class="field">
      <span>${label}</span>
      <select value=${inUse} onChange=${(event: { currentTarget: HTMLSelectElement }) =>
        dispatch({ type: "choose-device", device, id: event.currentTarget.value })}>
        ${all.map(({ id, label }) => html`<option key=${id} value=${id}>${label}</option>`)}
      </select>
    </label>
  `;
}
