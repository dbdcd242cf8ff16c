/**
 * Wires the page together: events go into the reducer, views draw the resulting states, and effects are performed here
 * and nowhere else.
 *
 *   visitor, server, partner, time ──Event──> reduce ──State──> view
 *                    ^                          └────Effect──> App
 *                    └───────────────────────────────────────────┘
 */

import { render, type VNode } from "preact";
import {
  type Challenge,
  LANGUAGES_PATH,
  type Role,
  type Route,
  SOCKET_PATH,
  SUBPROTOCOL,
} from "../protocol.ts";
import { playChime, showUnread } from "./page/attention.ts";
import { isCalling } from "./state/call.ts";
import { nextDeadline, reduce } from "./state/reducer.ts";
import { chatView } from "./views/chat.ts";
import { Connection } from "./net/connection.ts";
import { Devices, type Media } from "./media/devices.ts";
import { decodeEnvelope, encodeEnvelope, type Envelope } from "./crypto/envelope.ts";
import { languageMenu, ownLanguage, translateDocument } from "./languages/document.ts";
import { askRefusal } from "./net/refusal.ts";
import { homeView } from "./views/home.ts";
import { deviceOf } from "./views/keys.ts";
import type { Language } from "./languages/language.ts";
import { startLevelMeter } from "./media/level_meter.ts";
import { loadPreferences, savePreferences } from "./state/preferences.ts";
import { previewView } from "./views/preview.ts";
import { solve } from "./net/proof_of_work.ts";
import { reloadOnChange } from "./page/reload.ts";
import { SealedChannel } from "./crypto/sealed_channel.ts";
import { searchView } from "./views/search.ts";
import { callOf, hasSwitches, wantedDevices } from "./state/call_media.ts";
import { type Effect, type Event, initialState, isTalking, type State } from "./state/state.ts";
import { transcript } from "./views/transcript.ts";
import { LanguageLoader } from "./languages/loader.ts";
import { PeerConnection } from "./media/peer_connection.ts";

/** Whether this is a development build, which reloads when its source changes. */
declare const DEVELOPMENT: boolean;

class App {
  readonly #root: HTMLElement;
  readonly #connection: Connection;
  readonly #openStore = (): Storage => localStorage;
  readonly #devices: Devices;
  readonly #own = ownLanguage();
  readonly #menu = languageMenu();
  readonly #translator: LanguageLoader;
  /** The event that is being handled, and those that arrived meanwhile. */
  readonly #events: Event[] = [];
  #state: State;
  #spoken: Language = this.#own;
  #channel: SealedChannel | undefined;
  #video: PeerConnection | undefined;
  #role: Role = "caller";
  #audio: AudioContext | undefined;
  #heard: MediaStreamTrack | undefined;
  #stopMeter = (): void => {};
  #announced: State["screen"]["kind"] = "home";
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#state = initialState(loadPreferences(this.#openStore), this.#own);
    this.#devices = new Devices(navigator.mediaDevices, (media) => this.#change(media));
    this.#translator = this.#translate();
    root.textContent = "";
    this.#draw();
    this.#connection = this.#connect();
    this.#watch();
    this.#choose();
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
    if (!isTalking(state)) this.#closeChannel();
    if (!isCalling(callOf(state))) this.#endCall();
    this.#devices.want(wantedDevices(state));
    this.#draw();
    this.#measure(state);
    effects.forEach((effect) => this.#perform(effect));
  }

  /** Sends the captured tracks to the partner. */
  #change(media: Media): void {
    this.#setTracks(media);
    this.#dispatch({ type: "media", media });
  }

  /** In the preview, the microphone moves the level meter. */
  #measure({ screen, media: { microphone } }: State): void {
    const heard = screen.kind === "preview" && microphone.kind === "on"
      ? microphone.track
      : undefined;
    if (heard === this.#heard) return;
    this.#heard = heard;
    this.#stopMeter();
    const meter = document.getElementById("level") as HTMLMeterElement;
    this.#stopMeter = heard ? startLevelMeter(this.#sound(), heard, meter, every) : () => {};
  }

  #setTracks({ camera, microphone }: Media): void {
    this.#video?.setTracks({
      video: camera.kind === "on" ? camera.track : undefined,
      audio: microphone.kind === "on" ? microphone.track : undefined,
    });
  }

  #sound(): AudioContext {
    return this.#audio ??= new AudioContext();
  }

  #connect(): Connection {
    return new Connection({
      dial: () => new WebSocket(location.origin.replace(/^http/, "ws") + SOCKET_PATH, SUBPROTOCOL),
      random: Math.random,
      later,
      onMessage: (message) => this.#dispatchInTurn({ type: "server", message }),
      onFrame: (frame) => this.#channel?.receive(frame),
      onDown: (mayResume) => this.#dispatchInTurn({ type: "down", mayResume }),
      askRefusal: askRefusal,
      onRefused: (hindrance) => this.#dispatch({ type: "hindered", hindrance }),
    });
  }

  #translate(): LanguageLoader {
    this.#menu.hidden = false;
    this.#menu.onchange = () =>
      this.#dispatch({ type: "prefer", change: { language: this.#menu.value } });
    return new LanguageLoader({
      own: this.#own,
      ask: async () => await (await fetch(LANGUAGES_PATH)).json(),
      later,
      onLanguage: (language) => this.#dispatch({ type: "language", language }),
      onFailed: () => this.#dispatch({ type: "language-failed" }),
    });
  }

  /** Chooses the preferred language. The stored code may not exist in the menu. */
  #choose(): void {
    this.#menu.value = this.#state.preferences.language;
    this.#menu.value ||= this.#own.code;
    this.#translator.choose(this.#menu.value);
  }

  /**
   * Dispatches what the server reports only after the frames that arrived before it, because opening those is
   * asynchronous.
   */
  #dispatchInTurn(event: Event): void {
    if (this.#channel === undefined) this.#dispatch(event);
    else this.#channel.inTurn(() => this.#dispatch(event));
  }

  /** Opens a new channel, with new keys, for the chat that begins. */
  #secure(role: Role): void {
    this.#role = role;
    this.#channel = new SealedChannel(role, {
      onFrame: (frame) => this.#connection.send(frame),
      onSecured: (pictures) => this.#dispatch({ type: "secured", pictures }),
      onTampered: () => this.#dispatch({ type: "tampered" }),
      onFailed: () => this.#dispatch({ type: "not-secured" }),
      onOpened: (kind, content) => {
        const envelope = decodeEnvelope({ kind, content });
        if (envelope !== undefined) this.#dispatch({ type: "stranger", envelope });
      },
    });
  }

  /** Closes the channel when the chat ends, which discards its keys. */
  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** Creates a peer connection, after closing the previous one. */
  #call(route: Route): void {
    this.#endCall();
    this.#video = new PeerConnection({
      ...{ role: this.#role, route },
      connect: (configuration) => new RTCPeerConnection(configuration),
      every,
      onSetup: (text) => this.#say({ kind: "setup", text }),
      onStream: (stream) => this.#dispatch({ type: "remote-media", change: { stream } }),
      onLine: (line) => this.#dispatch({ type: "call", event: { type: "line", line } }),
      onQuality: (quality) => this.#dispatch({ type: "remote-media", change: { quality } }),
    });
    this.#setTracks(this.#state.media);
  }

  #endCall(): void {
    this.#video?.close();
    this.#video = undefined;
  }

  #say(envelope: Envelope): void {
    const { kind, content } = encodeEnvelope(envelope);
    this.#channel?.send(kind, content);
  }

  #watch(): void {
    const attend = (): void => {
      const focused = document.visibilityState === "visible" && document.hasFocus();
      this.#dispatch({ type: "attention", focused, hidden: document.hidden });
    };
    const hasten = (): void => {
      if (document.visibilityState === "visible") this.#connection.reconnectNow();
    };
    for (const type of ["focus", "blur", "visibilitychange"]) addEventListener(type, attend);
    addEventListener("online", hasten);
    addEventListener("online", () => this.#video?.restart());
    document.addEventListener("visibilitychange", hasten);
    addEventListener("keydown", (event) => this.#press(event));
    // A closing page leaves explicitly. Otherwise the server would assume that its connection dropped.
    addEventListener("pagehide", () => this.#connection.leave());
    addEventListener("beforeunload", (event) => {
      if (isTalking(this.#state)) event.preventDefault();
    });
  }

  /** Handles the shortcuts. A key that is held down acts only once. */
  #press(event: KeyboardEvent): void {
    const { key, isComposing, repeat } = event;
    if (key === "Escape" && !isComposing && !repeat) return this.#dispatch({ type: "escape" });
    const device = deviceOf(event);
    if (device === undefined || !hasSwitches(this.#state)) return;
    event.preventDefault(); // Browsers use these keys for bookmarks and search.
    if (!repeat) this.#dispatch({ type: "toggle-device", device });
  }

  /**
   * Draws the state. If the focused element has disappeared, the conversation gets the focus, where a key that is still
   * pressed does no harm.
   */
  #draw(): void {
    const { activeElement } = document;
    render(this.#view(), this.#root);
    if (!activeElement?.isConnected) document.querySelector<HTMLElement>(".scroll")?.focus();
    this.#announce(this.#state.screen.kind);
    const { language, unread } = this.#state;
    if (language !== this.#spoken) translateDocument(this.#spoken = language);
    showUnread(unread, language);
  }

  /**
   * Announces a new screen. A screen reader announces changes only in a live region that already exists. A new screen
   * brings a new region, so its first words are put in one that was there before.
   */
  #announce(screen: State["screen"]["kind"]): void {
    if (screen === this.#announced) return;
    this.#announced = screen;
    const announcer = document.getElementById("announcer")!;
    announcer.textContent = this.#root.querySelector("[role=status] h1, .log")?.textContent ?? "";
  }

  #view(): VNode {
    const { screen } = this.#state;
    switch (screen.kind) {
      case "home":
        return homeView(this.#state, this.#dispatch, isSecureContext);
      case "preview":
        return previewView(this.#state, this.#dispatch);
      case "searching":
        return searchView(this.#state, this.#dispatch);
      case "chat":
        return chatView(this.#state, screen.chat, this.#dispatch);
    }
  }

  #perform(effect: Effect): void {
    switch (effect.do) {
      case "tell":
        return this.#connection.tell(effect.message);
      case "say":
        return this.#say(effect.envelope);
      case "secure":
        return this.#secure(effect.role);
      case "solve":
        return void this.#solve(effect.challenge);
      case "resync":
        return this.#channel?.resync();
      case "start-call":
        return this.#call(effect.route);
      case "refresh-call":
        return this.#video?.refresh(effect.route);
      case "set-up":
        return this.#video?.receive(effect.text);
      case "pop-out":
        return void strangersPicture()?.requestPictureInPicture().catch(() => {}); // The browser may refuse.
      case "full-screen":
        return void strangersPicture()?.parentElement?.requestFullscreen().catch(() => {}); // The browser may refuse.
      case "focus":
        if (effect.unlessTouch && matchMedia("(pointer: coarse)").matches) return;
        return document.getElementById(effect.on)?.focus();
      case "ring":
        return playChime(this.#sound());
      case "keep-preferences":
        savePreferences(this.#openStore, this.#state.preferences);
        return this.#choose();
      case "save":
        return this.#save();
    }
  }

  async #solve(challenge: Challenge): Promise<void> {
    const nonce = await solve(challenge);
    this.#dispatch({ type: "solved", challenge, nonce });
  }

  #save(): void {
    const { screen, language } = this.#state;
    if (screen.kind !== "chat") return;
    const url = URL.createObjectURL(
      new Blob([transcript(language, screen.chat.lines)], { type: "text/plain" }),
    );
    const link = Object.assign(document.createElement("a"), { href: url, download: "chat.txt" });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  #schedule(): void {
    clearTimeout(this.#tick);
    const deadline = nextDeadline(this.#state);
    if (deadline === undefined) return;
    this.#tick = setTimeout(() => this.#dispatch({ type: "tick" }), deadline - Date.now());
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

function strangersPicture(): HTMLVideoElement | undefined {
  const element = document.getElementById("stranger");
  return element instanceof HTMLVideoElement ? element : undefined;
}

if (DEVELOPMENT) reloadOnChange();
new App(document.getElementById("app")!);
