/**
 * The interfaces between a listener, which manages sockets, and the chat, which manages sessions. Neither side imports
 * the other. Both import this file.
 *
 *   network ──> listener ──> Handler.answer                     an HTTP request
 *                       ├──> Handler.admit                      may this handshake become a WebSocket?
 *                       ├──> AcceptedHandshake.connect          it has, and counts as open until it is closed
 *                       ├──> AcceptedHandshake.enter(outlet)    returns the handler of incoming messages
 *                       └──> StreamHandler.accept               a connection that doesn't speak HTTP
 */

import type { CloseCode } from "../protocol.ts";
import type { HttpRequest, HttpResponse } from "./http/message.ts";

/** A socket whose incoming data can be paused, so that a slow reader can catch up. */
export interface Sender {
  /** Stops reading from the socket, if the listener supports that. Does nothing if already paused. */
  pause(): void;
  /** Resumes reading. Does nothing if not paused. */
  resume(): void;
}

/** The sending side of one WebSocket. */
export interface Outlet extends Sender {
  /** Bytes accepted by `send` and not yet taken by the operating system. */
  readonly backlog: number;
  /** Queues a text frame (string) or a binary frame (bytes, not copied: the caller must not change them). */
  send(data: string | Uint8Array): void;
  /** Starts the closing handshake, with a time limit. Queued frames may be lost. */
  close(code: CloseCode, reason: string): void;
}

/** Receives the events of one WebSocket from the listener. */
export interface ConnectionHandler {
  receiveText(text: string): void;
  receiveFrame(frame: Uint8Array): void;
  /** The operating system has accepted everything that was queued. */
  drained(): void;
  /** The page has left by closing with `LEAVE_CODE`, or has violated the protocol. */
  closed(): void;
  /** The socket closed for another reason, so its page may resume. Of this and `closed`, only the first call counts. */
  disconnected(): void;
  /** Another method of this handler threw. */
  fail(): void;
}

/** The steps of an admitted handshake. */
export interface AcceptedHandshake {
  /** Counts the connection as open until the returned function is called. */
  connect(): () => void;
  /** Creates a session for the open socket. */
  enter(outlet: Outlet): ConnectionHandler;
}

/** Whether a handshake may become a WebSocket. */
export type UpgradeDecision =
  | { kind: "admitted"; handshake: AcceptedHandshake }
  | { kind: "refused"; reply: HttpResponse };

/** Handles the requests and handshakes of a listener. No method throws or rejects. */
export interface Handler {
  /** Nearly always returns the response synchronously. */
  answer(request: HttpRequest): HttpResponse | Promise<HttpResponse>;
  /** Returns the decision synchronously, unless other nodes have to be consulted. */
  admit(request: HttpRequest): UpgradeDecision | Promise<UpgradeDecision>;
}

/** A TCP or TLS connection whose first byte is not HTTP. */
export interface ByteStream {
  /** `undefined` after the connection has closed. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
  /** Bytes that were written and not yet taken by the operating system. */
  readonly backlog: number;
  /** Whether it can be written to. */
  readonly isOpen: boolean;
  /** Begins to receive. The bytes are valid only during the call. */
  onData(receive: (bytes: Uint8Array) => void): void;
  onClose(closed: () => void): void;
  /** Writes bytes, which must not change afterwards. */
  write(bytes: Uint8Array): void;
  /** Its client is known, so the listener no longer cuts it to make room for others. */
  served(): void;
  /** Closes it when everything is written, or soon after. */
  end(): void;
  /** Cuts it. */
  destroy(): void;
}

/** Receives the connections that don't speak HTTP. */
export interface StreamHandler {
  /** How many it keeps at most. The listener has room for these in addition to its own. */
  readonly capacity: number;
  accept(stream: ByteStream): void;
}
