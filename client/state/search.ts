/**
 * The way to a partner: interests, the preview of camera and microphone, and the search.
 *
 *   home ──start──> searching ──paired──> chat (chat.ts)
 *    ^ └─> preview ─┘   │ stop
 *    └──────────────────┘
 *
 * A search goes through the steps of the protocol (`SEARCH_STEPS`), and the page shows the present one. The server says
 * when one begins, and accepts no partner of a step before that. A server that was sent no languages doesn't say so.
 * Then the page's clock decides. Its window begins no later than the server's, so the page never claims that a search
 * is narrower than it is.
 */

import {
  type Challenge,
  type Feature,
  isInterest,
  MAX_INTEREST_LENGTH,
  MAX_INTERESTS,
  normalizeInterest,
  type ServerMessage,
  SUITES,
} from "../../protocol.ts";
import { startingDevices } from "./call_media.ts";
import {
  type Effect,
  type Event,
  LEAVE,
  type Searching,
  type State,
  type Transition,
  transition,
} from "./state.ts";

/**
 * When a search for shared interests alone accepts any partner, in milliseconds. Equals the window of the server's first
 * step.
 */
export const WIDENS_AFTER = 5_000;
/** When a search is called long, in milliseconds. */
export const LONG_AFTER = 15_000;

/** The commas of English, Arabic, Chinese and Japanese. */
const COMMA = /[,،，、]/;

/** Updates the interests box. A comma ends an interest, like Enter. */
export function typeInterest(
  state: State,
  { text, isComposing }: Event & { type: "type-interest" },
): Transition {
  const typed = { ...state, interestDraft: text };
  return transition(COMMA.test(text) && !isComposing ? addInterest(typed) : typed);
}

/** Turns the text in the box into interests, as far as the limits allow. */
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

/** Continues if the visitor has confirmed their age, and reminds them otherwise. */
export function start(state: State, go: (ready: State) => Transition): Transition {
  if (state.preferences.adult) return go(addInterest(state));
  return transition({ ...state, showAgeReminder: true }, { type: "focus", on: "adult" });
}

/** Shows the preview, or starts the search from it. */
export function startVideo(state: State, now: number): Transition {
  const video = { ...state, mode: "video" } as const;
  if (state.screen.kind === "preview") return search(video, now);
  if (isBlocked(state)) return goHome(state);
  if (!state.canCall) return transition(state);
  const screen = { kind: "preview" } as const;
  return transition({ ...video, screen, local: startingDevices(state) }, {
    type: "focus",
    on: "start",
  });
}

/** Whether the server refuses this address because of what it did or who it belongs to. */
export function isBlocked({ refusal, language }: State): boolean {
  return refusal !== undefined && refusal.code in language.words.Blocked;
}

/** Starts a search. */
export function search(state: State, now: number): Transition {
  if (isBlocked(state)) return goHome(state);
  const isPreviewed = state.screen.kind === "preview";
  const keepsDevices = state.mode === "video" && (isPreviewed || state.preferences.keepCamera);
  const screen = fresh(state, keepsDevices, now);
  const local = isPreviewed ? state.local : startingDevices(state);
  return find({ ...state, local, unread: 0 }, screen, { type: "focus", on: "cancel" });
}

/** Sends the search request, with a new number. */
function find(state: State, screen: Searching, ...effects: Effect[]): Transition {
  const { interests, mode } = state;
  const { languages } = screen;
  const search = state.searchNumber + 1;
  const message = {
    type: "find" as const,
    mode,
    interests: [...interests],
    ...(languages.length > 0 && { languages: [...languages] }),
    search,
    suites: SUITES,
  };
  const searching = { ...state, screen, searchNumber: search };
  return transition(searching, { type: "tell", message }, ...effects);
}

/**
 * Whether a message answers the last search request. An answer to an older one may arrive late, when the visitor has
 * cancelled that search and started another. A server that doesn't number its answers is believed.
 */
export function answersSearch(
  { features, searchNumber }: State,
  { search }: { readonly search?: number },
): boolean {
  return !features.includes("search" satisfies Feature) || search === searchNumber;
}

/** The server is reached, and knows nothing of a search that began before. */
export function restartSearch(state: State, screen: Searching, now: number): Transition {
  return find(state, fresh(state, screen.keepsDevices, now));
}

/** A search that begins now. An older server is sent no languages. */
function fresh({ features, ...state }: State, keepsDevices: boolean, now: number): Searching {
  const languages = features.includes("languages" satisfies Feature) ? state.languages : [];
  const isTold = languages.length > 0;
  const isChoosy = isTold || state.interests.length > 0;
  return {
    kind: "searching",
    since: now,
    languages,
    step: isChoosy ? "exact" : "anyone",
    widensAt: isChoosy && !isTold ? now + WIDENS_AFTER : 0,
    isLong: false,
    retryAt: 0,
    challenge: undefined,
    isOutdated: !features.includes("suites" satisfies Feature),
    keepsDevices,
  };
}

/** Shows the first screen, and leaves a chat or search. */
export function goHome(state: State): Transition {
  const { kind } = state.screen;
  const leave: Effect[] = kind === "home" || kind === "preview" ? [] : [LEAVE];
  return transition({ ...state, screen: { kind: "home" } }, ...leave, {
    type: "focus",
    on: "start",
  });
}

/** Solves the challenge of the present search. */
export function work(
  state: State,
  message: ServerMessage & { type: "challenge" },
): Transition {
  if (state.screen.kind !== "searching" || !answersSearch(state, message)) return transition(state);
  const { salt, bits } = message;
  const challenge = { salt, bits };
  return transition({ ...state, screen: { ...state.screen, challenge } }, {
    type: "solve",
    challenge,
  });
}

/** Sends a solution, unless its search has ended. */
export function solved(state: State, challenge: Challenge, nonce: number): Transition {
  const { screen } = state;
  if (screen.kind !== "searching" || screen.challenge !== challenge) return transition(state);
  const searching = { ...state, screen: { ...screen, challenge: undefined } };
  return transition(searching, { type: "tell", message: { type: "solution", nonce } });
}

/** The server rejected the search request as too frequent: repeats it automatically after `seconds`. */
export function askLater(state: State, screen: Searching, seconds: number, now: number): State {
  return { ...state, screen: { ...screen, retryAt: now + seconds * 1000 } };
}

/** The server says whom the present search accepts from now on, and whether it has a newer page. */
export function widen(state: State, message: ServerMessage & { type: "waiting" }): State {
  const { screen } = state;
  const { step, reload = false } = message;
  if (screen.kind !== "searching" || !answersSearch(state, message)) return state;
  const widened = { ...screen, isOutdated: reload, ...(step && { step, widensAt: 0 }) };
  return { ...state, screen: widened };
}

/** When a search changes without an event, in milliseconds of the page's clock; 0 for never. */
export function searchDeadlines({ since, widensAt, isLong, retryAt }: Searching): number[] {
  return [widensAt, isLong ? 0 : since + LONG_AFTER, retryAt];
}

export function tickSearch(state: State, screen: Searching, now: number): Transition {
  const isDue = (at: number): boolean => at !== 0 && at <= now;
  const ticked: Searching = {
    ...screen,
    ...(isDue(screen.widensAt) && { step: "anyone", widensAt: 0 }),
    isLong: isDue(screen.since + LONG_AFTER),
  };
  return isDue(screen.retryAt)
    ? find(state, { ...ticked, retryAt: 0 })
    : transition({ ...state, screen: ticked });
}
