/**
 * The interfaces between a listener, which has sockets, and what it serves, which has visitors. Neither side knows the
 * other: both know this file.
 *
 *   network ──> listener ──> Service.answer            an HTTP request
 *                       ├──> Service.admit             may this handshake become a WebSocket?
 *                       ├──> Entrance.connect          it has: it counts until it is closed
 *                       └──> Entrance.enter(outlet)    the visitor gets what arrives
 */

import type { CloseCode } from "../protocol.ts";
import type { HttpRequest, HttpResponse } from "./http/message.ts";

/** Whoever sends what a reader is to read. */
export interface Sender {
  /** Stops reading from this visitor, where the listener can; a call when paused does nothing. */
  pause(): void;
  /** Reads again; a call when not paused does nothing. */
  resume(): void;
}

/** Where one visitor's frames leave this process: a WebSocket, seen from above. */
export interface Outlet extends Sender {
  /** Bytes accepted by `send` and not yet taken by the operating system. */
  readonly backlog: number;
  /** Queues a text frame (string) or a binary frame (bytes, not copied: the caller must not write to them). */
  send(data: string | Uint8Array): void;
  /** Starts the closing handshake and bounds it in time; what is queued may be lost. */
  close(code: CloseCode, reason: string): void;
}

/** Somebody behind a WebSocket, as a listener sees them. */
export interface ConnectionHandler {
  receiveText(text: string): void;
  receiveFrame(frame: Uint8Array): void;
  /** Everything queued for them has been taken. */
  drained(): void;
  /** The page has left, by closing with `LEAVE_CODE`, or has sent what is not allowed. */
  closed(): void;
  /** The socket is gone for any other reason: its page may come back. Of this and `closed`, the first one counts. */
  disconnected(): void;
  /** Handling them threw. */
  fail(): void;
}

/** What an admitted connection does once it is open. */
export interface AcceptedHandshake {
  /** Counts it as open, until the function it returns is called. */
  connect(): () => void;
  /** Lets whoever is behind it in. */
  enter(outlet: Outlet): ConnectionHandler;
}

/** Whether a handshake may become a WebSocket. */
export type UpgradeDecision =
  | { kind: "admitted"; entrance: AcceptedHandshake }
  | { kind: "refused"; reply: HttpResponse };

/** What a listener serves; nothing here throws. */
export interface Handler {
  /** Nearly always at once. */
  answer(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
  /** May take a moment, when other machines are asked. */
  admit(request: HttpRequest): Promise<UpgradeDecision>;
}
