/**
 * Everything the page knows, every event, and every effect. `reducer.ts` says which event leads to what. The parts that
 * concern a search, a chat and a call are in separate files.
 */

import type {
  Challenge,
  ClientMessage,
  ConnectionRefusal,
  Mode,
  ReportReason,
  Role,
  SearchStep,
  ServerMessage,
} from "../../protocol.ts";
import type { Automation } from "./automation.ts";
import type { Countdown } from "./countdown.ts";
import type { Call, CallEffect, CallEvent, CallNotice } from "./call.ts";
import type { Delivery } from "./delivery.ts";
import { type DeviceKind, type Media, NO_MEDIA } from "../media/devices.ts";
import type { Envelope } from "../crypto/envelope.ts";
import type { Language } from "../languages/language.ts";
import type { Preferences } from "./preferences.ts";
import type { Quality } from "../media/peer_connection.ts";

/** Maximum number of lines in a chat. The oldest are removed first. */
export const MAX_LINES = 2_000;

/** Something that happened in a chat, shown in a separate line. */
export type SystemMessage =
  /** `interests` and `languages` are what both named. Without `languages`, the page knows nothing about that. */
  | {
    kind: "began";
    interests: readonly string[];
    languages?: readonly string[] | undefined;
    met: boolean;
  }
  | {
    kind:
      | "you-left"
      | "stranger-left"
      | "connection-lost"
      | "not-secured"
      | "blocked"
      | "restart"
      | "own-tab";
  }
  /** `again`: another chat with the last partner began. */
  | { kind: "again" | "report-taken" | "tampered" | "text-only" | CallNotice };

/** The content of a line. The visitor's own message has its number in the chat, and a mark once it has arrived. */
export type LineContent =
  | {
    readonly from: "you";
    readonly text: string;
    readonly number: number;
    readonly isDelivered: boolean;
  }
  /** `draft`: what the visitor was writing when the chat ended. */
  | { readonly from: "stranger" | "draft"; readonly text: string }
  | { readonly from: "page"; readonly notice: SystemMessage };

/** One line of a chat; `id` counts from 0, `at` is the time of the calendar in milliseconds since 1970. */
export type Line = { readonly id: number; readonly at: number } & LineContent;

/** A chat, running or over. */
export interface Chat {
  readonly lines: readonly Line[];
  readonly phase: { kind: "talking" } | { kind: "asking"; until: number } | { kind: "over" };
  /** The pictures to compare with the partner; empty until the keys are agreed. */
  readonly pictures: readonly number[];
  /** The suite by which they were agreed. */
  readonly suite: number;
  readonly draft: string;
  /** How many lines arrived while the visitor reads older ones; `undefined` while the newest is in view. */
  readonly missed: number | undefined;
  /** When the partner's typing indicator ends; 0 for none. */
  readonly typingUntil: number;
  /** When the partner was last told that the visitor is typing. */
  readonly typingTold: number;
  readonly delivery: Delivery;
  /** When a dropped connection of this side ends the chat; 0 while it is connected. */
  readonly lostUntil: number;
  /** Whether the partner's connection has dropped. `back` is shown for a moment. */
  readonly partner: { kind: "here" } | { kind: "away" } | { kind: "back"; until: number };
  readonly report: "none" | "choosing" | "sent" | "taken";
  /** Whether there is something to save, and whether the visitor was asked about it when leaving with Escape. */
  readonly unsaved: boolean | "asked";
  /** Whether the stranger looks like a program. */
  readonly automation: Automation;
  readonly call: Call;
  readonly media: RemoteMedia;
}

/** The partner's picture and sound in a call. */
export interface RemoteMedia {
  readonly stream: MediaStream | undefined;
  /** Whether the partner sends a picture, and sound. */
  readonly picture: boolean;
  readonly sound: boolean;
  /** Whether the visitor has chosen to look. */
  readonly revealed: boolean;
  /** Whether the browser doesn't play what arrives, until the visitor asks it to. */
  readonly paused: boolean;
  /** Whether the picture has stopped arriving although the partner sends it. */
  readonly frozen: boolean;
  /** Whether the visitor has muted the partner. */
  readonly muted: boolean;
  /** Whether the visitor's own picture is the large one. */
  readonly swapped: boolean;
  /** The quality of the connection; `undefined` while it is unknown. */
  readonly quality: Quality | undefined;
}

/**
 * What the visitor wants to send: whether, and from which device (an id; empty for any). It is shown wherever it can be
 * changed, and applies from the preview through every call until the visitor changes it.
 */
export type LocalDevices = Readonly<
  Record<DeviceKind, boolean> & Record<`${DeviceKind}Id`, string>
>;

/** What the page shows. */
export type Screen =
  /** `broken`: the page can't be drawn. */
  | { readonly kind: "home" | "preview" | "broken" }
  | Searching
  | { readonly kind: "chat"; readonly chat: Chat };

/** A search, from the request until a partner is found. */
export interface Searching {
  readonly kind: "searching";
  readonly since: number;
  /** The languages that the request named. */
  readonly languages: readonly string[];
  /** Whom the search accepts. A server that was sent languages says so, and others follow the page's clock. */
  readonly step: SearchStep;
  /** When the page assumes that any partner will do; 0 if the server says so. */
  readonly widensAt: number;
  readonly isLong: boolean;
  /** When to repeat a request that came too soon; 0 for never. */
  readonly retryAt: number;
  /** The challenge that is being solved before the search begins. */
  readonly challenge: Challenge | undefined;
  /** Whether the visitor would meet more people after reloading the page. */
  readonly isOutdated: boolean;
  /** Whether camera and microphone stay on during the search. */
  readonly keepsDevices: boolean;
}

/** The way back to the last partner. */
export interface Rematch extends Countdown {
  /** The last chat, and whether there is something to save. */
  readonly lines: readonly Line[];
  readonly unsaved: boolean;
  /** Whether the visitor asks, and whether the stranger does. */
  readonly asks: boolean;
  readonly isAsked: boolean;
}

/** Everything the page knows. */
export interface State {
  readonly screen: Screen;
  readonly mode: Mode;
  readonly preferences: Preferences;
  /** The language of the page. */
  readonly language: Language;
  /** Whether the chosen language could not be loaded. */
  readonly languageFailed: boolean;
  /** Whether this browser can make calls. */
  readonly canCall: boolean;
  readonly media: Media;
  readonly local: LocalDevices;
  /** The previous choice of a device, until the one that replaces it has opened. */
  readonly fallback: { readonly device: DeviceKind; readonly id: string } | undefined;
  /** The volume of the partner, from 0 to 1. */
  readonly volume: number;
  readonly interests: readonly string[];
  /** What the visitor speaks: what the browser reports, and changes that last as long as the page. */
  readonly languages: readonly string[];
  /** The text in the interests box. */
  readonly interestDraft: string;
  /** Whether the visitor pressed Start before confirming their age. */
  readonly showAgeReminder: boolean;
  /** `up`: the server has welcomed this page, and nothing suggests that the connection has died since. */
  readonly connectionState: "dialling" | "up" | "down";
  /** Whether the server answers requests, and still no connection can be opened. */
  readonly isFiltered: boolean;
  /** What the server understands that the first version did not. */
  readonly features: readonly string[];
  /** The number of the last search. The answers to older ones are ignored. */
  readonly searchNumber: number;
  /** The calendar minus the page's clock, in milliseconds. The calendar may be set at any time, the clock can't. */
  readonly calendarOffset: number;
  /** The way back to the last partner, if there still is a way. */
  readonly rematch: Rematch | undefined;
  /** When the next search starts automatically; `undefined` if it doesn't. */
  readonly nextChat: Countdown | undefined;
  /** Why this page can't connect, and until when, in milliseconds of the page's clock. */
  readonly refusal:
    | { readonly code: ConnectionRefusal["code"]; readonly until: number }
    | undefined;
  readonly online: number;
  /** Whether the page is visible and has the focus. */
  readonly focused: boolean;
  /** Whether the page is in the background. */
  readonly hidden: boolean;
  /** How many lines and calls arrived while the page did not have the focus. */
  readonly unread: number;
  /** Whether the browser shows notifications of this page. */
  readonly permission: Permission;
  /** When the step of the visit last changed, and that of the call. */
  readonly stepAt: number;
  readonly callAt: number;
}

/** The browser's permission to show notifications; `unsupported` if it has none. */
export type Permission = NotificationPermission | "unsupported";

/** What a notification is about. */
export type NotificationTopic = "arrival" | "message";

/** What a visitor answers to a question about a call. */
export type CallAnswer = "want" | "refuse" | "retry";

export type Event =
  | { type: "confirm"; adult: boolean }
  /** `isComposing`: an input method is composing a word. */
  | { type: "type-interest"; text: string; isComposing?: boolean }
  | { type: "add-interest" }
  | { type: "remove-interest"; interest: string }
  | { type: "add-language" | "remove-language"; language: string }
  | { type: "start" | "start-video" | "stop" | "again" | "home" | "send" | "save" | "tick" }
  | { type: "escape" }
  /** `rematch`: asks for another chat with the last partner. `stay`: the visitor does something after a chat. */
  | { type: "rematch" | "stay" }
  | { type: "prefer"; change: Partial<Preferences> }
  /** Another tab has changed the preferences. */
  | { type: "preferred"; preferences: Preferences }
  | { type: "language"; language: Language }
  | { type: "language-failed" }
  | { type: "call"; event: CallEvent }
  /** The visitor has pressed a button that begins, accepts, declines or ends a call. */
  | { type: "answer"; answer: CallAnswer }
  | { type: "toggle-device"; device: DeviceKind }
  | { type: "choose-device"; device: DeviceKind; id: string }
  | { type: "media"; media: Media }
  | { type: "remote-media"; change: Partial<RemoteMedia> }
  | { type: "volume"; volume: number }
  | { type: "play" | "pop-out" | "full-screen" }
  | { type: "type"; text: string }
  /** The conversation was scrolled to its newest line, or away from it. */
  | { type: "scroll"; atEnd: boolean }
  | { type: "choose-report" | "cancel-report" }
  /** The stranger has sent what the previous one sent. The visitor wants to hear no more of such a sign. */
  | { type: "repeated-text" | "dismiss-sign" }
  | { type: "report"; reason: ReportReason }
  | { type: "attention"; focused: boolean; hidden: boolean }
  /** The visitor has pressed the switch for notifications. */
  | { type: "toggle-notifications" }
  | { type: "permission"; permission: Permission }
  /** `mayResume`: the connection dropped, and the session may still exist. */
  | { type: "down"; mayResume: boolean }
  | { type: "server"; message: ServerMessage }
  | { type: "partner"; envelope: Envelope }
  | { type: "secured"; pictures: readonly number[]; suite: number }
  | { type: "refused"; refusal: ConnectionRefusal }
  | { type: "filtered" }
  | { type: "solved"; challenge: Challenge; nonce: number }
  /** `own-tab`: the partner is another tab of this browser. */
  | { type: "tampered" | "not-secured" | "own-tab" | "broken" | "picture" };

/** An effect, performed by `client/app/effects.ts`. */
export type Effect =
  | { type: "tell"; message: ClientMessage }
  | { type: "say"; envelope: Envelope }
  | { type: "secure"; role: Role }
  | { type: "solve"; challenge: Challenge }
  | { type: "resync" }
  | CallEffect
  | { type: "set-up"; text: string }
  | { type: "play" | "pop-out" | "full-screen" }
  /** `unlessTouch`: not on touch screens, where the focus would open a keyboard over half of the screen. */
  | {
    type: "focus";
    on: "message" | "adult" | "cancel" | "report" | "start" | "add-language";
    unlessTouch?: true;
  }
  | { type: "ring" | "save" | "ask-permission" }
  | { type: "notify"; topic: NotificationTopic }
  | { type: "keep-preferences"; change: Partial<Preferences> };

/** The result of an event. */
export interface Transition {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** What the page knows about its browser when it opens. */
export type Browser = Pick<State, "canCall" | "languages" | "permission">;

/** The state of a page that has just opened. */
export function initialState(
  preferences: Preferences,
  language: Language,
  { canCall = true, languages = [], permission = "unsupported" }: Partial<Browser> = {},
): State {
  return {
    screen: { kind: "home" },
    mode: "text",
    preferences,
    language,
    languageFailed: false,
    canCall,
    media: NO_MEDIA,
    local: {
      camera: !preferences.cameraOff,
      microphone: !preferences.muted,
      cameraId: "",
      microphoneId: "",
    },
    fallback: undefined,
    volume: 1,
    interests: [],
    languages,
    interestDraft: "",
    showAgeReminder: false,
    connectionState: "dialling",
    isFiltered: false,
    features: [],
    searchNumber: 0,
    calendarOffset: 0,
    rematch: undefined,
    nextChat: undefined,
    refusal: undefined,
    online: 0,
    focused: true,
    hidden: false,
    unread: 0,
    permission,
    stepAt: 0,
    callAt: 0,
  };
}

export function transition(state: State, ...effects: Effect[]): Transition {
  return { state, effects };
}

/** The state of a page with a chat. */
export type InChat = State & { readonly screen: { readonly kind: "chat" } };

/** Whether a chat is under way, so that closing the page would end it. */
export function isTalking(state: State): state is InChat {
  return state.screen.kind === "chat" && state.screen.chat.phase.kind !== "over";
}

/** Whether the visitor is in a chat or searches for one. */
export function isActive(state: State): boolean {
  return isTalking(state) || state.screen.kind === "searching";
}

/** Returns `state` with `change` applied to the chat. Without a chat, nothing changes. */
export function withChat(state: State, change: Partial<Chat>): State {
  if (state.screen.kind !== "chat") return state;
  return { ...state, screen: { kind: "chat", chat: { ...state.screen.chat, ...change } } };
}

/**
 * Returns `state` with one more line in the chat, which shows the time of the calendar. While the page does not have the
 * focus, the line counts as unread.
 */
export function withLine(state: State, content: LineContent, now: number): State {
  if (state.screen.kind !== "chat") return state;
  const { lines, missed } = state.screen.chat;
  const id = (lines.at(-1)?.id ?? -1) + 1;
  const unread = state.unread + Number(!state.focused && content.from !== "you");
  return withChat({ ...state, unread }, {
    lines: [...lines.slice(1 - MAX_LINES), { id, at: now + state.calendarOffset, ...content }],
    missed: missed === undefined ? undefined : missed + 1,
  });
}

export const LEAVE: Effect = { type: "tell", message: { type: "leave" } };
