/**
 * The visitor's picture, the switches of camera and microphone, and the choice of devices if there are several.
 */

import type { VNode } from "preact";
import { type Capture, type Device, DEVICE_KINDS, type DeviceKind } from "../media/devices.ts";
import { shortcutOf } from "./keys.ts";
import { type Dispatch, html } from "./markup.ts";
import type { State } from "../state/state.ts";

/**
 * Draws a switch for each device, with a label that says what the partner receives. `beside` is added to their group.
 */
export function deviceSwitches(
  state: State,
  dispatch: Dispatch,
  ...beside: readonly VNode[]
): VNode {
  return html`
    <div class="call-controls" role="group" aria-label=${state.language.words.YourDevices}>
      ${deviceSwitch(state, "microphone", dispatch)}
      ${deviceSwitch(state, "camera", dispatch)}
      ${beside}
    </div>
  `;
}

function deviceSwitch(
  { local, language: { words } }: State,
  device: DeviceKind,
  dispatch: Dispatch,
): VNode {
  const [on, off] = device === "camera"
    ? [words.CameraOn, words.CameraOff]
    : [words.MicOn, words.MicOff];
  const { title, aria } = shortcutOf(device);
  return html`
    <button type="button" class="button-secondary" aria-pressed=${local[device]} title=${title}
      aria-keyshortcuts=${aria}
      onClick=${() => dispatch({ type: "toggle-device", device })}>${local[device]
        ? on
        : off}</button>
  `;
}

/** Draws the choice of devices. */
export function devicePickers(state: State, dispatch: Dispatch): (VNode | false)[] {
  return DEVICE_KINDS.map((device) => picker(state, device, dispatch));
}

/** The visitor's picture, mirrored; `undefined` while the camera is off. */
export function ownPicture(
  { media: { camera, stream }, language: { words } }: State,
  className = "mirrored",
): VNode | undefined {
  return camera.kind !== "on" ? undefined : html`
    <video class=${className} aria-label=${words.YourPicture} srcObject=${stream} autoplay muted
      playsinline></video>
  `;
}

function picker(state: State, device: DeviceKind, dispatch: Dispatch): VNode | false {
  const { label, all, wanted } = listOf(state, device);
  const chosen = inUse(state.media[device]) ?? wanted;
  return all.length > 1 && html`
    <label class="field">
      <span>${label}</span>
      <select value=${chosen} onChange=${(event: { currentTarget: HTMLSelectElement }) =>
        dispatch({ type: "choose-device", device, id: event.currentTarget.value })}>
        ${all.map(({ id, label }) => html`<option key=${id} value=${id}>${label}</option>`)}
      </select>
    </label>
  `;
}

interface DeviceList {
  readonly label: string;
  readonly all: readonly Device[];
  /** The id of the device that the visitor has chosen; "" for any. */
  readonly wanted: string;
}

function listOf(
  { media, local, language: { words } }: State,
  device: DeviceKind,
): DeviceList {
  return device === "camera"
    ? { label: words.Camera, all: media.cameras, wanted: local.cameraId }
    : { label: words.Microphone, all: media.microphones, wanted: local.microphoneId };
}

/** The id of a device that is on. With any device wanted, only the track knows it. */
function inUse(capture: Capture): string | undefined {
  return capture.kind === "on" ? capture.track.getSettings().deviceId : undefined;
}
