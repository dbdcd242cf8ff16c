/**
 * What is seen and heard in a call: the partner, and the visitor's own picture. The state determines which devices are
 * on (`wantedDevices`), so none is ever left on by mistake.
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

/** The media of a partner who has not sent anything yet. */
export const NO_REMOTE_MEDIA: RemoteMedia = {
  stream: undefined,
  picture: true,
  sound: true,
  revealed: false,
  paused: false,
  frozen: false,
  muted: false,
  swapped: false,
  quality: undefined,
};

/** The devices that should be on. */
export function wantedDevices(state: State): Wanted {
  if (!isShowing(state)) return NOTHING_WANTED;
  const { camera, cameraId, microphone, microphoneId } = state.local;
  return {
    camera: camera ? cameraId : undefined,
    microphone: microphone ? microphoneId : undefined,
  };
}

/** The current call, or `NO_CALL`. */
export function callOf(state: State): Call {
  return isTalking(state) ? state.screen.chat.call : NO_CALL;
}

/** Whether the visitor is visible in a call, or sees a preview of what a call will show. */
function isShowing(state: State): boolean {
  const { screen, mode, preferences } = state;
  if (screen.kind === "home" || screen.kind === "broken") return false;
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

/** The preference with which each device starts off. */
export const STARTS_OFF = { camera: "cameraOff", microphone: "muted" } as const;

/**
 * The devices with which the next chat begins: as before, except that a device which is set to start off is off. So
 * this preference applies to every partner, and a device that was switched off never comes on unasked.
 */
export function startingDevices({ local, preferences: { cameraOff, muted } }: State): LocalDevices {
  return { ...local, camera: local.camera && !cameraOff, microphone: local.microphone && !muted };
}

/** Whether the screen has the switches of camera and microphone, and so shows what the partner receives. */
export function hasSwitches(state: State): boolean {
  const { kind } = callOf(state);
  return state.screen.kind === "preview" || (kind !== "none" && kind !== "failed");
}

/** Changes which devices the visitor wants. */
export function want(state: State, change: Partial<LocalDevices>): Transition {
  return transition({ ...state, local: { ...state.local, ...change } });
}

/** Chooses a device. If it can't be opened, the previous choice applies again. */
export function choose(state: State, device: DeviceKind, id: string): Transition {
  const fallback = { device, id: state.local[`${device}Id`] };
  return want({ ...state, fallback }, { [`${device}Id`]: id });
}

/** Keeps a chosen device that has opened, and returns to the previous one if it hasn't. */
function settleChoice(state: State): State {
  const { fallback, local, media } = state;
  if (fallback === undefined) return state;
  const capture = media[fallback.device];
  if (capture.kind === "on") return { ...state, fallback: undefined };
  if (capture.kind !== "trouble" || capture.track) return state;
  const former = { ...local, [`${fallback.device}Id`]: fallback.id };
  return { ...state, local: former, fallback: undefined };
}

/** Handles changed devices. During a call, the partner learns what is being sent. */
export function takeMedia(state: State, media: Media): Transition {
  const taken = settleChoice({ ...state, media });
  const isSame = (device: DeviceKind): boolean =>
    (media[device].kind === "on") === (state.media[device].kind === "on");
  const isQuiet = callOf(state).kind !== "live" || isSame("camera") && isSame("microphone");
  return isQuiet ? transition(taken) : transition(taken, tellMedia(taken));
}

function tellMedia({ media: { camera, microphone } }: State): Effect {
  const [picture, sound] = [camera.kind === "on", microphone.kind === "on"];
  return { type: "say", envelope: { kind: "media", picture, sound } };
}

/** Returns `state` with `change` applied to the partner's media. */
export function withRemoteMedia(state: State, change: Partial<RemoteMedia>): State {
  if (state.screen.kind !== "chat") return state;
  return withChat(state, { media: { ...state.screen.chat.media, ...change } });
}

/** Whether the visitor is asked to accept a call. */
function isRequested(call: Call): boolean {
  return call.kind === "consenting" && call.invited;
}

/**
 * Applies an event to the call. When the call becomes live, and again when a connection has dropped, the partner learns
 * what is being sent. A browser that can't make calls answers every request itself, and searches only for text from
 * then on.
 */
export function onCall(state: State, event: CallEvent, now: number): Transition {
  if (!isTalking(state)) return transition(state);
  const isRequest = event.type === "want" || event.type === "heard" && event.says === "willing";
  if (isRequest && !state.canCall) return onCall(state, { type: "unable" }, now);
  const { call: before, media: { revealed, muted } } = state.screen.chat;
  const { call, effects, notice } = reduceCall(before, event, now, state.preferences.direct);
  const able = event.type === "unable"
    ? { ...state, canCall: false, mode: "text" as const }
    : state;
  const isNew = isRequested(call) && !isRequested(before) && !state.focused;
  const called = withChat({ ...able, unread: able.unread + Number(isNew) }, { call });
  const told = notice === undefined
    ? called
    : withLine(called, { from: "page", notice: { kind: notice } }, now);
  const ready = effects.some((effect) => effect.type === "start-call")
    ? withRemoteMedia(told, { ...NO_REMOTE_MEDIA, revealed, muted })
    : told;
  const tells = call.kind === "live" && (before.kind !== "live" || event.type === "resynced");
  return transition(ready, ...effects, ...(tells ? [tellMedia(ready)] : []));
}
