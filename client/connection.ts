/**
 * The page's line to the server, which mends itself.
 *
 *             open                       closed
 *   dialling ──────> up ───────────────────────────> waiting ──(delay over, or `hasten`)──> dialling
 *      └──────────────────── failed ───────────────────^
 *                     up ── closed as idle ──> asleep ──(`hasten`, or something to tell)──> dialling
 *
 * The delays grow and are random over their whole range (full jitter), so that a restarted server is not run over by
 * everybody at the same moment. When the page becomes visible, or the network returns, there is nothing to wait for.
 */

import {
  type ClientMessage,
  CloseCode,
  IDLE_REASON,
  type ServerMessage,
  SOCKET_PATH,
  SUBPROTOCOL,
} from "../protocol.ts";
import { readServerMessage } from "./server_message.ts";

/** The longest first delay, in milliseconds; it doubles with each failure. */
export const FIRST_DELAY = 500;
/** The longest delay of all, in milliseconds. */
export const LONGEST_DELAY = 30_000;

/** What a connection needs from the world, and whom it tells. */
export interface ConnectionOptions {
  /** `ws:` or `wss:` and the host. */
  readonly origin: string;
  /** Runs `task` after `ms` milliseconds; returns how to prevent it. */
  readonly later: (ms: number, task: () => void) => () => void;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onMessage: (message: ServerMessage) => void;
  readonly onFrame: (frame: Uint8Array) => void;
  /** The line is down, and will be tried again. */
  readonly onDown: () => void;
}

type Phase =
  | { kind: "dialling" | "up"; socket: WebSocket }
  | { kind: "waiting"; cancel: () => void }
  | { kind: "asleep" };

/** A line to the server. */
export class Connection {
  readonly #options: ConnectionOptions;
  #failures = 0;
  #phase: Phase = { kind: "asleep" };

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#dial();
  }

  /** Tells the server something; lost when the line is down, so that nothing old is said on a new line. */
  tell(message: ClientMessage): void {
    if (this.#phase.kind === "asleep") this.#dial();
    this.#send(JSON.stringify(message));
  }

  /** Sends a frame to the partner; lost when the line is down, as the chat is then. */
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#send(frame);
  }

  /** Tries now what would be tried later. */
  hasten(): void {
    if (this.#phase.kind === "waiting") this.#phase.cancel();
    if (this.#phase.kind === "waiting" || this.#phase.kind === "asleep") this.#dial();
  }

  #send(data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#phase.kind === "up") this.#phase.socket.send(data);
  }

  #dial(): void {
    const socket = new WebSocket(this.#options.origin + SOCKET_PATH, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#phase = { kind: "dialling", socket };
    socket.onopen = () => this.#phase = { kind: "up", socket };
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) =>
      this.#closed(code === CloseCode.goingAway && reason === IDLE_REASON);
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== "string") return this.#options.onFrame(new Uint8Array(data));
    const message = readServerMessage(data);
    if (message?.type === "welcome") this.#failures = 0;
    if (message !== undefined) this.#options.onMessage(message);
  }

  #closed(idle: boolean): void {
    if (idle) this.#phase = { kind: "asleep" };
    else this.#wait();
    this.#options.onDown();
  }

  #wait(): void {
    const ceiling = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures++);
    const cancel = this.#options.later(this.#options.random() * ceiling, () => this.#dial());
    this.#phase = { kind: "waiting", cancel };
  }
}
