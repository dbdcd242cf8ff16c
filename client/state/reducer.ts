/**
 * Every way the page can change: a pure function from a state and an event to the next state and the effects to
 * perform. Views only draw the state, and only `client/app/` performs effects. So the whole behaviour of the page is
 * tested without a browser.
 *
 *   home ──start──> searching ──paired──> chat: talking ──stop──> asking ──stop──> over ──again──> searching
 *    ^ └─> preview ─┘   │ stop                     ^    <──6 s──────┘               ^  │
 *    └──────────────────┘                          └ partner left, connection lost ─┘  └──home──> home
 *
 * `search.ts`, `chat.ts` and `call_media.ts` define what an event does to a search, a chat and a call's media. The call
 * has a separate state machine (`call.ts`).
 *
 * Each event comes with the time. What ends without an event ("Really stop?", typing indicators, the hints of a long
 * search) is a deadline in the state. `nextDeadline` says when to dispatch `tick`.
 */

import { type ConnectionRefusal, type ErrorCode, type ServerMessage } from "../../protocol.ts";
import { spokenLanguages } from "../languages/spoken.ts";
import { type Automation, noteRepeated } from "./automation.ts";
import { DEVICE_KINDS, type DeviceKind } from "../media/devices.ts";
import type { Preferences } from "./preferences.ts";
import {
  addInterest,
  answersSearch,
  askLater,
  goHome,
  isBlocked,
  restartSearch,
  search,
  searchDeadlines,
  solved,
  start,
  startVideo,
  tickSearch,
  typeInterest,
  widen,
  work,
} from "./search.ts";
import {
  askAgain,
  askedAgain,
  count,
  onScreen,
  rematchDeadlines,
  stay,
  whenSeen,
  withoutRematch,
} from "./rematch.ts";
import {
  choose,
  hasSwitches,
  onCall,
  startingDevices,
  STARTS_OFF,
  takeMedia,
  want,
  withRemoteMedia,
} from "./call_media.ts";
import { isTooSoon, noteChange } from "./grace.ts";
import { asksPermission, notification, switchOf } from "./notifications.ts";
import {
  type CallAnswer,
  type Effect,
  type Event,
  isTalking,
  LEAVE,
  type State,
  type Transition,
  transition,
  withChat,
} from "./state.ts";
import {
  ask,
  begin,
  chatDeadlines,
  compose,
  endChat,
  noteOnce,
  onConnectionLost,
  partnerAway,
  partnerBack,
  receive,
  reportTaken,
  resyncMessages,
  scroll,
  send,
  setReport,
  tickChat,
  warnOfRestart,
} from "./chat.ts";

/**
 * Applies `event` to `state` at `now`, in milliseconds of the page's clock, which is monotonic. A press that comes too
 * soon does nothing.
 */
export function reduce(state: State, event: Event, now: number): Transition {
  if (isTooSoon(state, event, now)) return transition(state);
  const { state: applied, effects } = apply(state, event, now);
  const next = onScreen(applied);
  return transition(
    noteChange(state, next, now),
    ...effects,
    ...ring(state, next),
    ...notification(state, next),
  );
}

function apply(state: State, event: Event, now: number): Transition {
  switch (event.type) {
    case "confirm":
      return confirm(state, event.adult);
    case "type-interest":
      return typeInterest(state, event);
    case "add-interest":
      return transition(addInterest(state));
    case "remove-interest":
      return transition({
        ...state,
        interests: state.interests.filter((one) => one !== event.interest),
      });
    case "add-language":
      return transition({
        ...state,
        languages: spokenLanguages([...state.languages, event.language]),
      });
    case "remove-language":
      return transition({
        ...state,
        languages: state.languages.filter((one) => one !== event.language),
      }, { type: "focus", on: "add-language" });
    case "start":
      return start(state, (ready) => search({ ...ready, mode: "text" }, now));
    case "start-video":
      return start(state, (ready) => startVideo(ready, now));
    case "again":
      return search(state, now);
    case "rematch":
      return askAgain(state);
    case "stay":
      return transition(stay(state));
    case "home":
      return goHome(state);
    case "stop":
      return stop(state, now);
    case "escape":
      return escape(state, now);
    case "type":
      return compose(state, event.text, now);
    case "send":
      return send(state, now);
    case "scroll":
      return transition(scroll(event.atEnd ? state : stay(state), event.atEnd));
    case "picture":
      return transition(noteOnce(state, "text-only", now));
    case "save":
      return transition(withChat(state, { unsaved: false }), { type: "save" });
    case "prefer":
      return prefer(state, event.change);
    case "preferred":
      return transition(preferred(state, event.preferences));
    case "language":
      return transition({ ...state, language: event.language, languageFailed: false });
    case "language-failed":
      return transition({ ...state, languageFailed: true });
    case "call":
      return onCall(state, event.event, now);
    case "answer":
      return answer(state, event.answer, now);
    case "toggle-device":
      return toggle(state, event.device);
    case "choose-device":
      return choose(state, event.device, event.id);
    case "media":
      return takeMedia(state, event.media);
    case "remote-media":
      return transition(
        withRemoteMedia(state, event.change),
        ...(event.change.stream ? [{ type: "play" } as const] : []),
      );
    case "volume":
      return transition({ ...state, volume: event.volume });
    case "play":
    case "pop-out":
    case "full-screen":
      return transition(state, { type: event.type });
    case "choose-report":
      return setReport(stay(state), "none", "choosing", { type: "focus", on: "report" });
    case "cancel-report":
      return setReport(state, "choosing", "none", { type: "focus", on: "message" });
    case "report":
      return setReport(
        withoutRematch(state),
        "choosing",
        "sent",
        { type: "focus", on: "message" },
        {
          type: "tell",
          message: { type: "report", reason: event.reason },
        },
      );
    case "repeated-text":
      return transition(onAutomation(state, noteRepeated));
    case "dismiss-sign":
      return transition(
        onAutomation(state, (automation) => ({ ...automation, mark: "dismissed" })),
        { type: "focus", on: "message", unlessTouch: true },
      );
    case "attention":
      return setFocus(state, event, now);
    case "toggle-notifications":
      return toggleNotifications(state);
    case "permission":
      return transition({ ...state, permission: event.permission });
    case "server":
      return hear(state, event.message, now);
    case "partner":
      return receive(state, event.envelope, now);
    case "secured":
      return transition(withChat(state, { pictures: event.pictures, suite: event.suite }));
    case "tampered":
      return transition(noteOnce(state, "tampered", now));
    case "not-secured":
    case "own-tab":
      return transition(endChat(state, { kind: event.type }, now), LEAVE);
    case "down":
      return transition(
        onConnectionLost(
          { ...withoutRematch(state), connectionState: "down" },
          event.mayResume,
          now,
        ),
        // A search that this server can't serve leaves its connection idle. A page that has something to tell reconnects.
        ...(state.screen.kind === "searching" ? [background(state)] : []),
      );
    case "refused":
      return transition(onRefusal(state, event.refusal, now));
    case "filtered":
      return transition({ ...state, isFiltered: true });
    case "solved":
      return solved(state, event.challenge, event.nonce);
    case "broken":
      return transition({ ...state, screen: { kind: "broken" } }, LEAVE);
    case "tick":
      return tick(state, now);
  }
}

/** When the state next changes without an event, in milliseconds of the page's clock. */
export function nextDeadline(state: State): number | undefined {
  const deadlines = [...deadlinesOf(state.screen), ...rematchDeadlines(state)].filter(Boolean);
  return deadlines.length > 0 ? Math.min(...deadlines) : undefined;
}

function deadlinesOf(screen: State["screen"]): number[] {
  if (screen.kind === "searching") return searchDeadlines(screen);
  return screen.kind === "chat" ? chatDeadlines(screen.chat) : [];
}

/** Changes preferences. A changed start setting also applies immediately, so that the visitor sees its effect. */
function prefer(state: State, change: Partial<Preferences>): Transition {
  const local = { ...state.local };
  for (const device of DEVICE_KINDS) {
    const startsOff = change[STARTS_OFF[device]];
    if (startsOff !== undefined) local[device] = !startsOff;
  }
  const preferences = { ...state.preferences, ...change };
  return transition({ ...state, preferences, local }, { type: "keep-preferences", change });
}

/** Handles a press on the switch for notifications. */
function toggleNotifications(state: State): Transition {
  const { state: next, effects } = prefer(state, { notify: switchOf(state) === "off" });
  return transition(
    next,
    ...effects,
    ...(asksPermission(state) ? [{ type: "ask-permission" } as const] : []),
  );
}

/** Takes preferences from another tab. They never switch a device on, nor one that the stranger receives now off. */
function preferred(state: State, preferences: Preferences): State {
  const next = { ...state, preferences };
  return state.screen.kind === "preview" ? { ...next, local: startingDevices(next) } : next;
}

/**
 * Switches a device if its switch is on the screen. In the preview, switching a device on also clears its "start off"
 * preference. If the two contradicted each other, it would be unclear what the partner receives.
 */
function toggle(state: State, device: DeviceKind): Transition {
  if (!hasSwitches(state)) return transition(state);
  const isOn = !state.local[device];
  const startsOff = STARTS_OFF[device];
  return state.screen.kind === "preview" && isOn && state.preferences[startsOff]
    ? prefer(state, { [startsOff]: false })
    : want(state, { [device]: isOn });
}

/** Answers the question about a call. Its button disappears, so the focus moves to the message box. */
function answer(state: State, type: CallAnswer, now: number): Transition {
  const { state: answered, effects } = onCall(state, { type }, now);
  return transition(answered, ...effects, { type: "focus", on: "message", unlessTouch: true });
}

function confirm(state: State, adult: boolean): Transition {
  return prefer({ ...state, showAgeReminder: false }, { adult });
}

/** Handles the one button that leads from a chat to the next: ask, leave, search. */
function stop(state: State, now: number): Transition {
  const { screen } = state;
  if (screen.kind === "searching" || screen.kind === "preview") return goHome(state);
  if (screen.kind !== "chat") return transition(state);
  switch (screen.chat.phase.kind) {
    case "talking":
      return ask(state, now);
    case "asking": {
      const left = endChat(state, { kind: "you-left" }, now);
      return transition(withChat(left, { unsaved: false }), LEAVE);
    }
    case "over":
      return search(state, now);
  }
}

/**
 * Handles Escape, which does what Stop does. It is easily pressed by mistake just after the stranger has left, so it
 * asks once before it discards a conversation, and only stops a countdown to the next chat. Visitors who left by
 * themselves have already been asked.
 */
function escape(state: State, now: number): Transition {
  const { screen } = state;
  if (state.nextChat) return transition(stay(state));
  if (screen.kind !== "chat") return stop(state, now);
  if (screen.chat.report === "choosing") return apply(state, { type: "cancel-report" }, now);
  return screen.chat.unsaved !== true || isTalking(state)
    ? stop(state, now)
    : transition(withChat(state, { unsaved: "asked" }));
}

/** A sound for a partner who was found or would like to come back, and for everything unread. */
function ring({ screen, unread, rematch }: State, next: State): Effect[] {
  const isFound = screen.kind === "searching" && next.screen.kind === "chat" ||
    next.rematch?.isAsked && !rematch?.isAsked;
  const isHeard = next.preferences.sound && (isFound || next.unread > unread);
  return isHeard ? [{ type: "ring" }] : [];
}

function setFocus(
  state: State,
  { focused, hidden }: Event & { type: "attention" },
  now: number,
): Transition {
  const attended = { ...state, focused, hidden, unread: focused ? 0 : state.unread };
  return hidden === state.hidden
    ? transition(attended)
    : transition(whenSeen(attended, now), background(attended));
}

/** Tells the server whether the page is hidden. This determines how long the session is kept after a drop. */
function background({ hidden }: State): Effect {
  return { type: "tell", message: { type: "background", hidden } };
}

function onAutomation(state: State, change: (automation: Automation) => Automation): State {
  if (state.screen.kind !== "chat") return state;
  return withChat(state, { automation: change(state.screen.chat.automation) });
}

function hear(state: State, message: ServerMessage, now: number): Transition {
  switch (message.type) {
    case "welcome":
      return welcome(state, message, now);
    case "resumed":
      return resume(state, message.chatting, now);
    case "partner-away":
      return transition(partnerAway(state));
    case "partner-back":
      return partnerBack(state, now);
    case "online":
      return transition({ ...state, online: message.count });
    case "paired":
      return begin(state, message, now);
    case "partner-left":
      return transition(endChat(state, { kind: "stranger-left" }, now));
    case "partner-again":
      return transition(askedAgain(state));
    case "reported":
      return transition(reportTaken(state, now));
    case "ice":
      return onCall(state, { type: "route", route: message }, now);
    case "error":
      return onError(state, message, now);
    case "blocked":
      return transition(onRefusal(state, { code: "reported", seconds: message.seconds }, now));
    case "draining":
      return transition(warnOfRestart(state, now));
    case "challenge":
      return work(state, message);
    case "waiting":
      return transition(widen(state, message));
    case "pong":
      return transition(state);
  }
}

/** A new session knows nothing of the previous one, so a running search is requested again. */
function welcome(
  before: State,
  { online, features = [] }: ServerMessage & { type: "welcome" },
  now: number,
): Transition {
  const connected = { connectionState: "up", refusal: undefined, isFiltered: false } as const;
  const { state, effects } = searchAgain({ ...before, ...connected, online, features }, now);
  return transition(state, ...(state.hidden ? [background(state)] : []), ...effects);
}

function searchAgain(state: State, now: number): Transition {
  const { screen } = state;
  return screen.kind === "searching" ? restartSearch(state, screen, now) : transition(state);
}

/**
 * The server has found the old session, or hasn't. A message is sent in either case, because the server takes it as
 * confirmation of its answer (`server/chat/resume_tokens.ts`). If the visitor left the chat meanwhile, it is left on
 * the server, too: with `leave`, or with the search that has begun.
 */
function resume(state: State, chatting: boolean, now: number): Transition {
  if (!chatting) {
    const ended = endChat(state, { kind: "connection-lost" }, now);
    return transition(withoutRematch(ended), background(state));
  }
  if (!isTalking(state)) {
    return transition(
      state,
      background(state),
      ...(state.screen.kind === "searching" ? [] : [LEAVE]),
    );
  }
  const change = { lostUntil: 0, partner: { kind: "here" } } as const;
  const { state: resynced, effects } = resyncMessages(state, change, now);
  return transition(resynced, background(state), ...effects);
}

/** A search that came too soon is repeated automatically. In a chat, a report or a call was refused. */
function onError(state: State, error: ServerMessage & { type: "error" }, now: number): Transition {
  const { screen } = state;
  if (screen.kind === "chat") return refusedInChat(state, error.code, now);
  const isOurs = error.code === "too-fast" && answersSearch(state, error);
  if (screen.kind !== "searching" || !isOurs) return transition(state);
  return transition(askLater(state, screen, error.seconds ?? 1, now));
}

/**
 * Resets the request that was refused, so that it can be tried again. `too-fast` doesn't say which one it answers, so it
 * resets both a report and a call that are unanswered.
 */
function refusedInChat(state: State, code: ErrorCode, now: number): Transition {
  const isCall = code === "nobody-to-call" || code === "too-fast";
  const reset = code === "nobody-to-call" ? state : setReport(state, "sent", "none").state;
  return isCall ? onCall(reset, { type: "denied" }, now) : transition(reset);
}

/** Shows a refusal. A blocked visitor sees it at the end of the chat, or on the first screen. */
function onRefusal(state: State, { code, seconds }: ConnectionRefusal, now: number): State {
  const refusal = { ...state, refusal: { code, until: now + seconds * 1000 } };
  if (isTalking(state) && isBlocked(refusal)) {
    return endChat(refusal, { kind: code === "reported" ? "blocked" : "connection-lost" }, now);
  }
  const stays = state.screen.kind === "chat" || !isBlocked(refusal);
  return stays ? refusal : { ...refusal, screen: { kind: "home" } };
}

function tick(before: State, now: number): Transition {
  const state = count(before, now);
  if (state.nextChat?.left === 0) return search(state, now);
  const { screen } = state;
  if (screen.kind === "searching") return tickSearch(state, screen, now);
  return screen.kind === "chat" ? tickChat(state, screen.chat, now) : transition(state);
}
