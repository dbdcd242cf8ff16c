/**
 * The page's line to the server, which mends itself.
 *
 *             open                       closed
 *   dialling ──────> up ───────────────────────────> waiting ──(delay over, or `hasten`)──> dialling
 *      └──────────────────── failed ───────────────────^
 *                     up ── closed as idle ──> asleep ──(`hasten`, or something to tell)──> dialling
 *
 * A line that dropped is taken up where it was, if the server still knows: the new one begins with the
 * token of the old, and nothing else is said before the answer is here. Only with the answer does the token that this
 * line was welcomed with take the other's place, so that a line that drops in between is no loss (`server/chat/resume_tokens.ts`).
 * The token is nowhere but in this object. It is forgotten when the server says that the session is over (`isFinal`),
 * unless it was still being shown: then another node may have the session. Every other close is a drop, also a proper
 * one, because proxies close properly when they reload.
 *
 *             open                                  resumed
 *   dialling ──────> resuming: the token is shown ───────────> up
 *
 * The delays grow and are random over their whole range (full jitter). Where the server has said that it goes away,
 * everybody waits at the same moment, so the first delays are taken from wider ranges, and a restarted server is not
 * run over. When the page becomes visible, or the network returns, there is nothing to wait for.
 *
 * When the server keeps this address out, it says until when, and nothing is tried before that: neither because the
 * page becomes visible nor because somebody presses something.
 */

import {
  type ClientMessage,
  CloseCode,
  type Hindrance,
  IDLE_REASON,
  isFinal,
  LEAVE_CODE,
  type ServerMessage,
} from "../../protocol.ts";
import { readServerMessage } from "./server_message.ts";

/** The longest first delay, in milliseconds; it doubles with each failure. */
export const FIRST_DELAY = 500;
/** The longest delay of all, in milliseconds. */
export const MAX_DELAY = 30_000;
/** The longest delay while there is something to come back to, in milliseconds: its time is short. */
export const MAX_DELAY_RESUMING = 4_000;
/** The longest first delay after the server went away, in milliseconds. */
export const RESTART_SPREAD = 10_000;
/** The longest second one, for who came too early, in milliseconds; it doubles with each failure. */
export const RESTART_DELAY = 4_000;
/** The longest first delay on the way to another machine, in milliseconds: the old one waits for little longer. */
export const MOVE_SPREAD = 1_500;
/** How much is added at most to a delay that the server names, in milliseconds. */
export const SERVER_DELAY_JITTER = 5_000;

/** What a connection needs from the world, and whom it tells. */
export interface ConnectionOptions {
  /** Opens a socket. */
  readonly dial: () => WebSocket;
  /** Runs `task` after `ms` milliseconds; returns how to prevent it. */
  readonly later: (ms: number, task: () => void) => () => void;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onFrame: (frame: Uint8Array) => void;
  /** The line is down, and will be tried again; `mayResume` if something may be left of what was on it. */
  readonly onDown: (mayResume: boolean) => void;
  /** Asks why it could not be opened; `undefined` when the server does not mind. */
  readonly askRefusal: () => Promise<Hindrance | undefined>;
  readonly onRefused: (hindrance: Hindrance) => void;
}

/** What a line was welcomed with. */
type Welcome = ServerMessage & { type: "welcome" };

type Phase =
  | { kind: "dialling" | "up"; socket: WebSocket }
  | { kind: "resuming"; socket: WebSocket; welcome: Welcome | undefined }
  /** `firm`: the server has said how long. */
  | { kind: "waiting"; cancel: () => void; firm: boolean }
  | { kind: "asleep" }
  /** Closed from here; nothing is sent, and nothing is dialled until it is closed. */
  | { kind: "leaving" };

/** A line to the server. */
export class Connection {
  readonly #options: ConnectionOptions;
  /** The longest next delay, in milliseconds. */
  #range = FIRST_DELAY;
  /** For how many seconds the server has just blocked this address. */
  #blockedFor = 0;
  /** What the next line begins with. */
  #token: string | undefined;
  #phase: Phase = { kind: "asleep" };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#dial();
  }

  /** Tells the server something; lost when the line is not up, so that nothing old is said on a new line. */
  tell(message: ClientMessage): void {
    if (this.#phase.kind === "asleep") this.#dial();
    this.#send(encode(message));
  }

  /** Sends a frame to the partner; lost when the line is not up. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#send(frame);
  }

  /** Leaves, because the page is going away: a connection that just ends could be resumed. */
  leave(): void {
    this.#send(encode({ type: "leave" }));
    this.#token = undefined;
    if ("socket" in this.#phase) {
      this.#phase.socket.close(LEAVE_CODE);
      this.#phase = { kind: "leaving" };
    } else this.#options.onDown(false); // A browser may keep the page and show it again.
  }

  /** Tries now what would be tried later. */
  reconnectNow(): void {
    if (this.#phase.kind === "waiting" && this.#phase.firm) return;
    if (this.#phase.kind === "waiting") this.#phase.cancel();
    if (this.#phase.kind === "waiting" || this.#phase.kind === "asleep") this.#dial();
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#phase.kind === "up") this.#phase.socket.send(data);
  }

  #dial(): void {
    const socket = this.#options.dial();
    socket.binaryType = "arraybuffer";
    this.#phase = { kind: "dialling", socket };
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    socket.onclose = (event) => this.#closed(event);
  }

  #opened(socket: WebSocket): void {
    if (this.#token === undefined) this.#phase = { kind: "up", socket };
    else {
      this.#phase = { kind: "resuming", socket, welcome: undefined };
      socket.send(encode({ type: "resume", token: this.#token }));
    }
  }

  #receive(socket: WebSocket, data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#options.onFrame(new Uint8Array(data));
    const message = readServerMessage(data);
    if (message === undefined) return;
    if (message.type === "blocked") this.#blockedFor = message.seconds;
    if (this.#phase.kind === "resuming") {
      if (message.type === "welcome") {
        return void (this.#phase = { kind: "resuming", socket, welcome: message });
      }
      if (message.type === "resumed" && this.#phase.welcome !== undefined) {
        const { welcome } = this.#phase;
        this.#phase = { kind: "up", socket };
        this.#welcomed(welcome);
      }
    } else if (message.type === "welcome") return this.#welcomed(message);
    this.#options.onMessage(message);
  }

  #welcomed(message: Welcome): void {
    this.#range = FIRST_DELAY;
    this.#token = message.token;
    this.#options.onMessage(message);
  }

  #closed({ code, reason }: CloseEvent): void {
    const refused = this.#phase.kind === "dialling";
    const restarts = code === CloseCode.goingAway;
    const moves = code === CloseCode.restart || restarts && this.#phase.kind === "resuming";
    if (moves) this.#range = MOVE_SPREAD;
    else if (isFinal(code, reason) && !this.#isNewcomer(code)) this.#token = undefined;
    if (restarts && reason === IDLE_REASON) this.#phase = { kind: "asleep" };
    else if (this.#blockedFor > 0) this.#waitAsTold(this.#blockedFor);
    else if (restarts && !moves) this.#wait(RESTART_SPREAD, RESTART_DELAY);
    else this.#wait(this.#range, this.#range * 2);
    this.#blockedFor = 0;
    this.#options.onDown(this.#token !== undefined);
    if (refused) this.#explain();
  }

  /** Until a resume is answered, the address may have too many connections for the new one, and still have the session. */
  #isNewcomer(code: number): boolean {
    return this.#phase.kind === "resuming" && code === CloseCode.crowded;
  }

  /** Waits for any time up to `range` milliseconds, or the longest delay; up to `next` the next time. */
  #wait(range: number, next: number): void {
    this.#range = next;
    const longest = this.#token === undefined ? MAX_DELAY : MAX_DELAY_RESUMING;
    const delay = this.#options.random() * Math.min(longest, range);
    const cancel = this.#options.later(delay, () => this.#dial());
    this.#phase = { kind: "waiting", cancel, firm: false };
  }

  /** Finds out why the handshake was refused, and waits for as long as the server says. */
  async #explain(): Promise<void> {
    const waiting = this.#phase;
    const hindrance = await this.#options.askRefusal();
    if (hindrance === undefined || this.#phase !== waiting || waiting.kind !== "waiting") return;
    waiting.cancel();
    this.#waitAsTold(hindrance.seconds);
    this.#options.onRefused(hindrance);
  }

  /** What is added is random, so that those who were told the same do not all come at once. */
  #waitAsTold(seconds: number): void {
    const jitter = this.#options.random() * SERVER_DELAY_JITTER;
    const cancel = this.#options.later(seconds * 1000 + jitter, () => this.#dial());
    this.#phase = { kind: "waiting", cancel, firm: true };
  }
}

function encode(message: ClientMessage): string {
  return JSON.stringify(message);
}
