/**
 * Everything the page knows, and every way it can change: a pure function from a state and an event to the next state
 * and the effects to carry out. Views only draw the state; only `app.ts` carries out effects; so the whole behaviour
 * of the page is tested without a browser.
 *
 *   home ──start──> searching ──paired──> chat: talking ──stop──> asking ──stop──> over ──again──> searching
 *    ^ └─> preview ─┘   │ stop                     ^    <──3 s──────┘               ^  │
 *    └──────────────────┘                          └ partner left, connection lost ─┘  └──home──> home
 *
 * A chat whose connection dropped stays as it is for a while, and can be written in and left. Whether one comes back to
 * it the server says (`resumed`); what then has to be sent again is worked out in `delivery.ts`.
 *
 * Whether there is a call in a chat is a machine of its own (`call_state.ts`). Which devices are to be on follows from
 * the state (`wantedDevices`), so none is ever left on.
 *
 * Time comes in with each event. What ends by itself ("Really stop?", typing marks, the hints of a long search) is a
 * deadline in the state; `nextDeadline` says when to send a `tick`.
 */

import {
  BACKGROUND_WINDOW,
  type Challenge,
  type ClientMessage,
  type Hindrance,
  isInterest,
  MAX_INTEREST_LENGTH,
  MAX_INTERESTS,
  type Mode,
  normalizeInterest,
  type ReportReason,
  RESUME_WINDOW,
  type Role,
  type ServerMessage,
} from "../protocol.ts";
import {
  type Call,
  callDeadline,
  type CallEffect,
  type CallEvent,
  type CallNotice,
  NO_CALL,
  reduceCall,
} from "./call_state.ts";
import {
  accept,
  type Arrival,
  confirm as confirmArrivals,
  type Delivery,
  greet,
  hold,
  isFull,
  nextConfirmation,
  NOTHING_SENT,
  type Outcome,
  post,
  repeat,
  settle,
} from "./delivery.ts";
import { type DeviceKind, type Media, NO_MEDIA, NOTHING_WANTED, type Wanted } from "./devices.ts";
import { type Envelope, MAX_MESSAGE_LENGTH } from "./envelope.ts";
import type { Language } from "./language.ts";
import { cleanText } from "./message_text.ts";
import type { Preferences } from "./preferences.ts";
import type { Quality } from "./video.ts";

/** How long "Really stop?" waits for a second answer, in milliseconds. */
export const ASKING_TIME = 3_000;
/** How long a typing mark stands, in milliseconds. */
export const TYPING_TIME = 3_000;
/** How often typing is told, at most, in milliseconds; less than it stands. */
export const TYPING_INTERVAL = 2_000;
/** When a search for shared interests takes anybody, in milliseconds; the server's window. */
export const WIDENS_AFTER = 5_000;
/** When a search is called long, in milliseconds. */
export const LONG_AFTER = 15_000;
/** How long it is said that the stranger is back, in milliseconds. */
export const BACK_TIME = 5_000;
/** How many lines a chat keeps; the oldest go first. */
export const MAX_LINES = 2_000;

/** Something that happened in a chat, told in a line of its own. */
export type Notice =
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
  | { readonly from: "page"; readonly notice: Notice };

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
  readonly stage: Stage;
}

/** What is seen and heard of the stranger in a call. */
export interface Stage {
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

/** What this person wants to send: whether, and from which device (an id, empty for any). */
export type Own = Readonly<Record<DeviceKind, boolean> & Record<`${DeviceKind}Id`, string>>;

/** What the page shows. */
export type Scene =
  | { readonly kind: "home" | "preview" }
  | {
    readonly kind: "searching";
    readonly since: number;
    readonly stage: "fresh" | "wide" | "long";
    /** When to ask again, because one went too fast; 0 for never. */
    readonly asksAgain: number;
    /** What this device works on before the search begins; `undefined` for nothing. */
    readonly challenge: Challenge | undefined;
    /** The devices stay on meanwhile. */
    readonly keepsDevices: boolean;
  }
  | { readonly kind: "chat"; readonly chat: Chat };

/** Everything the page knows. */
export interface State {
  readonly scene: Scene;
  readonly mode: Mode;
  readonly preferences: Preferences;
  /** What the page speaks. */
  readonly language: Language;
  /** What was chosen instead can't be had. */
  readonly languageFailed: boolean;
  readonly media: Media;
  readonly own: Own;
  /** How loud the stranger is, from 0 to 1. */
  readonly volume: number;
  readonly interests: readonly string[];
  /** What stands in the interests box. */
  readonly interestDraft: string;
  /** Start was pressed before the confirmation. */
  readonly reminded: boolean;
  readonly line: "dialling" | "up" | "down";
  /** What keeps this page from connecting, and until when (milliseconds since 1970). */
  readonly hindered: { readonly code: Hindrance["code"]; readonly until: number } | undefined;
  readonly online: number;
  /** Whether the person is looking. */
  readonly attentive: boolean;
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
  | { type: "toggle-device"; device: DeviceKind }
  | { type: "choose-device"; device: DeviceKind; id: string }
  | { type: "media"; media: Media }
  | { type: "stage"; change: Partial<Stage> }
  | { type: "volume"; volume: number }
  | { type: "pop-out" | "full-screen" }
  | { type: "type"; text: string }
  | { type: "choose-report" | "cancel-report" }
  | { type: "report"; reason: ReportReason }
  | { type: "attention"; attentive: boolean; hidden: boolean }
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
  | { do: "focus"; on: "message" | "adult" | "cancel" | "report" | "start" }
  | { do: "ring" | "save" | "keep-preferences" };

const LEAVE: Effect = { do: "tell", message: { type: "leave" } };

/** What an event leads to. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** The page as it opens. */
export function initialState(preferences: Preferences, language: Language): State {
  return {
    scene: { kind: "home" },
    mode: "text",
    preferences,
    language,
    languageFailed: false,
    media: NO_MEDIA,
    own: { camera: false, microphone: false, cameraId: "", microphoneId: "" },
    volume: 1,
    interests: [],
    interestDraft: "",
    reminded: false,
    line: "dialling",
    hindered: undefined,
    online: 0,
    attentive: true,
    hidden: false,
    unread: 0,
  };
}

/** What `event` makes of `state` at `now` (milliseconds since 1970). */
export function reduce(state: State, event: Event, now: number): Step {
  switch (event.type) {
    case "confirm":
      return confirm(state, event.adult);
    case "type-interest":
      return typeInterest(state, event.text);
    case "add-interest":
      return step(addInterest(state));
    case "remove-interest":
      return step({ ...state, interests: state.interests.filter((one) => one !== event.interest) });
    case "start":
      return start(state, (ready) => search({ ...ready, mode: "text" }, now));
    case "start-video":
      return start(state, (ready) => startVideo(ready, now));
    case "again":
      return search(state, now);
    case "home":
      return goHome(state);
    case "stop":
      return stop(state, now);
    case "escape":
      return escape(state, now);
    case "type":
      return type(state, event.text, now);
    case "send":
      return send(state, now);
    case "save":
      return step(state, { do: "save" });
    case "prefer":
      return prefer(state, event.change);
    case "language":
      return step({ ...state, language: event.language, languageFailed: false });
    case "language-failed":
      return step({ ...state, languageFailed: true });
    case "call":
      return onCall(state, event.event, now);
    case "toggle-device":
      return want(state, { [event.device]: !state.own[event.device] });
    case "choose-device":
      return want(state, { [event.device]: true, [`${event.device}Id`]: event.id });
    case "media":
      return takeMedia(state, event.media);
    case "stage":
      return step(withStage(state, event.change));
    case "volume":
      return step({ ...state, volume: event.volume });
    case "pop-out":
    case "full-screen":
      return step(state, { do: event.type });
    case "choose-report":
      return setReport(state, "none", "choosing", { do: "focus", on: "report" });
    case "cancel-report":
      return setReport(state, "choosing", "none", { do: "focus", on: "message" });
    case "report":
      return setReport(state, "choosing", "sent", { do: "focus", on: "message" }, {
        do: "tell",
        message: { type: "report", reason: event.reason },
      });
    case "attention":
      return attend(state, event.attentive, event.hidden);
    case "server":
      return hear(state, event.message, now);
    case "stranger":
      return receive(state, event.envelope, now);
    case "secured":
      return step(withChat(state, { pictures: event.pictures }));
    case "tampered":
      return step(noteTampering(state, now));
    case "not-secured":
      return step(endChat(state, { kind: "not-secured" }, now), LEAVE);
    case "down":
      return step(goDown({ ...state, line: "down" }, event.mayResume, now));
    case "hindered":
      return step(hinder(state, event.hindrance, now));
    case "solved":
      return solved(state, event.challenge, event.nonce);
    case "tick":
      return tick(state, now);
  }
}

/** When the state next changes by itself, in milliseconds since 1970. */
export function nextDeadline({ scene }: State): number | undefined {
  switch (scene.kind) {
    case "home":
    case "preview":
      return undefined;
    case "searching": {
      const stage = scene.since + (scene.stage === "fresh" ? WIDENS_AFTER : LONG_AFTER);
      return earliest(scene.stage === "long" ? 0 : stage, scene.asksAgain);
    }
    case "chat": {
      const { phase, typingUntil, lostUntil, stranger, delivery, call } = scene.chat;
      if (phase.kind === "over") return undefined;
      return earliest(
        typingUntil,
        phase.kind === "asking" ? phase.until : 0,
        lostUntil,
        stranger.kind === "back" ? stranger.until : 0,
        nextConfirmation(delivery),
        callDeadline(call),
      );
    }
  }
}

/** Which devices are to be on. */
export function wantedDevices(state: State): Wanted {
  if (!isShowing(state)) return NOTHING_WANTED;
  const { camera, cameraId, microphone, microphoneId } = state.own;
  return {
    camera: camera ? cameraId : undefined,
    microphone: microphone ? microphoneId : undefined,
  };
}

/** The call under way, if any. */
export function callOf(state: State): Call {
  return state.scene.kind === "chat" && isTalking(state) ? state.scene.chat.call : NO_CALL;
}

/** Whether this person shows themselves, or sees what they are about to show. */
function isShowing(state: State): boolean {
  const { scene, mode, preferences } = state;
  if (scene.kind === "home") return false;
  if (scene.kind === "preview") return true;
  if (scene.kind === "searching") return scene.keepsDevices;
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

/** The first of some moments, of which 0 is none. */
function earliest(...moments: number[]): number | undefined {
  const set = moments.filter(Boolean);
  return set.length > 0 ? Math.min(...set) : undefined;
}

/** Whether a chat is under way, so that closing the page would end it. */
export function isTalking({ scene }: State): boolean {
  return scene.kind === "chat" && scene.chat.phase.kind !== "over";
}

function step(state: State, ...effects: Effect[]): Step {
  return { state, effects };
}

/** Before a call its preferences are seen to work. */
function prefer(state: State, change: Partial<Preferences>): Step {
  const preferred = { ...state, preferences: { ...state.preferences, ...change } };
  const own = state.scene.kind === "preview" ? ownOf(preferred) : state.own;
  return step({ ...preferred, own }, { do: "keep-preferences" });
}

function confirm(state: State, adult: boolean): Step {
  return prefer({ ...state, reminded: false }, { adult });
}

/** As people type them in English, Arabic, Chinese and Japanese. */
const COMMA = /[,،，、]/;

/** A comma ends an interest, as Enter does. */
function typeInterest(state: State, text: string): Step {
  const typed = { ...state, interestDraft: text };
  return step(COMMA.test(text) ? addInterest(typed) : typed);
}

function addInterest(state: State): State {
  const drafts = state.interestDraft.split(COMMA).map(normalizeInterest).map(shorten).filter(
    isInterest,
  );
  const interests = [...new Set([...state.interests, ...drafts])].slice(0, MAX_INTERESTS);
  return { ...state, interests, interestDraft: "" };
}

function shorten(interest: string): string {
  return isInterest(interest)
    ? interest
    : [...interest].slice(0, MAX_INTEREST_LENGTH).join("").trim();
}

function start(state: State, go: (ready: State) => Step): Step {
  if (state.preferences.adult) return go(addInterest(state));
  return step({ ...state, reminded: true }, { do: "focus", on: "adult" });
}

/** Before the first call one sees what one is about to show. */
function startVideo(state: State, now: number): Step {
  const video = { ...state, mode: "video" } as const;
  if (state.scene.kind === "preview") return search(video, now);
  if (isBlocked(state)) return goHome(state);
  const scene = { kind: "preview" } as const;
  return step({ ...video, scene, own: ownOf(state) }, { do: "focus", on: "start" });
}

/** What one sends at the beginning of a call. */
function ownOf({ own, preferences: { cameraOff, muted } }: State): Own {
  return { ...own, camera: !cameraOff, microphone: !muted };
}

function want(state: State, change: Partial<Own>): Step {
  return step({ ...state, own: { ...state.own, ...change } });
}

/** Whether the server keeps this address out, rather than being full. */
function isBlocked({ hindered }: State): boolean {
  return hindered !== undefined && hindered.code !== "full" && hindered.code !== "crowded";
}

function search(state: State, now: number): Step {
  if (isBlocked(state)) return goHome(state);
  const scene = {
    kind: "searching",
    since: now,
    stage: "fresh",
    asksAgain: 0,
    challenge: undefined,
    keepsDevices: state.mode === "video" &&
      (state.scene.kind === "preview" || state.preferences.keepCamera),
  } as const;
  return step({ ...state, scene, unread: 0 }, find(state), { do: "focus", on: "cancel" });
}

function find({ interests, mode }: State): Effect {
  return { do: "tell", message: { type: "find", mode, interests: [...interests] } };
}

function goHome(state: State): Step {
  const { kind } = state.scene;
  const leave: Effect[] = kind === "home" || kind === "preview" ? [] : [LEAVE];
  return step({ ...state, scene: { kind: "home" } }, ...leave, { do: "focus", on: "start" });
}

/** The one button that leads from a chat to the next: ask, leave, find. */
function stop(state: State, now: number): Step {
  const { scene } = state;
  if (scene.kind === "searching" || scene.kind === "preview") return goHome(state);
  if (scene.kind !== "chat") return step(state);
  switch (scene.chat.phase.kind) {
    case "talking":
      return step(withChat(state, { phase: { kind: "asking", until: now + ASKING_TIME } }));
    case "asking":
      return step(endChat(state, { kind: "you-left" }, now), LEAVE);
    case "over":
      return search(state, now);
  }
}

function escape(state: State, now: number): Step {
  const choosing = state.scene.kind === "chat" && state.scene.chat.report === "choosing";
  return choosing ? reduce(state, { type: "cancel-report" }, now) : stop(state, now);
}

function type(state: State, text: string, now: number): Step {
  if (state.scene.kind !== "chat") return step(state);
  const typed = withChat(state, { draft: text });
  const { typingTold, delivery } = state.scene.chat;
  const told = now - typingTold < TYPING_INTERVAL || !delivery.isFlowing;
  if (!isTalking(state) || text.trim() === "" || told) return step(typed);
  return step(withChat(typed, { typingTold: now }), { do: "say", envelope: { kind: "typing" } });
}

/** What can't be sent stays in the box. */
function send(state: State, now: number): Step {
  if (state.scene.kind !== "chat" || !isTalking(state)) return step(state);
  const { draft, delivery } = state.scene.chat;
  const text = cleanText(draft);
  if (text === "" || text.length > MAX_MESSAGE_LENGTH || isFull(delivery)) {
    return step(state, { do: "focus", on: "message" });
  }
  const posted = post(delivery, text);
  const content = { from: "you", text, number: posted.delivery.last, isDelivered: false } as const;
  const written = withChat(state, { draft: "", typingTold: 0, phase: { kind: "talking" } });
  return deliver(withLine(written, content, now), posted, { do: "focus", on: "message" });
}

/** Keeps what is known of the messages of a chat, and says what follows from it. */
function deliver(state: State, { delivery, say }: Outcome, ...effects: Effect[]): Step {
  const said = say.map((envelope): Effect => ({ do: "say", envelope }));
  return step(withChat(state, { delivery }), ...said, ...effects);
}

function setReport(
  state: State,
  from: Chat["report"],
  to: Chat["report"],
  ...effects: Effect[]
): Step {
  if (state.scene.kind !== "chat" || state.scene.chat.report !== from) return step(state);
  return step(withChat(state, { report: to }), ...effects);
}

function attend(state: State, attentive: boolean, hidden: boolean): Step {
  const attended = { ...state, attentive, hidden, unread: attentive ? 0 : state.unread };
  return hidden === state.hidden ? step(attended) : step(attended, background(attended));
}

/** How long its session is kept when this page drops depends on this. */
function background({ hidden }: State): Effect {
  return { do: "tell", message: { type: "background", hidden } };
}

function hear(state: State, message: ServerMessage, now: number): Step {
  switch (message.type) {
    case "welcome":
      return welcome({ ...state, line: "up", hindered: undefined, online: message.online });
    case "resumed":
      return resume(state, message.chatting, now);
    case "partner-away":
      return step(strangerAway(state));
    case "partner-back":
      return mend(state, { stranger: { kind: "back", until: now + BACK_TIME } }, now);
    case "online":
      return step({ ...state, online: message.count });
    case "paired":
      return begin(state, message, now);
    case "partner-left":
      return step(endChat(state, { kind: "stranger-left" }, now));
    case "reported":
      return step(reportTaken(state, now));
    case "ice": {
      const { servers, policy } = message;
      const { direct } = state.preferences;
      return onCall(state, { type: "route", route: { servers, policy }, direct }, now);
    }
    case "error":
      return refused(state, message, now);
    case "blocked":
      return step(hinder(state, { code: "reported", seconds: message.seconds }, now));
    case "draining":
      return step(warnOfRestart(state, now));
    case "challenge":
      return work(state, message);
    case "waiting":
      return step(state);
  }
}

/** A new line knows nothing of the old one: a search is asked for again. */
function welcome(state: State): Step {
  const hidden = state.hidden ? [background(state)] : [];
  return state.scene.kind === "searching"
    ? step(state, ...hidden, find(state))
    : step(state, ...hidden);
}

/**
 * The server has found the old session, or hasn't. Something is always said now, because the server takes it as a sign
 * that the answer has come (`server/tokens.ts`). A chat that was left meanwhile is left there, too; a search does that.
 */
function resume(state: State, chatting: boolean, now: number): Step {
  if (!chatting) return step(endChat(state, { kind: "connection-lost" }, now), background(state));
  if (!isTalking(state)) {
    return step(state, background(state), ...(state.scene.kind === "searching" ? [] : [LEAVE]));
  }
  const change = { lostUntil: 0, stranger: { kind: "here" } } as const;
  const { state: mended, effects } = mend(state, change, now);
  return step(mended, background(state), ...effects);
}

/** Both sides can hear each other again. */
function mend(state: State, change: Partial<Chat>, now: number): Step {
  if (state.scene.kind !== "chat" || !isTalking(state)) return step(state);
  const { state: greeted, effects } = deliver(state, greet(state.scene.chat.delivery));
  const mended = onCall(withChat(greeted, change), { type: "mended" }, now);
  return step(mended.state, { do: "mend" }, ...effects, ...mended.effects);
}

function strangerAway(state: State): State {
  if (state.scene.kind !== "chat" || !isTalking(state)) return state;
  const delivery = hold(state.scene.chat.delivery);
  return withChat(state, { delivery, stranger: { kind: "away" }, typingUntil: 0 });
}

/** A chat whose connection dropped waits for as long as the server would; each failure to come back ends here, too. */
function goDown(state: State, mayResume: boolean, now: number): State {
  if (state.scene.kind !== "chat" || !isTalking(state)) return state;
  if (!mayResume) return endChat(state, { kind: "connection-lost" }, now);
  const { lostUntil, delivery } = state.scene.chat;
  const window = state.hidden ? BACKGROUND_WINDOW : RESUME_WINDOW;
  return withChat(state, {
    delivery: hold(delivery),
    lostUntil: lostUntil || now + window,
    typingUntil: 0,
  });
}

function begin(
  state: State,
  { role, interests, met }: ServerMessage & { type: "paired" },
  now: number,
): Step {
  if (state.scene.kind !== "searching") return step(state);
  const chat: Chat = {
    lines: [],
    phase: { kind: "talking" },
    pictures: [],
    draft: "",
    typingUntil: 0,
    typingTold: 0,
    delivery: NOTHING_SENT,
    lostUntil: 0,
    stranger: { kind: "here" },
    report: "none",
    call: NO_CALL,
    stage: { ...EMPTY_STAGE, revealed: !state.preferences.blur },
  };
  const notice: Notice = { kind: "began", interests, met };
  const chatting = { ...state, scene: { kind: "chat", chat }, own: ownOf(state) } as const;
  const begun = withLine(chatting, { from: "page", notice }, now);
  const { state: called, effects } = state.mode === "video"
    ? onCall(begun, { type: "want" }, now)
    : step(begun);
  const focus: Effect = { do: "focus", on: "message" };
  return step(called, { do: "secure", role }, focus, ...ring(state), ...effects);
}

function receive(state: State, envelope: Envelope, now: number): Step {
  if (state.scene.kind !== "chat" || !isTalking(state)) return step(state);
  const { delivery } = state.scene.chat;
  switch (envelope.kind) {
    case "typing":
      return step(withChat(state, { typingUntil: now + TYPING_TIME }));
    case "received":
      return step(markDelivered(withChat(state, { delivery: settle(delivery, envelope.number) })));
    case "repeat": {
      const { state: told, effects } = deliver(state, repeat(delivery, envelope.number, now));
      return step(markDelivered(told), ...effects);
    }
    case "text":
      return receiveText(state, accept(delivery, envelope.number, now), envelope.text, now);
    case "call":
      return onCall(state, { type: "heard", says: envelope.says }, now);
    case "media":
      return step(withStage(state, { picture: envelope.picture, sound: envelope.sound }));
    case "setup":
      return step(state, { do: "set-up", text: envelope.text });
  }
}

/** Something happens to the call; as soon as it is connected, the stranger learns what is sent. */
function onCall(state: State, event: CallEvent, now: number): Step {
  if (state.scene.kind !== "chat" || !isTalking(state)) return step(state);
  const before = state.scene.chat.call;
  const { call, effects, notice } = reduceCall(before, event, now);
  const called = withChat(state, { call });
  const told = notice === undefined
    ? called
    : withLine(called, { from: "page", notice: { kind: notice } }, now);
  const ready = effects.some((effect) => effect.do === "start-call")
    ? withStage(told, { ...EMPTY_STAGE, revealed: state.scene.chat.stage.revealed })
    : told;
  const isNew = call.kind === "live" && before.kind !== "live";
  return step(ready, ...effects, ...(isNew ? [tellMedia(ready)] : []));
}

/** Before anything is seen or heard. */
const EMPTY_STAGE: Stage = {
  stream: undefined,
  picture: true,
  sound: true,
  revealed: false,
  swapped: false,
  quality: undefined,
};

function takeMedia(state: State, media: Media): Step {
  const taken = { ...state, media };
  const isSame = (device: DeviceKind): boolean =>
    (media[device].kind === "on") === (state.media[device].kind === "on");
  const isQuiet = callOf(state).kind !== "live" || isSame("camera") && isSame("microphone");
  return isQuiet ? step(taken) : step(taken, tellMedia(taken));
}

function tellMedia({ media: { camera, microphone } }: State): Effect {
  const [picture, sound] = [camera.kind === "on", microphone.kind === "on"];
  return { do: "say", envelope: { kind: "media", picture, sound } };
}

function withStage(state: State, change: Partial<Stage>): State {
  if (state.scene.kind !== "chat") return state;
  return withChat(state, { stage: { ...state.scene.chat.stage, ...change } });
}

/** Shows a message that is next; one that is missing is told of. */
function receiveText(state: State, arrival: Arrival, raw: string, now: number): Step {
  const { state: taken, effects } = deliver(state, arrival);
  if (arrival.kind === "gap") return step(noteTampering(taken, now), ...effects);
  const text = cleanText(raw);
  if (arrival.kind !== "new" || text === "") return step(taken, ...effects);
  const heard = withLine(withChat(taken, { typingUntil: 0 }), { from: "stranger", text }, now);
  if (state.attentive) return step(heard, ...effects);
  return step({ ...heard, unread: heard.unread + 1 }, ...effects, ...ring(state));
}

/** Marks the messages that no longer wait to be confirmed. */
function markDelivered(state: State): State {
  if (state.scene.kind !== "chat") return state;
  const { lines, delivery } = state.scene.chat;
  const first = delivery.waiting[0]?.number ?? Infinity;
  const arrived = (line: Line): boolean =>
    line.from === "you" && !line.isDelivered && line.number < first;
  if (!lines.some(arrived)) return state;
  return withChat(state, {
    lines: lines.map((line) => arrived(line) ? { ...line, isDelivered: true } as Line : line),
  });
}

function ring({ preferences }: State): Effect[] {
  return preferences.sound ? [{ do: "ring" }] : [];
}

function reportTaken(state: State, now: number): State {
  if (state.scene.kind !== "chat" || state.scene.chat.report !== "sent") return state;
  const taken = withChat(state, { report: "taken" });
  return withLine(taken, { from: "page", notice: { kind: "report-taken" } }, now);
}

/** A report or a call that was refused can be tried again; a search that came too soon is asked for again by itself. */
function refused(state: State, error: ServerMessage & { type: "error" }, now: number): Step {
  const { scene } = state;
  if (scene.kind === "chat" && scene.chat.report === "sent") {
    return step(withChat(state, { report: "none" }));
  }
  if (scene.kind === "chat") return onCall(state, { type: "denied" }, now);
  if (scene.kind !== "searching" || error.code !== "too-fast") return step(state);
  const asksAgain = now + (error.seconds ?? 1) * 1000;
  return step({ ...state, scene: { ...scene, asksAgain } });
}

/** Whoever is kept out learns it where they are: at the end of a chat, or on the first screen. */
function hinder(state: State, { code, seconds }: Hindrance, now: number): State {
  const hindered = { ...state, hindered: { code, until: now + seconds * 1000 } };
  if (isTalking(state) && isBlocked(hindered)) {
    return endChat(hindered, { kind: code === "reported" ? "blocked" : "connection-lost" }, now);
  }
  const stays = state.scene.kind === "chat" || !isBlocked(hindered);
  return stays ? hindered : { ...hindered, scene: { kind: "home" } };
}

/** Says once in a row that something can't be trusted, however much of it arrives. */
function noteTampering(state: State, now: number): State {
  if (state.scene.kind !== "chat" || !isTalking(state)) return state;
  const last = state.scene.chat.lines.at(-1);
  const said = last?.from === "page" && last.notice.kind === "tampered";
  return said ? state : withLine(state, { from: "page", notice: { kind: "tampered" } }, now);
}

/** Only a search is worked for. */
function work(state: State, { salt, bits }: Challenge): Step {
  if (state.scene.kind !== "searching") return step(state);
  const challenge = { salt, bits };
  return step({ ...state, scene: { ...state.scene, challenge } }, { do: "solve", challenge });
}

/** What was solved for a search that is no longer under way is of no use. */
function solved(state: State, challenge: Challenge, nonce: number): Step {
  const { scene } = state;
  if (scene.kind !== "searching" || scene.challenge !== challenge) return step(state);
  const searching = { ...state, scene: { ...scene, challenge: undefined } };
  return step(searching, { do: "tell", message: { type: "solution", nonce } });
}

/** There is just time for a last word. */
function warnOfRestart(state: State, now: number): State {
  if (!isTalking(state)) return state;
  return withLine(state, { from: "page", notice: { kind: "restart" } }, now);
}

/** A chat that is over changes no more; neither does what is no chat. */
function endChat(state: State, notice: Notice, now: number): State {
  if (!isTalking(state)) return state;
  const over = withChat(state, {
    phase: { kind: "over" },
    typingUntil: 0,
    lostUntil: 0,
    call: NO_CALL,
  });
  return withLine(over, { from: "page", notice }, now);
}

function tick(state: State, now: number): Step {
  const { scene } = state;
  switch (scene.kind) {
    case "home":
    case "preview":
      return step(state);
    case "searching": {
      const stage = stageOf(now - scene.since);
      const asks = scene.asksAgain !== 0 && scene.asksAgain <= now;
      const next = { ...scene, stage, asksAgain: asks ? 0 : scene.asksAgain };
      return step({ ...state, scene: next }, ...(asks ? [find(state)] : []));
    }
    case "chat":
      return tickChat(state, scene.chat, now);
  }
}

function tickChat(state: State, chat: Chat, now: number): Step {
  const { phase, typingUntil, lostUntil, stranger, delivery } = chat;
  if (lostUntil !== 0 && lostUntil <= now) {
    return step(endChat(state, { kind: "connection-lost" }, now));
  }
  const elapsed = withChat(state, {
    phase: phase.kind === "asking" && phase.until <= now ? { kind: "talking" } : phase,
    typingUntil: typingUntil <= now ? 0 : typingUntil,
    stranger: stranger.kind === "back" && stranger.until <= now ? { kind: "here" } : stranger,
  });
  const { state: confirmed, effects } = deliver(elapsed, confirmArrivals(delivery, now));
  const called = onCall(confirmed, { type: "tick" }, now);
  return step(called.state, ...effects, ...called.effects);
}

function stageOf(waited: number): "fresh" | "wide" | "long" {
  if (waited < WIDENS_AFTER) return "fresh";
  return waited < LONG_AFTER ? "wide" : "long";
}

function withChat(state: State, change: Partial<Chat>): State {
  if (state.scene.kind !== "chat") return state;
  return { ...state, scene: { kind: "chat", chat: { ...state.scene.chat, ...change } } };
}

function withLine(state: State, content: LineContent, at: number): State {
  if (state.scene.kind !== "chat") return state;
  const { lines } = state.scene.chat;
  const id = (lines.at(-1)?.id ?? -1) + 1;
  return withChat(state, { lines: [...lines.slice(1 - MAX_LINES), { id, at, ...content }] });
}
