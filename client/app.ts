/**
 * Wires the page together: events go into the reducer, the screen shows the resulting states, and effects are performed.
 *
 *   visitor, server, partner, time ──Event──> reduce ──State──> Screen
 *                    ^                          └────Effect──> performEffect
 *                    └────────────────────────────────────────────────┘
 */

import { Connection } from "./net/connection.ts";
import { Devices, type Media } from "./media/devices.ts";
import { AppBadge } from "./app/app_badge.ts";
import { BackButton } from "./app/back_button.ts";
import { type EffectParts, performEffect } from "./app/effects.ts";
import {
  type Effect,
  type Event,
  initialState,
  isActive,
  isTalking,
  type State,
} from "./state/state.ts";
import { showLanguageMenu } from "./app/language_menu.ts";
import { Notifications } from "./app/notifications.ts";
import { OtherTabs } from "./app/other_tabs.ts";
import { PartnerConnection } from "./app/partner_connection.ts";
import { Screen } from "./app/screen.ts";
import { SOCKET_PATH, SUBPROTOCOL } from "../protocol.ts";
import { Sound } from "./app/sound.ts";
import { showThemeSwitch } from "./app/theme_switch.ts";
import { WakeLock } from "./app/wake_lock.ts";
import { askRefusal } from "./net/refusal.ts";
import { callOf, wantedDevices } from "./state/call_media.ts";
import { followViewport } from "./page/viewport.ts";
import { isCalling } from "./state/call.ts";
import { closeInnermost, listenToWindow } from "./app/window_events.ts";
import { loadPreferences } from "./state/preferences.ts";
import { nextDeadline, reduce } from "./state/reducer.ts";
import { ownLanguage } from "./languages/document.ts";
import { spokenLanguages } from "./languages/spoken.ts";
import { reloadOnChange } from "./page/reload.ts";

/** Whether this is a development build, which reloads when its source changes. */
declare const DEVELOPMENT: boolean;

/** How long after its start the page prepares for a chat, in milliseconds. It has been drawn by then. */
const PREPARATION_DELAY = 1_000;

class App {
  readonly #screen: Screen;
  readonly #devices: Devices;
  readonly #sound = new Sound(every);
  readonly #wakeLock = new WakeLock();
  readonly #badge = new AppBadge();
  readonly #notifications: Notifications;
  readonly #partner: PartnerConnection;
  readonly #parts: EffectParts;
  readonly #back: BackButton;
  readonly #tabs: OtherTabs;
  readonly #followTheme: (state: State) => void;
  /** The event that is being handled, and those that arrived meanwhile. */
  readonly #events: Event[] = [];
  #state: State;
  #cancelTick = (): void => {};

  constructor(root: HTMLElement) {
    const own = ownLanguage();
    const openStore = (): Storage => localStorage;
    const dispatch = this.#dispatch;
    const notifications = this.#notifications = new Notifications(String(Math.random()), dispatch);
    this.#state = initialState(loadPreferences(openStore), own, {
      canCall: "RTCPeerConnection" in globalThis,
      languages: spokenLanguages(navigator.languages),
      permission: notifications.permission,
    });
    this.#devices = new Devices(navigator.mediaDevices, (media) => this.#change(media));
    const chooseLanguage = showLanguageMenu({ own, later, dispatch });
    const onFrame = (frame: Uint8Array<ArrayBuffer>): void => connection.send(frame);
    const partner = this.#partner = new PartnerConnection({ onFrame, every, dispatch });
    const connection = this.#connect();
    const sound = this.#sound;
    const outlets = { connection, partner, sound, notifications };
    this.#parts = { ...outlets, chooseLanguage, openStore, later, dispatch };
    const state = (): State => this.#state;
    this.#back = new BackButton(state, () => closeInnermost(state(), dispatch));
    this.#tabs = new OtherTabs(dispatch);
    this.#followTheme = showThemeSwitch(dispatch);
    this.#followTheme(this.#state);
    listenToWindow(state, this.#parts);
    followViewport(visualViewport, document.documentElement);
    // Last: until then, the page says that the chat isn't running.
    this.#screen = new Screen(root, own, dispatch);
    this.#screen.draw(this.#state);
    chooseLanguage(this.#state.preferences.language);
    later(PREPARATION_DELAY, () => partner.prepare());
  }

  /** Handles an event. Drawing may move the focus and so cause further events, which wait until this one is done. */
  readonly #dispatch = (event: Event): void => {
    this.#events.push(event);
    if (this.#events.length > 1) return;
    for (const next of this.#events) attempt(() => this.#handle(next));
    this.#events.length = 0;
    this.#schedule();
  };

  /** An exception in one step, such as drawing, neither skips the other steps nor reaches whatever caused the event. */
  #handle(event: Event): void {
    const now = monotonicNow();
    const calendarOffset = Date.now() - now;
    const { state, effects } = reduce({ ...this.#state, calendarOffset }, event, now);
    this.#state = state;
    const perform = (effect: Effect) => (): void => performEffect(effect, state, this.#parts);
    const isUrgent = ({ type }: Effect): boolean => type === "secure"; // The partner waits for it.
    [
      () => this.#parts.connection.need(!state.hidden || isActive(state)),
      () => isTalking(state) || this.#partner.close(),
      () => isCalling(callOf(state)) || this.#partner.endCall(),
      () => this.#wakeLock.keep(isCalling(callOf(state)) && !state.hidden),
      ...effects.filter(isUrgent).map(perform),
      () => this.#devices.want(wantedDevices(state)),
      () => this.#screen.draw(state),
      () => this.#sound.measure(state),
      () => this.#back.follow(),
      () => this.#tabs.follow(state),
      () => this.#badge.show(state.unread),
      () => this.#notifications.follow(state),
      () => this.#followTheme(state),
      ...effects.filter((effect) => !isUrgent(effect)).map(perform),
    ].forEach(attempt);
  }

  #schedule(): void {
    this.#cancelTick();
    const deadline = nextDeadline(this.#state);
    if (deadline === undefined) return;
    this.#cancelTick = later(deadline - monotonicNow(), () => this.#dispatch({ type: "tick" }));
  }

  #change(media: Media): void {
    this.#partner.setMedia(media);
    this.#dispatch({ type: "media", media });
  }

  /** What the server reports waits for the frames that arrived before it. */
  #connect(): Connection {
    const inTurn = (event: Event): void => this.#partner.inTurn(() => this.#dispatch(event));
    return new Connection({
      dial: () => new WebSocket(location.origin.replace(/^http/, "ws") + SOCKET_PATH, SUBPROTOCOL),
      random: Math.random,
      now: monotonicNow,
      later,
      onMessage: (message) => inTurn({ type: "server", message }),
      onFrame: (frame) => this.#partner.receive(frame),
      onDown: (mayResume) => inTurn({ type: "down", mayResume }),
      askRefusal,
      onRefused: (refusal) => this.#dispatch({ type: "refused", refusal }),
      onFiltered: () => this.#dispatch({ type: "filtered" }),
    });
  }
}

/** Whole milliseconds of a monotonic clock. It is far from zero, which stands for "never" in the state. */
function monotonicNow(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** Runs `task`. An exception is reported as one that nothing has caught. */
function attempt(task: () => void): void {
  try {
    task();
  } catch (error) {
    reportError(error);
  }
}

/** Runs `task` after `ms` milliseconds, never earlier, and returns a function that cancels it. */
function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, Math.ceil(ms));
  return () => clearTimeout(timer);
}

/** Runs `task` every `ms` milliseconds, and returns a function that ends that. */
function every(ms: number, task: () => void): () => void {
  const timer = setInterval(task, ms);
  return () => clearInterval(timer);
}

if (DEVELOPMENT) reloadOnChange();
new App(document.getElementById("app")!);
