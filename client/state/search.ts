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
import { startingOwn } from "./call_media.ts";
import { type Effect, LEAVE, type Searching, type State, type Step, step } from "./state.ts";

/** When a search for shared interests takes anybody, in milliseconds; the server's window. */
export const WIDENS_AFTER = 5_000;
/** When a search is called long, in milliseconds. */
export const LONG_AFTER = 15_000;

/** As people type them in English, Arabic, Chinese and Japanese. */
const COMMA = /[,،，、]/;

/** A comma ends an interest, as Enter does. */
export function typeInterest(state: State, text: string): Step {
  const typed = { ...state, interestDraft: text };
  return step(COMMA.test(text) ? addInterest(typed) : typed);
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
export function start(state: State, go: (ready: State) => Step): Step {
  if (state.preferences.adult) return go(addInterest(state));
  return step({ ...state, reminded: true }, { do: "focus", on: "adult" });
}

/** Before the first call one sees what one is about to show. */
export function startVideo(state: State, now: number): Step {
  const video = { ...state, mode: "video" } as const;
  if (state.scene.kind === "preview") return search(video, now);
  if (isBlocked(state)) return goHome(state);
  const scene = { kind: "preview" } as const;
  return step({ ...video, scene, own: startingOwn(state) }, { do: "focus", on: "start" });
}

/** Whether the server keeps this address out, rather than being full. */
export function isBlocked({ hindered }: State): boolean {
  return hindered !== undefined && hindered.code !== "full" && hindered.code !== "crowded";
}

/** Looks for a stranger. */
export function search(state: State, now: number): Step {
  if (isBlocked(state)) return goHome(state);
  const isPreviewed = state.scene.kind === "preview";
  const scene = {
    kind: "searching",
    since: now,
    stage: "fresh",
    asksAgain: 0,
    challenge: undefined,
    keepsDevices: state.mode === "video" && (isPreviewed || state.preferences.keepCamera),
  } as const;
  const own = isPreviewed ? state.own : startingOwn(state);
  const searching = { ...state, scene, own, unread: 0 };
  return step(searching, find(state), { do: "focus", on: "cancel" });
}

/** Asks the server for one. */
export function find({ interests, mode }: State): Effect {
  return { do: "tell", message: { type: "find", mode, interests: [...interests] } };
}

/** Shows the first screen. */
export function goHome(state: State): Step {
  const { kind } = state.scene;
  const leave: Effect[] = kind === "home" || kind === "preview" ? [] : [LEAVE];
  return step({ ...state, scene: { kind: "home" } }, ...leave, { do: "focus", on: "start" });
}

/** Only a search is worked for. */
export function work(state: State, { salt, bits }: Challenge): Step {
  if (state.scene.kind !== "searching") return step(state);
  const challenge = { salt, bits };
  return step({ ...state, scene: { ...state.scene, challenge } }, { do: "solve", challenge });
}

/** What was solved for a search that is no longer under way is of no use. */
export function solved(state: State, challenge: Challenge, nonce: number): Step {
  const { scene } = state;
  if (scene.kind !== "searching" || scene.challenge !== challenge) return step(state);
  const searching = { ...state, scene: { ...scene, challenge: undefined } };
  return step(searching, { do: "tell", message: { type: "solution", nonce } });
}

/** The server took the question for one too many: it is asked again by itself, in so many seconds. */
export function askLater(state: State, scene: Searching, seconds: number, now: number): State {
  return { ...state, scene: { ...scene, asksAgain: now + seconds * 1000 } };
}

/** When a search changes by itself, in milliseconds since 1970; 0 for never. */
export function searchDeadlines({ since, stage, asksAgain }: Searching): number[] {
  if (stage === "long") return [asksAgain];
  return [since + (stage === "fresh" ? WIDENS_AFTER : LONG_AFTER), asksAgain];
}

/** Time has passed in a search. */
export function tickSearch(state: State, scene: Searching, now: number): Step {
  const stage = stageOf(now - scene.since);
  const asks = scene.asksAgain !== 0 && scene.asksAgain <= now;
  const next = { ...scene, stage, asksAgain: asks ? 0 : scene.asksAgain };
  return step({ ...state, scene: next }, ...(asks ? [find(state)] : []));
}

function stageOf(waited: number): "fresh" | "wide" | "long" {
  if (waited < WIDENS_AFTER) return "fresh";
  return waited < LONG_AFTER ? "wide" : "long";
}
