/**
 * Everything the page knows, everything that can happen to it, and everything that can come of that. `reducer.ts`
 * says which event leads to what; the parts of that which speak of a search, a chat and a call have files of their own.
 */

import type {
  Challenge,
  ClientMessage,
  Hindrance,
  Mode,
  ReportReason,
  Role,
  ServerMessage,
} from "../../protocol.ts";
import type { Call, CallEffect, CallEvent, CallNotice } from "./call.ts";
import type { Delivery } from "./delivery.ts";
import { type DeviceKind, type Media, NO_MEDIA } from "../media/devices.ts";
import type { Envelope } from "../crypto/envelope.ts";
import type { Language } from "../languages/language.ts";
import type { Preferences } from "./preferences.ts";
import type { Quality } from "../media/peer_connection.ts";

/** How many lines a chat keeps; the oldest go first. */
export const MAX_LINES = 2_000;

/** Something that happened in a chat, told in a line of its own. */
export type SystemMessage =
  | { kind: "began"; interests: string[]; met: boolean }
  | {
    kind: "you-left" | "stranger-left" | "connection-lost" | "not-secured" | "blocked" | "restart";
  }
  | { kind: "report-taken" | "tampered" | CallNotice };

/** What a line says. A message of one's own has its number in the chat, and a mark once it has arrived. */
export type LineContent =
  | {
    readonly from: "you";
    readonly text: string;
    readonly number: number;
    readonly isDelivered: boolean;
  }
  | { readonly from: "stranger"; readonly text: string }
  | { readonly from: "page"; readonly notice: SystemMessage };

/** One line of a chat; `id` counts from 0, `at` is in milliseconds since 1970. */
export type Line = { readonly id: number; readonly at: number } & LineContent;

/** A chat, running or over. */
export interface Chat {
  readonly lines: readonly Line[];
  readonly phase: { kind: "talking" } | { kind: "asking"; until: number } | { kind: "over" };
  /** What to compare with the stranger; empty until the keys are agreed. */
  readonly pictures: readonly number[];
  readonly draft: string;
  /** When the stranger's typing mark ends; 0 for none. */
  readonly typingUntil: number;
  /** When the stranger was last told that we type. */
  readonly typingTold: number;
  readonly delivery: Delivery;
  /** When this side gives up coming back, because its connection dropped; 0 while that is not so. */
  readonly lostUntil: number;
  /** Whether the stranger's connection has dropped; that it is back is said for a moment. */
  readonly stranger: { kind: "here" } | { kind: "away" } | { kind: "back"; until: number };
  readonly report: "none" | "choosing" | "sent" | "taken";
  readonly call: Call;
  readonly media: RemoteMedia;
}

/** What is seen and heard of the stranger in a call. */
export interface RemoteMedia {
  readonly stream: MediaStream | undefined;
  /** Whether the stranger sends a picture, and sound. */
  readonly picture: boolean;
  readonly sound: boolean;
  /** Whether this person has chosen to look. */
  readonly revealed: boolean;
  /** One's own picture is the large one. */
  readonly swapped: boolean;
  /** How good the connection is; `undefined` while that is not known. */
  readonly quality: Quality | undefined;
}

/**
 * What this person wants to send: whether, and from which device (an id, empty for any). The screen shows it wherever it
 * can change, and it holds from the preview through every call until the person changes it.
 */
export type LocalDevices = Readonly<
  Record<DeviceKind, boolean> & Record<`${DeviceKind}Id`, string>
>;

/** What the page shows. */
export type Screen =
  | { readonly kind: "home" | "preview" }
  | Searching
  | { readonly kind: "chat"; readonly chat: Chat };

/** A search, from the first question to the stranger. */
export interface Searching {
  readonly kind: "searching";
  readonly since: number;
  readonly phase: "fresh" | "wide" | "long";
  /** When to ask again, because one went too fast; 0 for never. */
  readonly retryAt: number;
  /** What this device works on before the search begins; `undefined` for nothing. */
  readonly challenge: Challenge | undefined;
  /** The devices stay on meanwhile. */
  readonly keepsDevices: boolean;
}

/** Everything the page knows. */
export interface State {
  readonly screen: Screen;
  readonly mode: Mode;
  readonly preferences: Preferences;
  /** What the page speaks. */
  readonly language: Language;
  /** What was chosen instead can't be had. */
  readonly languageFailed: boolean;
  readonly media: Media;
  readonly local: LocalDevices;
  /** How loud the stranger is, from 0 to 1. */
  readonly volume: number;
  readonly interests: readonly string[];
  /** What stands in the interests box. */
  readonly interestDraft: string;
  /** Start was pressed before the confirmation. */
  readonly showAgeReminder: boolean;
  readonly connectionState: "dialling" | "up" | "down";
  /** What keeps this page from connecting, and until when (milliseconds since 1970). */
  readonly refusal: { readonly code: Hindrance["code"]; readonly until: number } | undefined;
  readonly online: number;
  /** Whether the person is looking. */
  readonly focused: boolean;
  /** Whether the page can't be seen at all. */
  readonly hidden: boolean;
  /** Messages that came while they weren't. */
  readonly unread: number;
}

/** Everything that can happen. */
export type Event =
  | { type: "confirm"; adult: boolean }
  | { type: "type-interest"; text: string }
  | { type: "add-interest" }
  | { type: "remove-interest"; interest: string }
  | { type: "start" | "start-video" | "stop" | "again" | "home" | "send" | "save" | "tick" }
  | { type: "escape" }
  | { type: "prefer"; change: Partial<Preferences> }
  | { type: "language"; language: Language }
  | { type: "language-failed" }
  | { type: "call"; event: CallEvent }
  /** This person has pressed a button that begins, accepts, declines or ends a call. */
  | { type: "answer"; answer: "want" | "refuse" }
  | { type: "toggle-device"; device: DeviceKind }
  | { type: "choose-device"; device: DeviceKind; id: string }
  | { type: "media"; media: Media }
  | { type: "remote-media"; change: Partial<RemoteMedia> }
  | { type: "volume"; volume: number }
  | { type: "pop-out" | "full-screen" }
  | { type: "type"; text: string }
  | { type: "choose-report" | "cancel-report" }
  | { type: "report"; reason: ReportReason }
  | { type: "attention"; focused: boolean; hidden: boolean }
  /** `mayResume`: it was not closed, it dropped. */
  | { type: "down"; mayResume: boolean }
  | { type: "server"; message: ServerMessage }
  | { type: "stranger"; envelope: Envelope }
  | { type: "secured"; pictures: readonly number[] }
  | { type: "hindered"; hindrance: Hindrance }
  | { type: "solved"; challenge: Challenge; nonce: number }
  | { type: "tampered" | "not-secured" };

/** Something for `app.ts` to do. */
export type Effect =
  | { do: "tell"; message: ClientMessage }
  | { do: "say"; envelope: Envelope }
  | { do: "secure"; role: Role }
  | { do: "solve"; challenge: Challenge }
  | { do: "mend" }
  | CallEffect
  | { do: "set-up"; text: string }
  | { do: "pop-out" | "full-screen" }
  /** `unlessTouch`: not where the focus would bring up a keyboard over half of the screen. */
  | {
    do: "focus";
    on: "message" | "adult" | "cancel" | "report" | "start";
    unlessTouch?: true;
  }
  | { do: "ring" | "save" | "keep-preferences" };

/** What an event leads to. */
export interface Transition {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** The page as it opens. */
export function initialState(preferences: Preferences, language: Language): State {
  return {
    screen: { kind: "home" },
    mode: "text",
    preferences,
    language,
    languageFailed: false,
    media: NO_MEDIA,
    local: {
      camera: !preferences.cameraOff,
      microphone: !preferences.muted,
      cameraId: "",
      microphoneId: "",
    },
    volume: 1,
    interests: [],
    interestDraft: "",
    showAgeReminder: false,
    connectionState: "dialling",
    refusal: undefined,
    online: 0,
    focused: true,
    hidden: false,
    unread: 0,
  };
}

/** A new state, and what is to be done. */
export function transition(state: State, ...effects: Effect[]): Transition {
  return { state, effects };
}

/** Whether a chat is under way, so that closing the page would end it. */
export function isTalking({ screen }: State): boolean {
  return screen.kind === "chat" && screen.chat.phase.kind !== "over";
}

/** The same with something of the chat changed; a page that shows none stays as it is. */
export function withChat(state: State, change: Partial<Chat>): State {
  if (state.screen.kind !== "chat") return state;
  return { ...state, screen: { kind: "chat", chat: { ...state.screen.chat, ...change } } };
}

/** The same with one more line in the chat. */
export function withLine(state: State, content: LineContent, at: number): State {
  if (state.screen.kind !== "chat") return state;
  const { lines } = state.screen.chat;
  const id = (lines.at(-1)?.id ?? -1) + 1;
  return withChat(state, { lines: [...lines.slice(1 - MAX_LINES), { id, at, ...content }] });
}

/** Leaves the chat, or the search. */
export const LEAVE: Effect = { do: "tell", message: { type: "leave" } };
