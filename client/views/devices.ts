/**
 * The visitor's picture, the switches of camera and microphone, and the choice of devices if there are several.
 */

import {
  BACK_CAMERA,
  type Capture,
  type Device,
  DEVICE_KINDS,
  type DeviceKind,
} from "../media/devices.ts";
import { shortcutOf } from "./keys.ts";
import { type Dispatch, html, type VNode } from "./markup.ts";
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
      onclick=${() => dispatch({ type: "toggle-device", device })}>${local[device]
        ? on
        : off}</button>
  `;
}

/** Draws the choice of devices. */
export function devicePickers(state: State, dispatch: Dispatch): (VNode | false)[] {
  return [...DEVICE_KINDS.map((device) => picker(state, device, dispatch)), flip(state, dispatch)];
}

/** Draws the button that changes between the front and the back camera, on devices that have both. */
function flip({ media: { camera, cameras }, language }: State, dispatch: Dispatch): VNode | false {
  const facing = settingsOf(camera)?.facingMode;
  const id = facing === BACK_CAMERA ? "" : BACK_CAMERA;
  return facing !== undefined && cameras.length > 1 && html`
    <button type="button" class="button-secondary" onclick=${() =>
      dispatch({ type: "choose-device", device: "camera", id })}>${language.words
      .FlipCamera}</button>
  `;
}

/** The visitor's picture, mirrored unless it comes from the back; `undefined` while the camera is off. */
export function ownPicture(
  { media: { camera, stream }, language: { words } }: State,
  className = "",
): VNode | undefined {
  const look = settingsOf(camera)?.facingMode === BACK_CAMERA ? "" : "mirrored";
  return camera.kind !== "on" ? undefined : html`
    <video class=${`${className} ${look}`} aria-label=${words
      .YourPicture} srcObject=${stream} autoplay muted
      playsInline></video>
  `;
}

function picker(state: State, device: DeviceKind, dispatch: Dispatch): VNode | false {
  const { label, all, wanted } = listOf(state, device);
  const chosen = settingsOf(state.media[device])?.deviceId ?? wanted;
  return all.length > 1 && html`
    <label class="field">
      <span>${label}</span>
      <select onchange=${(event: { currentTarget: HTMLSelectElement }) =>
        dispatch({ type: "choose-device", device, id: event.currentTarget.value })}>
        ${all.map(({ id, label }) =>
          html`
            <option key=${id} value=${id} selected=${id === chosen}>${label}</option>
          `
        )}
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

/** What is known of a device that is on. With any device wanted, only the track knows its id. */
function settingsOf(capture: Capture): MediaTrackSettings | undefined {
  return capture.kind === "on" ? capture.track.getSettings() : undefined;
}
