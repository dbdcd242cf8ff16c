/**
 * What is seen and heard in a call: of the stranger, and of oneself. Which devices are to be on follows from the state
 * (`wantedDevices`), so none is ever left on.
 */

import { type Call, type CallEvent, NO_CALL, reduceCall } from "./call.ts";
import { type DeviceKind, type Media, NOTHING_WANTED, type Wanted } from "../media/devices.ts";
import {
  type Effect,
  isTalking,
  type LocalDevices,
  type RemoteMedia,
  type State,
  type Transition,
  transition,
  withChat,
  withLine,
} from "./state.ts";

/** Before anything is seen or heard. */
export const NO_REMOTE_MEDIA: RemoteMedia = {
  stream: undefined,
  picture: true,
  sound: true,
  revealed: false,
  swapped: false,
  quality: undefined,
};

/** Which devices are to be on. */
export function wantedDevices(state: State): Wanted {
  if (!isShowing(state)) return NOTHING_WANTED;
  const { camera, cameraId, microphone, microphoneId } = state.local;
  return {
    camera: camera ? cameraId : undefined,
    microphone: microphone ? microphoneId : undefined,
  };
}

/** The call under way, if any. */
export function callOf(state: State): Call {
  return state.screen.kind === "chat" && isTalking(state) ? state.screen.chat.call : NO_CALL;
}

/** Whether this person shows themselves, or sees what they are about to show. */
function isShowing(state: State): boolean {
  const { screen, mode, preferences } = state;
  if (screen.kind === "home") return false;
  if (screen.kind === "preview") return true;
  if (screen.kind === "searching") return screen.keepsDevices;
  const kept = mode === "video" && preferences.keepCamera;
  switch (callOf(state).kind) {
    case "none":
    case "failed":
      return kept;
    case "preparing":
    case "consenting":
      return mode === "video";
    default:
      return true;
  }
}

/** Which choice has a device start off. */
export const STARTS_OFF = { camera: "cameraOff", microphone: "muted" } as const;

/**
 * What this person sends when the next chat begins: as before, except that a device which is to start off is off. So a
 * choice to start off holds for each stranger, and nothing that was switched off comes on unasked.
 */
export function startingDevices({ local, preferences: { cameraOff, muted } }: State): LocalDevices {
  return { ...local, camera: local.camera && !cameraOff, microphone: local.microphone && !muted };
}

/** Whether the screen has the switches of camera and microphone, and so says what the stranger gets. */
export function hasSwitches(state: State): boolean {
  const { kind } = callOf(state);
  return state.screen.kind === "preview" || (kind !== "none" && kind !== "failed");
}

/** Wants something else of the devices. */
export function want(state: State, change: Partial<LocalDevices>): Transition {
  return transition({ ...state, local: { ...state.local, ...change } });
}

/** The devices are others, or on, or off; the stranger learns what is sent. */
export function takeMedia(state: State, media: Media): Transition {
  const taken = { ...state, media };
  const isSame = (device: DeviceKind): boolean =>
    (media[device].kind === "on") === (state.media[device].kind === "on");
  const isQuiet = callOf(state).kind !== "live" || isSame("camera") && isSame("microphone");
  return isQuiet ? transition(taken) : transition(taken, tellMedia(taken));
}

function tellMedia({ media: { camera, microphone } }: State): Effect {
  const [picture, sound] = [camera.kind === "on", microphone.kind === "on"];
  return { do: "say", envelope: { kind: "media", picture, sound } };
}

/** The same with something of what is seen and heard changed. */
export function withRemoteMedia(state: State, change: Partial<RemoteMedia>): State {
  if (state.screen.kind !== "chat") return state;
  return withChat(state, { media: { ...state.screen.chat.media, ...change } });
}

/** Something happens to the call; as soon as it is connected, the stranger learns what is sent. */
export function onCall(state: State, event: CallEvent, now: number): Transition {
  if (state.screen.kind !== "chat" || !isTalking(state)) return transition(state);
  const before = state.screen.chat.call;
  const { call, effects, notice } = reduceCall(before, event, now);
  const called = withChat(state, { call });
  const told = notice === undefined
    ? called
    : withLine(called, { from: "page", notice: { kind: notice } }, now);
  const ready = effects.some((effect) => effect.do === "start-call")
    ? withRemoteMedia(told, { ...NO_REMOTE_MEDIA, revealed: state.screen.chat.media.revealed })
    : told;
  const isNew = call.kind === "live" && before.kind !== "live";
  return transition(ready, ...effects, ...(isNew ? [tellMedia(ready)] : []));
}
