/**
 * Everything the page knows, and every way it can change: a pure function from a state and an event to the next state
 * and the effects to carry out. Views only draw the state; only `app.ts` carries out effects; so the whole behaviour
 * of the page is tested without a browser.
 *
 *   home ──start──> searching ──paired──> chat: talking ──stop──> asking ──stop──> over ──again──> searching
 *    ^                  │ stop                     ^    <──3 s──────┘               ^  │
 *    └──────────────────┘                          └ partner left, connection lost ─┘  └──home──> home
 *
 * Time comes in with each event. What ends by itself ("Really stop?", typing marks, the hints of a long search) is a
 * deadline in the state; `nextDeadline` says when to send a `tick`.
 */

import {
  type Challenge,
  type ClientMessage,
  type Hindrance,
  isInterest,
  MAX_INTEREST_LENGTH,
  MAX_INTERESTS,
  normalizeInterest,
  type ReportReason,
  type Role,
  type ServerMessage,
} from "../protocol.ts";
import { type Envelope, MAX_MESSAGE_LENGTH } from "./envelope.ts";
import { cleanText } from "./message_text.ts";
import type { Preferences } from "./preferences.ts";
import type { Picture } from "./safety_emoji.ts";

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
/** How many lines a chat keeps; the oldest go first. */
export const MAX_LINES = 2_000;

/** Something that happened in a chat, told in a line of its own. */
export type Notice =
  | { kind: "began"; interests: string[]; met: boolean }
  | {
    kind: "you-left" | "stranger-left" | "connection-lost" | "not-secured" | "blocked" | "restart";
  }
  | { kind: "report-taken" | "tampered" };

/** One line of a chat; `id` counts from 0, `at` is in milliseconds since 1970. */
export type Line =
  & { readonly id: number; readonly at: number }
  & ({ readonly from: "you" | "stranger"; readonly text: string } | {
    readonly from: "page";
    readonly notice: Notice;
  });

type LineContent =
  | { from: "you" | "stranger"; text: string }
  | { from: "page"; notice: Notice };

/** A chat, running or over. */
export interface Chat {
  readonly lines: readonly Line[];
  readonly phase: { kind: "talking" } | { kind: "asking"; until: number } | { kind: "over" };
  /** What to compare with the stranger; empty until the keys are agreed. */
  readonly pictures: readonly Picture[];
  readonly draft: string;
  /** When the stranger's typing mark ends; 0 for none. */
  readonly typingUntil: number;
  /** When the stranger was last told that we type. */
  readonly typingTold: number;
  readonly report: "none" | "choosing" | "sent" | "taken";
}

/** What the page shows. */
export type Scene =
  | { readonly kind: "home" }
  | {
    readonly kind: "searching";
    readonly since: number;
    readonly stage: "fresh" | "wide" | "long";
    /** When to ask again, because one went too fast; 0 for never. */
    readonly asksAgain: number;
    /** What this device works on before the search begins; `undefined` for nothing. */
    readonly challenge: Challenge | undefined;
  }
  | { readonly kind: "chat"; readonly chat: Chat };

/** Everything the page knows. */
export interface State {
  readonly scene: Scene;
  readonly preferences: Preferences;
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
  /** Messages that came while they weren't. */
  readonly unread: number;
}

/** Everything that can happen. */
export type Event =
  | { type: "confirm"; adult: boolean }
  | { type: "type-interest"; text: string }
  | { type: "add-interest" }
  | { type: "remove-interest"; interest: string }
  | { type: "start" | "stop" | "again" | "home" | "send" | "save" | "toggle-sound" | "tick" }
  | { type: "escape" }
  | { type: "type"; text: string }
  | { type: "choose-report" | "cancel-report" }
  | { type: "report"; reason: ReportReason }
  | { type: "attention"; attentive: boolean }
  | { type: "server"; message: ServerMessage }
  | { type: "stranger"; envelope: Envelope }
  | { type: "secured"; pictures: readonly Picture[] }
  | { type: "hindered"; hindrance: Hindrance }
  | { type: "solved"; challenge: Challenge; nonce: number }
  | { type: "tampered" | "not-secured" | "down" };

/** Something for `app.ts` to do. */
export type Effect =
  | { do: "tell"; message: ClientMessage }
  | { do: "say"; envelope: Envelope }
  | { do: "secure"; role: Role }
  | { do: "solve"; challenge: Challenge }
  | { do: "focus"; on: "message" | "adult" | "cancel" | "report" | "start" }
  | { do: "ring" | "save" | "keep-preferences" };

const LEAVE: Effect = { do: "tell", message: { type: "leave" } };

/** What an event leads to. */
export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

/** The page as it opens. */
export function initialState(preferences: Preferences): State {
  return {
    scene: { kind: "home" },
    preferences,
    interests: [],
    interestDraft: "",
    reminded: false,
    line: "dialling",
    hindered: undefined,
    online: 0,
    attentive: true,
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
      return start(state, now);
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
    case "toggle-sound":
      return prefer(state, { sound: !state.preferences.sound });
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
      return attend(state, event.attentive);
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
      return step(endChat({ ...state, line: "down" }, { kind: "connection-lost" }, now));
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
      return undefined;
    case "searching": {
      const stage = scene.since + (scene.stage === "fresh" ? WIDENS_AFTER : LONG_AFTER);
      return earliest(scene.stage === "long" ? 0 : stage, scene.asksAgain);
    }
    case "chat": {
      const { phase, typingUntil } = scene.chat;
      return earliest(typingUntil, phase.kind === "asking" ? phase.until : 0);
    }
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

function prefer(state: State, change: Partial<Preferences>): Step {
  const preferences = { ...state.preferences, ...change };
  return step({ ...state, preferences }, { do: "keep-preferences" });
}

function confirm(state: State, adult: boolean): Step {
  return prefer({ ...state, reminded: false }, { adult });
}

/** A comma ends an interest, as Enter does. */
function typeInterest(state: State, text: string): Step {
  const typed = { ...state, interestDraft: text };
  return step(text.includes(",") ? addInterest(typed) : typed);
}

function addInterest(state: State): State {
  const drafts = state.interestDraft.split(",").map(normalizeInterest).map(shorten).filter(
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

function start(state: State, now: number): Step {
  if (state.preferences.adult) return search(addInterest(state), now);
  return step({ ...state, reminded: true }, { do: "focus", on: "adult" });
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
  } as const;
  return step({ ...state, scene, unread: 0 }, find(state), { do: "focus", on: "cancel" });
}

function find({ interests }: State): Effect {
  return { do: "tell", message: { type: "find", mode: "text", interests: [...interests] } };
}

function goHome(state: State): Step {
  const leave: Effect[] = state.scene.kind === "home" ? [] : [LEAVE];
  return step({ ...state, scene: { kind: "home" } }, ...leave, { do: "focus", on: "start" });
}

/** The one button that leads from a chat to the next: ask, leave, find. */
function stop(state: State, now: number): Step {
  const { scene } = state;
  if (scene.kind === "searching") return goHome(state);
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
  const told = now - state.scene.chat.typingTold < TYPING_INTERVAL;
  if (!isTalking(state) || text.trim() === "" || told) return step(typed);
  return step(withChat(typed, { typingTold: now }), { do: "say", envelope: { kind: "typing" } });
}

/** What can't be sent stays in the box. */
function send(state: State, now: number): Step {
  if (state.scene.kind !== "chat" || !isTalking(state)) return step(state);
  const text = cleanText(state.scene.chat.draft);
  if (text === "" || text.length > MAX_MESSAGE_LENGTH) {
    return step(state, { do: "focus", on: "message" });
  }
  const sent = withLine(withChat(state, { draft: "", typingTold: 0 }), { from: "you", text }, now);
  return step(
    withChat(sent, { phase: { kind: "talking" } }),
    { do: "say", envelope: { kind: "text", text } },
    { do: "focus", on: "message" },
  );
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

function attend(state: State, attentive: boolean): Step {
  return step({ ...state, attentive, unread: attentive ? 0 : state.unread });
}

function hear(state: State, message: ServerMessage, now: number): Step {
  switch (message.type) {
    case "welcome":
      return welcome({ ...state, line: "up", hindered: undefined, online: message.online });
    case "online":
      return step({ ...state, online: message.count });
    case "paired":
      return begin(state, message, now);
    case "partner-left":
      return step(endChat(state, { kind: "stranger-left" }, now));
    case "reported":
      return step(reportTaken(state, now));
    case "error":
      return step(refused(state, message, now));
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
  return state.scene.kind === "searching" ? step(state, find(state)) : step(state);
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
    report: "none",
  };
  const notice: Notice = { kind: "began", interests, met };
  const begun = withLine(
    { ...state, scene: { kind: "chat", chat } },
    { from: "page", notice },
    now,
  );
  return step(begun, { do: "secure", role }, { do: "focus", on: "message" }, ...ring(state));
}

function receive(state: State, envelope: Envelope, now: number): Step {
  if (!isTalking(state)) return step(state);
  if (envelope.kind === "typing") return step(withChat(state, { typingUntil: now + TYPING_TIME }));
  const text = cleanText(envelope.text);
  if (text === "") return step(state);
  const heard = withLine(withChat(state, { typingUntil: 0 }), { from: "stranger", text }, now);
  if (state.attentive) return step(heard);
  return step({ ...heard, unread: heard.unread + 1 }, ...ring(state));
}

function ring({ preferences }: State): Effect[] {
  return preferences.sound ? [{ do: "ring" }] : [];
}

function reportTaken(state: State, now: number): State {
  if (state.scene.kind !== "chat" || state.scene.chat.report !== "sent") return state;
  const taken = withChat(state, { report: "taken" });
  return withLine(taken, { from: "page", notice: { kind: "report-taken" } }, now);
}

/** A report that was refused can be made again; a search that came too soon is asked for again by itself. */
function refused(state: State, error: ServerMessage & { type: "error" }, now: number): State {
  const { scene } = state;
  if (scene.kind === "chat" && scene.chat.report === "sent") {
    return withChat(state, { report: "none" });
  }
  if (scene.kind !== "searching" || error.code !== "too-fast") return state;
  return { ...state, scene: { ...scene, asksAgain: now + (error.seconds ?? 1) * 1000 } };
}

/** Whoever is kept out learns it where they are: at the end of a chat, or on the first screen. */
function hinder(state: State, { code, seconds }: Hindrance, now: number): State {
  const hindered = { ...state, hindered: { code, until: now + seconds * 1000 } };
  if (isTalking(state)) return endChat(hindered, { kind: "blocked" }, now);
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
  const over = withChat(state, { phase: { kind: "over" }, typingUntil: 0 });
  return withLine(over, { from: "page", notice }, now);
}

function tick(state: State, now: number): Step {
  const { scene } = state;
  if (scene.kind !== "searching" || scene.asksAgain === 0 || scene.asksAgain > now) {
    return step(elapse(state, now));
  }
  return step(elapse({ ...state, scene: { ...scene, asksAgain: 0 } }, now), find(state));
}

function elapse(state: State, now: number): State {
  const { scene } = state;
  if (scene.kind === "searching") {
    return { ...state, scene: { ...scene, stage: stageOf(now - scene.since) } };
  }
  if (scene.kind !== "chat") return state;
  const { phase, typingUntil } = scene.chat;
  return withChat(state, {
    phase: phase.kind === "asking" && phase.until <= now ? { kind: "talking" } : phase,
    typingUntil: typingUntil <= now ? 0 : typingUntil,
  });
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
