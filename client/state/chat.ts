/**
 * A chat, from the moment a partner is found to its last line.
 *
 *   talking ──stop──> asking ──stop──> over
 *      ^    <──6 s──────┘               ^
 *      └ partner left, connection lost ─┘
 *
 * A chat whose connection dropped stays open for a while. The visitor can still write in it or leave it. The server
 * says whether the chat can be resumed (`resumed`). `delivery.ts` works out what has to be sent again then.
 */

import { BACKGROUND_WINDOW, RESUME_WINDOW, type ServerMessage } from "../../protocol.ts";
import { noteText, watch } from "./automation.ts";
import { callDeadline, NO_CALL } from "./call.ts";
import {
  acknowledge,
  type Arrival,
  confirm,
  type DeliveryOutcome,
  enqueue,
  isFull,
  nextConfirmation,
  NOTHING_SENT,
  pause,
  receiveMessage,
  resend,
  resync,
} from "./delivery.ts";
import { type Envelope, MAX_MESSAGE_LENGTH } from "../crypto/envelope.ts";
import { cleanText } from "./message_text.ts";
import { NO_REMOTE_MEDIA, onCall, withRemoteMedia } from "./call_media.ts";
import { afterLeaving } from "./rematch.ts";
import { answersSearch } from "./search.ts";
import {
  type Chat,
  type Effect,
  type InChat,
  isTalking,
  LEAVE,
  type Line,
  type State,
  type SystemMessage,
  type Transition,
  transition,
  withChat,
  withLine,
} from "./state.ts";

/** How long "Really stop?" waits for a second press, in milliseconds. Long enough for a screen reader to say it. */
export const ASKING_TIME = 6_000;
/** How long the typing indicator is shown, in milliseconds. */
export const TYPING_TIME = 3_000;
/** Minimum interval between typing signals, in milliseconds. Shorter than the time for which one is shown. */
export const TYPING_INTERVAL = 2_000;
/** How long the page says that the partner is back, in milliseconds. */
export const BACK_TIME = 5_000;

/**
 * A partner was found, unless the message answers a search that the visitor has cancelled. The last partner may also
 * come back without a search. An answer to a request that the page has forgotten is left on the server, too.
 */
export function begin(
  state: State,
  message: ServerMessage & { type: "paired" },
  now: number,
): Transition {
  const { role, interests, met, again } = message;
  const isOver = state.screen.kind === "chat" && !isTalking(state);
  const rematch = again ? state.rematch : undefined;
  const mayBegin = state.screen.kind === "searching" || isOver && rematch?.asks;
  if (!mayBegin || !answersSearch(state, message)) {
    return again && isOver ? transition(state, LEAVE) : transition(state);
  }
  const { screen } = state;
  const isNamed = screen.kind === "searching" && screen.languages.length > 0;
  const languages = isNamed ? message.languages : undefined;
  const chat: Chat = {
    lines: rematch?.lines.map(asOfLastChat) ?? [],
    phase: { kind: "talking" },
    pictures: [],
    suite: 0,
    draft: "",
    missed: undefined,
    typingUntil: 0,
    typingTold: 0,
    delivery: NOTHING_SENT,
    lostUntil: 0,
    partner: { kind: "here" },
    report: "none",
    unsaved: !!rematch?.unsaved,
    automation: watch(now, state.hidden, met),
    call: NO_CALL,
    media: { ...NO_REMOTE_MEDIA, revealed: !state.preferences.blur },
  };
  const notice: SystemMessage = again
    ? { kind: "again" }
    : { kind: "began", interests, languages, met };
  const chatting = { ...state, screen: { kind: "chat", chat } } as const;
  const begun = withLine(chatting, { from: "page", notice }, now);
  const { state: called, effects } = state.mode === "video"
    ? onCall(begun, { type: "want" }, now)
    : transition(begun);
  const focus: Effect = { type: "focus", on: "message" };
  return transition(called, { type: "secure", role }, focus, ...effects);
}

/** A message of the last chat that did not arrive never will: its number is out of reach. */
function asOfLastChat(line: Line): Line {
  return line.from === "you" && !line.isDelivered ? { ...line, number: Infinity } : line;
}

/** The draft has changed. The partner is told from time to time that the visitor is typing. */
export function compose(state: State, text: string, now: number): Transition {
  if (state.screen.kind !== "chat") return transition(state);
  const typed = withChat(state, { draft: text });
  const { typingTold, delivery } = state.screen.chat;
  const told = now - typingTold < TYPING_INTERVAL || !delivery.isFlowing;
  if (!isTalking(state) || text.trim() === "" || told) return transition(typed);
  return transition(withChat(typed, { typingTold: now }), {
    type: "say",
    envelope: { kind: "typing" },
  });
}

/** Sends the draft. A text that can't be sent stays in the box. */
export function send(state: State, now: number): Transition {
  if (!isTalking(state)) return transition(state);
  const { draft, delivery } = state.screen.chat;
  const text = cleanText(draft);
  if (text === "" || text.length > MAX_MESSAGE_LENGTH || isFull(delivery)) {
    return transition(state, { type: "focus", on: "message" });
  }
  const posted = enqueue(delivery, text);
  const content = { from: "you", text, number: posted.delivery.last, isDelivered: false } as const;
  const phase = { kind: "talking" } as const;
  const written = withChat(state, { draft: "", typingTold: 0, phase, unsaved: true });
  return deliver(withLine(written, content, now), posted, { type: "focus", on: "message" });
}

/** Handles an envelope from the partner. */
export function receive(state: State, envelope: Envelope, now: number): Transition {
  if (!isTalking(state)) return transition(state);
  const { delivery } = state.screen.chat;
  switch (envelope.kind) {
    case "typing":
      return transition(withChat(state, { typingUntil: now + TYPING_TIME }));
    case "received":
      return transition(
        markDelivered(withChat(state, { delivery: acknowledge(delivery, envelope.number) })),
      );
    case "repeat": {
      const { state: told, effects } = deliver(state, resend(delivery, envelope.number, now));
      return transition(markDelivered(told), ...effects);
    }
    case "text":
      return receiveText(state, receiveMessage(delivery, envelope.number, now), envelope.text, now);
    case "call":
      return onCall(state, { type: "heard", says: envelope.says }, now);
    case "media":
      return transition(
        withRemoteMedia(state, { picture: envelope.picture, sound: envelope.sound }),
      );
    case "setup":
      return transition(state, { type: "set-up", text: envelope.text });
  }
}

/** Shows a message if it is the next one. A gap is shown as tampering. */
function receiveText(state: InChat, arrival: Arrival, raw: string, now: number): Transition {
  const { state: taken, effects } = deliver(state, arrival);
  if (arrival.kind === "gap") return transition(noteOnce(taken, "tampered", now), ...effects);
  const text = cleanText(raw);
  if (arrival.kind !== "new" || text === "") return transition(taken, ...effects);
  const automation = noteText(state.screen.chat.automation, text, now);
  const heard = withChat(taken, { typingUntil: 0, unsaved: true, automation });
  return transition(withLine(heard, { from: "stranger", text }, now), ...effects);
}

/** Marks the messages that have been confirmed. */
function markDelivered(state: State): State {
  if (state.screen.kind !== "chat") return state;
  const { lines, delivery } = state.screen.chat;
  const first = delivery.waiting[0]?.number ?? Infinity;
  const arrived = (line: Line): boolean =>
    line.from === "you" && !line.isDelivered && line.number < first;
  if (!lines.some(arrived)) return state;
  return withChat(state, {
    lines: lines.map((line) => arrived(line) ? { ...line, isDelivered: true } as Line : line),
  });
}

/** Stores a delivery outcome, and sends its envelopes. */
function deliver(
  state: State,
  { delivery, say }: DeliveryOutcome,
  ...effects: Effect[]
): Transition {
  const said = say.map((envelope): Effect => ({ type: "say", envelope }));
  return transition(withChat(state, { delivery }), ...said, ...effects);
}

/** Asks whether the visitor really wants to leave. */
export function ask(state: State, now: number): Transition {
  return transition(withChat(state, { phase: { kind: "asking", until: now + ASKING_TIME } }));
}

/** Moves a report from one step to the next. Does nothing if it is at another step. */
export function setReport(
  state: State,
  from: Chat["report"],
  to: Chat["report"],
  ...effects: Effect[]
): Transition {
  if (state.screen.kind !== "chat" || state.screen.chat.report !== from) return transition(state);
  return transition(withChat(state, { report: to }), ...effects);
}

/** The server has accepted a report. */
export function reportTaken(state: State, now: number): State {
  if (state.screen.kind !== "chat" || state.screen.chat.report !== "sent") return state;
  const taken = withChat(state, { report: "taken" });
  return withLine(taken, { from: "page", notice: { kind: "report-taken" } }, now);
}

/** Shows a notice. Repetitions with nothing in between are shown only once. */
export function noteOnce(state: State, kind: "tampered" | "text-only", now: number): State {
  if (!isTalking(state)) return state;
  const last = state.screen.chat.lines.at(-1);
  const said = last?.from === "page" && last.notice.kind === kind;
  return said ? state : withLine(state, { from: "page", notice: { kind } }, now);
}

/** The conversation was scrolled. What arrives while its end is out of view is counted. */
export function scroll(state: State, atEnd: boolean): State {
  if (state.screen.kind !== "chat") return state;
  return withChat(state, { missed: atEnd ? undefined : state.screen.chat.missed ?? 0 });
}

/** The server is about to restart: warns while there is time for a last message. */
export function warnOfRestart(state: State, now: number): State {
  if (!isTalking(state)) return state;
  return withLine(state, { from: "page", notice: { kind: "restart" } }, now);
}

/** The partner's connection has dropped. */
export function partnerAway(state: State): State {
  if (!isTalking(state)) return state;
  const delivery = pause(state.screen.chat.delivery);
  return withChat(state, { delivery, partner: { kind: "away" }, typingUntil: 0 });
}

/** The partner is connected again. The page says so for a moment. */
export function partnerBack(state: State, now: number): Transition {
  return resyncMessages(state, { partner: { kind: "back", until: now + BACK_TIME } }, now);
}

/**
 * This side's connection has dropped. The chat waits for as long as the server keeps the session. Every failed attempt
 * to reconnect also comes here, so `lostUntil` is set only the first time.
 */
export function onConnectionLost(state: State, mayResume: boolean, now: number): State {
  if (!isTalking(state)) return state;
  if (!mayResume) return endChat(state, { kind: "connection-lost" }, now);
  const { lostUntil, delivery } = state.screen.chat;
  const window = state.hidden ? BACKGROUND_WINDOW : RESUME_WINDOW;
  return withChat(state, {
    delivery: pause(delivery),
    lostUntil: lostUntil || now + window,
    typingUntil: 0,
  });
}

/** Both sides are connected again. */
export function resyncMessages(state: State, change: Partial<Chat>, now: number): Transition {
  if (!isTalking(state)) return transition(state);
  const { state: greeted, effects } = deliver(state, resync(state.screen.chat.delivery));
  const resynced = onCall(withChat(greeted, change), { type: "resynced" }, now);
  return transition(resynced.state, { type: "resync" }, ...effects, ...resynced.effects);
}

/** Ends the chat. Does nothing if no chat is running. The draft stays as a line that was not sent. */
export function endChat(state: State, notice: SystemMessage, now: number): State {
  if (!isTalking(state)) return state;
  const text = state.screen.chat.draft.trim();
  const kept = text === "" ? state : withLine(state, { from: "draft", text }, now);
  const over = withChat(kept, {
    phase: { kind: "over" },
    typingUntil: 0,
    lostUntil: 0,
    call: NO_CALL,
  });
  const ended = withLine(over, { from: "page", notice }, now);
  const { kind } = notice;
  return ended.screen.kind === "chat" && (kind === "you-left" || kind === "stranger-left")
    ? afterLeaving(ended, ended.screen.chat, now)
    : ended;
}

/** When a chat changes without an event, in milliseconds of the page's clock; 0 for never. */
export function chatDeadlines({ phase, ...chat }: Chat): number[] {
  if (phase.kind === "over") return [];
  return [
    chat.typingUntil,
    phase.kind === "asking" ? phase.until : 0,
    chat.lostUntil,
    chat.partner.kind === "back" ? chat.partner.until : 0,
    nextConfirmation(chat.delivery),
    callDeadline(chat.call),
  ];
}

export function tickChat(state: State, chat: Chat, now: number): Transition {
  const { phase, typingUntil, lostUntil, partner, delivery } = chat;
  if (lostUntil !== 0 && lostUntil <= now) {
    return transition(endChat(state, { kind: "connection-lost" }, now));
  }
  const elapsed = withChat(state, {
    phase: phase.kind === "asking" && phase.until <= now ? { kind: "talking" } : phase,
    typingUntil: typingUntil <= now ? 0 : typingUntil,
    partner: partner.kind === "back" && partner.until <= now ? { kind: "here" } : partner,
  });
  const { state: confirmed, effects } = deliver(elapsed, confirm(delivery, now));
  const called = onCall(confirmed, { type: "tick" }, now);
  return transition(called.state, ...effects, ...called.effects);
}
