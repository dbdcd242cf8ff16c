/**
 * What may follow a chat that one side has left:
 *
 *   rematch     for a while, both can ask for another chat with each other ("Chat again"), also while they search
 *   next chat   the next search starts automatically, if the visitor prefers that
 *
 * Whatever the visitor does stops the countdown to the next chat, so that nobody loses a conversation that they want to
 * save or report. A hidden page waits until it is seen: nobody meets a page without a visitor.
 *
 * The lines of the last chat are kept for a rematch, in memory only, and for no longer than it may come.
 */

import { AGAIN_WINDOW, type Feature } from "../../protocol.ts";
import { startingDevices } from "./call_media.ts";
import { type Countdown, countdown, nextSecond } from "./countdown.ts";
import { type Chat, type State, type Transition, transition } from "./state.ts";

/** How long the page waits before it starts the next search automatically, in milliseconds. */
export const NEXT_CHAT_DELAY = 5_000;
/** How long an answer to a request may take, in milliseconds: the partner may ask in the last moment, too. */
export const LATE_ANSWER = 3_000;

/** One side has left the chat. `state` shows its end. */
export function afterLeaving(
  state: State,
  { lines, report, unsaved, draft }: Chat,
  now: number,
): State {
  const isReported = report === "sent" || report === "taken";
  const mayMeet = state.features.includes("again" satisfies Feature) && !isReported;
  const mayGoOn = state.preferences.autoNext && report !== "choosing" && draft.trim() === "";
  return {
    ...state,
    rematch: mayMeet
      ? {
        ...countdown(now + AGAIN_WINDOW, now),
        lines,
        unsaved: !!unsaved,
        asks: false,
        isAsked: false,
      }
      : undefined,
    nextChat: mayGoOn ? nextChat(state, now) : undefined,
  };
}

/** The page was hidden or shown: the countdown to the next chat starts when it is seen. */
export function whenSeen(state: State, now: number): State {
  return state.nextChat ? { ...state, nextChat: nextChat(state, now) } : state;
}

function nextChat({ hidden }: State, now: number): Countdown {
  return countdown(hidden ? Infinity : now + NEXT_CHAT_DELAY, now);
}

/** Asks the last partner for another chat. */
export function askAgain(state: State): Transition {
  const { rematch } = state;
  if (!rematch || rematch.asks || state.connectionState !== "up") return transition(state);
  const asked = { ...rematch, asks: true, until: rematch.until + LATE_ANSWER };
  return transition(
    { ...stay(state), rematch: asked, local: startingDevices(state) },
    { type: "tell", message: { type: "again" } },
  );
}

/** The last partner asks for another chat. */
export function askedAgain(state: State): State {
  return state.rematch ? { ...state, rematch: { ...state.rematch, isAsked: true } } : state;
}

/** The visitor stays: no search starts automatically. */
export function stay(state: State): State {
  return { ...state, nextChat: undefined };
}

/** There is no way back to the last partner. */
export function withoutRematch(state: State): State {
  return { ...state, rematch: undefined };
}

/** Counts the seconds. */
export function count(state: State, now: number): State {
  const { rematch, nextChat } = state;
  const left = rematch && countdown(rematch.until, now);
  return {
    ...state,
    rematch: left?.left ? { ...rematch!, ...left } : undefined,
    nextChat: nextChat && countdown(nextChat.until, now),
  };
}

/** The next changes of both, in milliseconds of the page's clock. */
export function rematchDeadlines({ rematch, nextChat }: State): number[] {
  return [rematch, nextChat].map((one) => one ? nextSecond(one) : 0);
}

/** Drops what no longer belongs to the screen. */
export function onScreen(state: State): State {
  const { screen, rematch, nextChat } = state;
  const isOver = screen.kind === "chat" && screen.chat.phase.kind === "over";
  return {
    ...state,
    rematch: isOver || screen.kind === "searching" ? rematch : undefined,
    nextChat: isOver ? nextChat : undefined,
  };
}
