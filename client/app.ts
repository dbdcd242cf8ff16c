/**
 * The page, wired together: events go into the reducer, states come out and are drawn, effects are carried out here
 * and nowhere else.
 *
 *   person, server, stranger, time ──Event──> reduce ──State──> view
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

/** Whether this is a build that reloads itself when its source changes. */
declare const DEVELOPMENT: boolean;

class App {
  readonly #root: HTMLElement;
  readonly #connection: Connection;
  readonly #openStore = (): Storage => localStorage;
  readonly #devices: Devices;
  readonly #own = ownLanguage();
  readonly #menu = languageMenu();
  readonly #translator: LanguageLoader;
  /** The event under way, and those that came meanwhile. */
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

  /** Drawing may move the focus and so cause events; they wait until the one under way is done. */
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

  /** Whatever is captured now goes to the stranger. */
  #change(media: Media): void {
    this.#setTracks(media);
    this.#dispatch({ type: "media", media });
  }

  /** Before a call, what the microphone hears moves the meter. */
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

  /** What is kept may be no language. */
  #choose(): void {
    this.#menu.value = this.#state.preferences.language;
    this.#menu.value ||= this.#own.code;
    this.#translator.choose(this.#menu.value);
  }

  /** What the server says comes after the frames that came before it, though opening these takes a moment. */
  #dispatchInTurn(event: Event): void {
    if (this.#channel === undefined) this.#dispatch(event);
    else this.#channel.inTurn(() => this.#dispatch(event));
  }

  /** A new channel with new keys, for the chat that begins. */
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

  /** The keys go with the chat. */
  #closeChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** A new peer connection; one that there was is over. */
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
    // A page that is closed leaves: without a word it would look like a connection that dropped.
    addEventListener("pagehide", () => this.#connection.leave());
    addEventListener("beforeunload", (event) => {
      if (isTalking(this.#state)) event.preventDefault();
    });
  }

  /** A key that is held down acts once. */
  #press(event: KeyboardEvent): void {
    const { key, isComposing, repeat } = event;
    if (key === "Escape" && !isComposing && !repeat) return this.#dispatch({ type: "escape" });
    const device = deviceOf(event);
    if (device === undefined || !hasSwitches(this.#state)) return;
    event.preventDefault(); // The browser has bookmarks and a search behind these keys.
    if (!repeat) this.#dispatch({ type: "toggle-device", device });
  }

  /** The focus of whatever goes away is the conversation's, where no key that is under way can do harm. */
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
   * A screen reader says what changes in a region that it knows. A new screen brings its own, so how it begins is said
   * in one that was there before.
   */
  #announce(screen: State["screen"]["kind"]): void {
    if (screen === this.#announced) return;
    this.#announced = screen;
    const said = document.getElementById("said")!;
    said.textContent = this.#root.querySelector("[role=status] h1, .log")?.textContent ?? "";
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
      case "mend":
        return this.#channel?.resync();
      case "start-call":
        return this.#call(effect.route);
      case "refresh-call":
        return this.#video?.refresh(effect.route);
      case "set-up":
        return this.#video?.receive(effect.text);
      case "pop-out":
        return void strangersPicture()?.requestPictureInPicture().catch(() => {});
      case "full-screen":
        return void strangersPicture()?.parentElement?.requestFullscreen().catch(() => {});
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

/** Does a task later; what is returned prevents it. */
function later(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

/** Repeats a task; what is returned ends it. */
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
