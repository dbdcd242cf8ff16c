/**
 * The page's connection to the server, which is restored automatically.
 *
 *             open          welcome         closed, or dead
 *   dialling ──────> greeting ──────> up ───────────────────────> waiting ──(delay over, or `reconnectNow`)──> dialling
 *      └──── failed, or DIAL_TIME over ───┴─────────────────────────^
 *                            up ── closed as idle ──> asleep ──(`reconnectNow`, or `tell`)──> dialling
 *
 * After a drop, the session is resumed if the server still has it: the new connection begins with the token of the old
 * one, and sends nothing else before the answer. Only with the answer does the token that this connection was welcomed
 * with replace the old one. So a connection that drops in between loses nothing (`server/chat/resume_tokens.ts`). The
 * token exists only in this object. It is discarded when the server says that the session is over (`isFinal`), unless
 * it was still being presented: then another node may have the session. Every other close counts as a drop, even a
 * proper one, because proxies close properly when they reload.
 *
 *             open                                      resumed
 *   dialling ──────> resuming: the token is presented ───────────> up
 *
 * A connection can die silently. `liveness.ts` notices that while it is up. Until then, a deadline does.
 *
 * The delays grow, and each is random over its whole range (full jitter). After a server has announced that it is going
 * away, all its clients start waiting at the same moment. So their first delays come from wider ranges, and the
 * restarted server is not overrun. When the page becomes visible, or the network changes, there is no reason to wait.
 *
 * If the server refuses this address, it says until when. Nothing is tried before that, neither when the page becomes
 * visible nor when the visitor presses a button.
 */

import {
  type ClientMessage,
  CloseCode,
  type ConnectionRefusal,
  type Feature,
  IDLE_REASON,
  isFinal,
  LEAVE_CODE,
  type ServerMessage,
} from "../../protocol.ts";
import { Liveness } from "./liveness.ts";
import { readServerMessage } from "./server_message.ts";

/** Maximum first delay, in milliseconds. It doubles with each failure. */
export const FIRST_DELAY = 500;
/** Maximum delay, in milliseconds. */
export const MAX_DELAY = 30_000;
/** Maximum delay while there is a session to resume, in milliseconds. The server does not keep it for long. */
export const MAX_DELAY_RESUMING = 4_000;
/** Maximum first delay after the server went away, in milliseconds. */
export const RESTART_SPREAD = 10_000;
/** Maximum second delay after the server went away, in milliseconds. It doubles with each failure. */
export const RESTART_DELAY = 4_000;
/** Maximum first delay before connecting to another node, in milliseconds. The old node does not wait much longer. */
export const MOVE_SPREAD = 1_500;
/** Maximum random addition to a delay that the server names, in milliseconds. */
export const SERVER_DELAY_JITTER = 5_000;
/** How long an attempt may take until the server has welcomed or resumed the session, in milliseconds. */
export const DIAL_TIME = 10_000;
/** When `reconnectNow` replaces an attempt that is under way, in milliseconds since its beginning. */
export const OLD_DIAL = 2_000;
/** How many attempts in a row must fail while the server answers requests, until a filter is suspected. */
export const FILTERED_ATTEMPTS = 3;
/** The close code of a connection that ended without a closing handshake (RFC 6455 section 7.1.5). */
const ABNORMAL = 1006;

export interface ConnectionOptions {
  /** Opens a socket. */
  readonly dial: () => WebSocket;
  /** Runs `task` after `ms` milliseconds, and returns a function that cancels it. */
  readonly later: (ms: number, task: () => void) => () => void;
  /** A monotonic clock, in milliseconds. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onFrame: (frame: Uint8Array<ArrayBuffer>) => void;
  /** The connection is down, and will be tried again. `mayResume`: the session may still exist. */
  readonly onDown: (mayResume: boolean) => void;
  /** Asks the server why a connection could not be opened; `undefined` if it does not answer. */
  readonly askRefusal: () => Promise<ConnectionRefusal | "none" | undefined>;
  readonly onRefused: (refusal: ConnectionRefusal) => void;
  /** The server answers requests, and still no connection can be opened. */
  readonly onFiltered: () => void;
}

type Welcome = ServerMessage & { type: "welcome" };

type Phase =
  | { kind: "dialling" | "greeting" | "up"; socket: WebSocket }
  | { kind: "resuming"; socket: WebSocket; welcome: Welcome | undefined }
  /** `firm`: the server has set the delay, so `reconnectNow` does not shorten it. */
  | { kind: "waiting"; cancel: () => void; firm: boolean }
  | { kind: "asleep" }
  /** Closed by the page. Nothing is sent, and no new connection is opened until the close is complete. */
  | { kind: "leaving" };

export class Connection {
  readonly #options: ConnectionOptions;
  /** The maximum of the next delay, in milliseconds. */
  #range = FIRST_DELAY;
  /** How long the server has just blocked this address, in seconds; 0 for not at all. */
  #blockedFor = 0;
  /** The token that the next connection presents. */
  #token: string | undefined;
  /** `reconnectNow` was called during an attempt. If that fails, the next follows without delay. */
  #isHurried = false;
  /** When the last attempt began, and what ends its deadline. */
  #dialledAt = 0;
  #cancelDeadline = (): void => {};
  /** How many attempts in a row have failed although the server answers requests. */
  #filtered = 0;
  /** What the server understands that the first version did not. */
  #features: readonly string[] = [];
  readonly #liveness: Liveness;
  #phase: Phase = { kind: "asleep" };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#liveness = new Liveness({
      later: options.later,
      ask: () => this.#send(encode({ type: "ping" })),
      onDead: () => this.#giveUp(),
    });
    this.#dial();
  }

  /** Sends a message. It is lost unless the connection is up, so that nothing outdated is sent on a new one. */
  tell(message: ClientMessage): void {
    if (this.#phase.kind === "asleep") this.#dial();
    if (message.type !== "find" || this.#has("suites")) this.#send(encode(message));
  }

  /** Whether anything depends on the connection now, so that its death has to be noticed. */
  need(isNeeded: boolean): void {
    this.#liveness.need(isNeeded);
  }

  /** Sends a frame to the partner. It is lost unless the connection is up. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#send(frame);
  }

  /** Leaves, because the page is being closed. A connection that just ends could be resumed. */
  leave(): void {
    this.#send(encode({ type: "leave" }));
    this.#stopWaiting();
    this.#token = undefined;
    if ("socket" in this.#phase) {
      this.#phase.socket.close(LEAVE_CODE);
      this.#phase = { kind: "leaving" };
    } else this.#options.onDown(false); // A browser may keep the page and show it again.
  }

  /**
   * Checks the connection, or reconnects now instead of later, unless the server has set the delay. An attempt that is
   * under way may fail for the old reason, such as a network that was missing when it began, or never be answered.
   */
  reconnectNow(): void {
    switch (this.#phase.kind) {
      case "up":
        return this.#liveness.check();
      case "waiting":
        if (this.#phase.firm) return;
        this.#phase.cancel();
        return this.#dial();
      case "asleep":
        return this.#dial();
      case "dialling":
      case "greeting":
      case "resuming":
        this.#isHurried = true;
        if (this.#options.now() - this.#dialledAt >= OLD_DIAL) this.#giveUp();
        return;
      case "leaving":
        return;
    }
  }

  #has(feature: Feature): boolean {
    return this.#features.includes(feature);
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#phase.kind === "up") this.#phase.socket.send(data);
  }

  #dial(): void {
    const { dial, later, now } = this.#options;
    this.#isHurried = false;
    this.#dialledAt = now();
    const socket = dial();
    socket.binaryType = "arraybuffer";
    this.#phase = { kind: "dialling", socket };
    this.#cancelDeadline = later(DIAL_TIME, () => this.#giveUp());
    socket.onopen = () => this.#opened(socket);
    socket.onmessage = ({ data }) => this.#receive(socket, data);
    socket.onclose = (event) => this.#closed(event);
  }

  /** Abandons a socket that has died silently. Its closing handshake could take minutes. */
  #giveUp(): void {
    if (!("socket" in this.#phase)) return;
    const { socket } = this.#phase;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    this.#closed({ code: ABNORMAL, reason: "" });
  }

  #opened(socket: WebSocket): void {
    this.#filtered = 0;
    if (this.#token === undefined) this.#phase = { kind: "greeting", socket };
    else {
      this.#phase = { kind: "resuming", socket, welcome: undefined };
      socket.send(encode({ type: "resume", token: this.#token }));
    }
  }

  #receive(socket: WebSocket, data: string | ArrayBuffer): void {
    if (this.#phase.kind === "up") this.#liveness.heard();
    if (typeof data !== "string") return this.#options.onFrame(new Uint8Array(data));
    const message = readServerMessage(data);
    if (message === undefined) return;
    if (message.type === "blocked") this.#blockedFor = message.seconds;
    if (this.#phase.kind === "resuming") {
      if (message.type === "welcome") {
        return void (this.#phase = { kind: "resuming", socket, welcome: message });
      }
      if (message.type === "resumed" && this.#phase.welcome !== undefined) {
        this.#welcomed(socket, this.#phase.welcome);
      }
    } else if (message.type === "welcome") return this.#welcomed(socket, message);
    this.#options.onMessage(message);
  }

  #welcomed(socket: WebSocket, message: Welcome): void {
    this.#phase = { kind: "up", socket };
    this.#isHurried = false;
    this.#range = FIRST_DELAY;
    this.#token = message.token;
    this.#features = message.features ?? [];
    this.#cancelDeadline();
    if (this.#has("ping")) this.#liveness.start();
    this.#options.onMessage(message);
  }

  #stopWaiting(): void {
    this.#cancelDeadline();
    this.#liveness.stop();
  }

  #closed({ code, reason }: Pick<CloseEvent, "code" | "reason">): void {
    this.#stopWaiting();
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

  /**
   * Before the answer to `resume`, `tooManyConnections` concerns only the new connection. The server may still have the
   * session.
   */
  #isNewcomer(code: number): boolean {
    return this.#phase.kind === "resuming" && code === CloseCode.tooManyConnections;
  }

  /** Waits for a random time up to `range` milliseconds, capped at the maximum. `next` is the next range. */
  #wait(range: number, next: number): void {
    this.#range = next;
    if (this.#isHurried) return this.#dial();
    const longest = this.#token === undefined ? MAX_DELAY : MAX_DELAY_RESUMING;
    const delay = this.#options.random() * Math.min(longest, range);
    const cancel = this.#options.later(delay, () => this.#dial());
    this.#phase = { kind: "waiting", cancel, firm: false };
  }

  /** Finds out why the handshake was refused, and waits for as long as the server says. */
  async #explain(): Promise<void> {
    const waiting = this.#phase;
    const refusal = await this.#options.askRefusal();
    if (refusal === "none") return this.#suspectFilter();
    if (refusal === undefined || this.#phase !== waiting || waiting.kind !== "waiting") return;
    waiting.cancel();
    this.#waitAsTold(refusal.seconds);
    this.#options.onRefused(refusal);
  }

  #suspectFilter(): void {
    if (++this.#filtered >= FILTERED_ATTEMPTS) this.#options.onFiltered();
  }

  /** Adds a random time, so that clients with the same delay do not all return at the same moment. */
  #waitAsTold(seconds: number): void {
    const jitter = this.#options.random() * SERVER_DELAY_JITTER;
    const cancel = this.#options.later(seconds * 1000 + jitter, () => this.#dial());
    this.#phase = { kind: "waiting", cancel, firm: true };
  }
}

function encode(message: ClientMessage): string {
  return JSON.stringify(message);
}
