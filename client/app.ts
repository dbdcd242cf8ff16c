/**
 * Wires the page together: events go into the reducer, the screen shows the resulting states, and effects are performed.
 *
 *   visitor, server, partner, time ──Event──> reduce ──State──> Screen
 *                    ^                          └────Effect──> performEffect
 *                    └────────────────────────────────────────────────┘
 */

import { Connection } from "./net/connection.ts";
import { Devices, type Media } from "./media/devices.ts";
import { type EffectParts, performEffect } from "./app/effects.ts";
import { type Event, initialState, isTalking, type State } from "./state/state.ts";
import { showLanguageMenu } from "./app/language_menu.ts";
import { PartnerConnection } from "./app/partner_connection.ts";
import { Screen } from "./app/screen.ts";
import { SOCKET_PATH, SUBPROTOCOL } from "../protocol.ts";
import { Sound } from "./app/sound.ts";
import { askRefusal } from "./net/refusal.ts";
import { callOf, wantedDevices } from "./state/call_media.ts";
import { followViewport } from "./page/viewport.ts";
import { isCalling } from "./state/call.ts";
import { listenToWindow } from "./app/window_events.ts";
import { loadPreferences } from "./state/preferences.ts";
import { nextDeadline, reduce } from "./state/reducer.ts";
import { ownLanguage } from "./languages/document.ts";
import { reloadOnChange } from "./page/reload.ts";

/** Whether this is a development build, which reloads when its source changes. */
declare const DEVELOPMENT: boolean;

class App {
  readonly #screen: Screen;
  readonly #devices: Devices;
  readonly #sound = new Sound(every);
  readonly #partner: PartnerConnection;
  readonly #parts: EffectParts;
  /** The event that is being handled, and those that arrived meanwhile. */
  readonly #events: Event[] = [];
  #state: State;
  #cancelTick = (): void => {};

  constructor(root: HTMLElement) {
    const own = ownLanguage();
    const openStore = (): Storage => localStorage;
    const dispatch = this.#dispatch;
    this.#state = initialState(loadPreferences(openStore), own);
    this.#devices = new Devices(navigator.mediaDevices, (media) => this.#change(media));
    const chooseLanguage = showLanguageMenu({ own, later, dispatch });
    this.#screen = new Screen(root, own, dispatch);
    this.#screen.draw(this.#state);
    const onFrame = (frame: Uint8Array<ArrayBuffer>): void => connection.send(frame);
    const partner = this.#partner = new PartnerConnection({ onFrame, every, dispatch });
    const connection = this.#connect();
    const sound = this.#sound;
    this.#parts = { connection, partner, sound, chooseLanguage, openStore, later, dispatch };
    listenToWindow(() => this.#state, this.#parts);
    followViewport(visualViewport, document.documentElement);
    chooseLanguage(this.#state.preferences.language);
  }

  /** Handles an event. Drawing may move the focus and so cause further events, which wait until this one is done. */
  readonly #dispatch = (event: Event): void => {
    this.#events.push(event);
    if (this.#events.length > 1) return;
    try {
      for (const next of this.#events) this.#handle(next);
    } finally {
      this.#events.length = 0;
      this.#schedule();
    }
  };

  #handle(event: Event): void {
    const { state, effects } = reduce(this.#state, event, Date.now());
    this.#state = state;
    if (!isTalking(state)) this.#partner.close();
    if (!isCalling(callOf(state))) this.#partner.endCall();
    this.#devices.want(wantedDevices(state));
    this.#screen.draw(state);
    this.#sound.measure(state);
    effects.forEach((effect) => performEffect(effect, state, this.#parts));
  }

  #schedule(): void {
    this.#cancelTick();
    const deadline = nextDeadline(this.#state);
    if (deadline === undefined) return;
    this.#cancelTick = later(deadline - Date.now(), () => this.#dispatch({ type: "tick" }));
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
      later,
      onMessage: (message) => inTurn({ type: "server", message }),
      onFrame: (frame) => this.#partner.receive(frame),
      onDown: (mayResume) => inTurn({ type: "down", mayResume }),
      askRefusal,
      onRefused: (refusal) => this.#dispatch({ type: "refused", refusal }),
    });
  }
}

/** Runs `task` after `ms` milliseconds, and returns a function that cancels it. */
function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

/** Runs `task` every `ms` milliseconds, and returns a function that ends that. */
function every(ms: number, task: () => void): () => void {
  const timer = setInterval(task, ms);
  return () => clearInterval(timer);
}

if (DEVELOPMENT) reloadOnChange();
new App(document.getElementById("app")!);
