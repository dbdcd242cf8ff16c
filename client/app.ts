/**
 * The page, wired together: events go into the reducer, states come out and are drawn, effects are carried out here
 * and nowhere else.
 *
 *   person, server, stranger, time ──Event──> reduce ──State──> view
 *                    ^                          └────Effect──> App
 *                    └───────────────────────────────────────────┘
 */

import { render, type VNode } from "preact";
import { type Challenge, type Role, SOCKET_PATH, SUBPROTOCOL } from "../protocol.ts";
import { ring, showUnread } from "./attention.ts";
import {
  type Effect,
  type Event,
  initialState,
  isTalking,
  nextDeadline,
  reduce,
  type State,
} from "./chat_state.ts";
import { chatView } from "./chat_view.ts";
import { Connection } from "./connection.ts";
import { decodeEnvelope, encodeEnvelope, type Envelope } from "./envelope.ts";
import { askHindrance } from "./hindrance.ts";
import { homeView } from "./home_view.ts";
import { loadPreferences, savePreferences } from "./preferences.ts";
import { solve } from "./proof_of_work.ts";
import { reloadOnChange } from "./reload.ts";
import { SealedChannel } from "./sealed_channel.ts";
import { searchView } from "./search_view.ts";
import { transcript } from "./transcript.ts";

/** Whether this is a build that reloads itself when its source changes. */
declare const DEVELOPMENT: boolean;

class App {
  readonly #root: HTMLElement;
  readonly #connection: Connection;
  readonly #openStore = (): Storage => localStorage;
  /** The event under way, and those that came meanwhile. */
  readonly #events: Event[] = [];
  #state: State;
  #channel: SealedChannel | undefined;
  #audio: AudioContext | undefined;
  #tick: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#state = initialState(loadPreferences(this.#openStore));
    root.textContent = "";
    this.#draw();
    this.#connection = this.#connect();
    this.#watch();
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
    if (!isTalking(state)) this.#unsecure();
    this.#draw();
    effects.forEach((effect) => this.#perform(effect));
  }

  #connect(): Connection {
    return new Connection({
      dial: () => new WebSocket(location.origin.replace(/^http/, "ws") + SOCKET_PATH, SUBPROTOCOL),
      random: Math.random,
      later: (ms, task) => {
        const timer = setTimeout(task, ms);
        return () => clearTimeout(timer);
      },
      onMessage: (message) => this.#dispatchInTurn({ type: "server", message }),
      onFrame: (frame) => this.#channel?.receive(frame),
      onDown: (mayResume) => this.#dispatchInTurn({ type: "down", mayResume }),
      askHindrance,
      onHindered: (hindrance) => this.#dispatch({ type: "hindered", hindrance }),
    });
  }

  /** What the server says comes after the frames that came before it, though opening these takes a moment. */
  #dispatchInTurn(event: Event): void {
    if (this.#channel === undefined) this.#dispatch(event);
    else this.#channel.inTurn(() => this.#dispatch(event));
  }

  /** A new channel with new keys, for the chat that begins. */
  #secure(role: Role): void {
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
  #unsecure(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  #say(envelope: Envelope): void {
    const { kind, content } = encodeEnvelope(envelope);
    this.#channel?.send(kind, content);
  }

  #watch(): void {
    const attend = (): void => {
      const attentive = document.visibilityState === "visible" && document.hasFocus();
      this.#dispatch({ type: "attention", attentive, hidden: document.hidden });
    };
    const hasten = (): void => {
      if (document.visibilityState === "visible") this.#connection.hasten();
    };
    for (const type of ["focus", "blur", "visibilitychange"]) addEventListener(type, attend);
    addEventListener("online", hasten);
    document.addEventListener("visibilitychange", hasten);
    addEventListener("keydown", ({ key, isComposing }) => {
      if (key === "Escape" && !isComposing) this.#dispatch({ type: "escape" });
    });
    // Whoever closes the page leaves, and does not just drop out.
    addEventListener("pagehide", () => this.#connection.tell({ type: "leave" }));
    addEventListener("beforeunload", (event) => {
      if (isTalking(this.#state)) event.preventDefault();
    });
  }

  #draw(): void {
    render(this.#view(), this.#root);
    showUnread(this.#state.unread);
  }

  #view(): VNode {
    const { scene } = this.#state;
    switch (scene.kind) {
      case "home":
        return homeView(this.#state, this.#dispatch, isSecureContext);
      case "searching":
        return searchView(this.#state, this.#dispatch);
      case "chat":
        return chatView(this.#state, scene.chat, this.#dispatch);
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
        return this.#channel?.mend();
      case "focus":
        return document.getElementById(effect.on)?.focus();
      case "ring":
        return ring(this.#audio ??= new AudioContext());
      case "keep-preferences":
        return savePreferences(this.#openStore, this.#state.preferences);
      case "save":
        return this.#save();
    }
  }

  async #solve(challenge: Challenge): Promise<void> {
    const nonce = await solve(challenge, () => new Promise((resolve) => setTimeout(resolve)));
    this.#dispatch({ type: "solved", challenge, nonce });
  }

  #save(): void {
    const { scene } = this.#state;
    if (scene.kind !== "chat") return;
    const url = URL.createObjectURL(
      new Blob([transcript(scene.chat.lines)], { type: "text/plain" }),
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

if (DEVELOPMENT) reloadOnChange();
new App(document.getElementById("app")!);
