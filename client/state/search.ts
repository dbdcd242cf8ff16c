/**
 * The way to a stranger: what one likes, how one looks, and the search itself.
 *
 *   home ──start──> searching ──paired──> chat (talk.ts)
 *    ^ └─> preview ─┘   │ stop
 *    └──────────────────┘
 *
 * A search starts fresh, is wide once anybody will do, and long when it is time to say something kind.
 */

import {
  type Challenge,
  isInterest,
  MAX_INTEREST_LENGTH,
  MAX_INTERESTS,
  normalizeInterest,
} from "../../protocol.ts";
import { startingDevices } from "./call_media.ts";
import {
  type Effect,
  LEAVE,
  type Searching,
  type State,
  type Transition,
  transition,
} from "./state.ts";

/** When a search for shared interests takes anybody, in milliseconds; the server's window. */
export const WIDENS_AFTER = 5_000;
/** When a search is called long, in milliseconds. */
export const LONG_AFTER = 15_000;

/** As people type them in English, Arabic, Chinese and Japanese. */
const COMMA = /[,،，、]/;

/** A comma ends an interest, as Enter does. */
export function typeInterest(state: State, text: string): Transition {
  const typed = { ...state, interestDraft: text };
  return transition(COMMA.test(text) ? addInterest(typed) : typed);
}

/** What stands in the box becomes interests, as far as it can. */
export function addInterest(state: State): State {
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

/** Goes on with whoever has confirmed their age; others are reminded. */
export function start(state: State, go: (ready: State) => Transition): Transition {
  if (state.preferences.adult) return go(addInterest(state));
  return transition({ ...state, showAgeReminder: true }, { do: "focus", on: "adult" });
}

/** Before the first call one sees what one is about to show. */
export function startVideo(state: State, now: number): Transition {
  const video = { ...state, mode: "video" } as const;
  if (state.screen.kind === "preview") return search(video, now);
  if (isBlocked(state)) return goHome(state);
  const screen = { kind: "preview" } as const;
  return transition({ ...video, screen, local: startingDevices(state) }, {
    do: "focus",
    on: "start",
  });
}

/** Whether the server keeps this address out, rather than being full. */
export function isBlocked({ refusal }: State): boolean {
  return refusal !== undefined && refusal.code !== "full" && refusal.code !== "crowded";
}

/** Looks for a stranger. */
export function search(state: State, now: number): Transition {
  if (isBlocked(state)) return goHome(state);
  const isPreviewed = state.screen.kind === "preview";
  const screen = {
    kind: "searching",
    since: now,
    phase: "fresh",
    retryAt: 0,
    challenge: undefined,
    keepsDevices: state.mode === "video" && (isPreviewed || state.preferences.keepCamera),
  } as const;
  const local = isPreviewed ? state.local : startingDevices(state);
  const searching = { ...state, screen, local, unread: 0 };
  return transition(searching, find(state), { do: "focus", on: "cancel" });
}

/** Asks the server for one. */
export function find({ interests, mode }: State): Effect {
  return { do: "tell", message: { type: "find", mode, interests: [...interests] } };
}

/** Shows the first screen. */
export function goHome(state: State): Transition {
  const { kind } = state.screen;
  const leave: Effect[] = kind === "home" || kind === "preview" ? [] : [LEAVE];
  return transition({ ...state, screen: { kind: "home" } }, ...leave, { do: "focus", on: "start" });
}

/** Only a search is worked for. */
export function work(state: State, { salt, bits }: Challenge): Transition {
  if (state.screen.kind !== "searching") return transition(state);
  const challenge = { salt, bits };
  return transition({ ...state, screen: { ...state.screen, challenge } }, {
    do: "solve",
    challenge,
  });
}

/** What was solved for a search that is no longer under way is of no use. */
export function solved(state: State, challenge: Challenge, nonce: number): Transition {
  const { screen } = state;
  if (screen.kind !== "searching" || screen.challenge !== challenge) return transition(state);
  const searching = { ...state, screen: { ...screen, challenge: undefined } };
  return transition(searching, { do: "tell", message: { type: "solution", nonce } });
}

/** The server took the question for one too many: it is asked again by itself, in so many seconds. */
export function askLater(state: State, screen: Searching, seconds: number, now: number): State {
  return { ...state, screen: { ...screen, retryAt: now + seconds * 1000 } };
}

/** When a search changes by itself, in milliseconds since 1970; 0 for never. */
export function searchDeadlines({ since, phase, retryAt }: Searching): number[] {
  if (phase === "long") return [retryAt];
  return [since + (phase === "fresh" ? WIDENS_AFTER : LONG_AFTER), retryAt];
}

/** Time has passed in a search. */
export function tickSearch(state: State, screen: Searching, now: number): Transition {
  const phase = phaseOf(now - screen.since);
  const asks = screen.retryAt !== 0 && screen.retryAt <= now;
  const next = { ...screen, phase, retryAt: asks ? 0 : screen.retryAt };
  return transition({ ...state, screen: next }, ...(asks ? [find(state)] : []));
}

function phaseOf(waited: number): "fresh" | "wide" | "long" {
  if (waited < WIDENS_AFTER) return "fresh";
  return waited < LONG_AFTER ? "wide" : "long";
}
