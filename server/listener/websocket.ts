/**
 * One WebSocket on a stream that has been upgraded: hands its visitor what arrives, writes what is sent to it, and ends
 * it properly.
 *
 *              our close frame
 *     open ─────────────────────> closing        frames that still come are counted, and not handed on
 *      │ │                           │
 *      │ │ their close frame         │ their close frame
 *      │ └──────> closed <───────────┘           nothing is read any more; our side of the stream has ended
 *      │ a rule broken  ^
 *      └────────────────┘
 *
 * What is neither open nor gone has CLOSE_GRACE to go, then it is cut. A visitor hears immediately that its peer closes,
 * or has to be closed. A peer that closes with LEAVE_CODE has left, and one that sends a message which is not allowed has
 * to go. Everything else only interrupts a session: a stream that ends while it is open, a close with another code, and a
 * frame that no client would send. A proxy that reloads causes each of these; Caddy 2.6 closes with an unmasked frame.
 *
 * Who sends frames that nobody asked for (pings, pongs, or anything when it should answer a close frame) has a budget
 * for that, and is cut. A stream is read on after a broken rule, because one that is closed with bytes unread is reset,
 * and a reset may overtake the close frame that says why.
 */

import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { type CloseCode, LEAVE_CODE } from "../../protocol.ts";
import type { Clock } from "../base/clock.ts";
import { LIMITS } from "../limits/rate_limits.ts";
import type { Log } from "../base/log.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import type { AcceptedHandshake, ConnectionHandler, Outlet } from "../transport.ts";
import {
  closeFrame,
  frameInPlace,
  frameOf,
  FrameReader,
  type FrameSink,
  Opcode,
  type ProtocolError,
  textFrame,
} from "./frames.ts";
import { CLOSE_TIMEOUT, failSession, guard } from "./listener.ts";
import type { Flushable, WriteBatcher } from "./write_batch.ts";

/** What all connections of a listener share. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly batcher: WriteBatcher;
  /** Told once, when the stream of a connection is gone. */
  onClosed(connection: WebSocketConnection): void;
}

/** Bytes that are no frames of a client (RFC 6455 section 7.4.1). */
const PROTOCOL_ERROR = 1002;

const PING = frameOf(Opcode.ping, new Uint8Array());

/** A WebSocket as the relay and a listener see it. */
export class WebSocketConnection implements Outlet, FrameSink, Flushable {
  readonly #stream: Duplex;
  readonly #context: ConnectionContext;
  readonly #reader: FrameReader;
  readonly #leave: () => void;
  readonly #handler: ConnectionHandler;
  #state: "open" | "closing" | "closed" = "open";
  /** Whether it has given a sign of life since the last heartbeat. */
  #isAlive = true;
  /** Made with the first frame that nobody asked for. */
  #unsolicited: TokenBucket | undefined;
  /** Frames that wait for the end of the chunk which they have come in, and how many bytes they are. */
  #kept: Uint8Array[] | undefined;
  #keptBytes = 0;

  constructor(stream: Duplex, context: ConnectionContext, entrance: AcceptedHandshake) {
    this.#stream = stream;
    this.#context = context;
    this.#reader = new FrameReader(this);
    this.#leave = entrance.connect();
    this.#handler = entrance.enter(this);
    stream.on("data", (chunk: Uint8Array) => this.#read(chunk));
    stream.on("drain", () => this.#drained());
    stream.on("end", () => stream.end());
    stream.on("close", () => this.#gone());
  }

  /** Asks for a sign of life; without one since the last time, it is cut. */
  heartbeat(): void {
    if (!this.#isAlive) return this.destroy();
    this.#isAlive = false;
    if (this.#state === "open") this.#write(PING);
  }

  /** Ends the stream at once. */
  destroy(): void {
    this.#reader.stop();
    this.#stream.destroy();
  }

  get backlog(): number {
    return this.#keptBytes + this.#stream.writableLength;
  }

  send(data: string | Uint8Array): void {
    if (this.#state !== "open") return;
    if (typeof data === "string") this.#sendText(data);
    else this.#sendBinary(data);
  }

  /** A control message may hold interests: its bytes are cleared once they are on their way. */
  #sendText(text: string): void {
    const frame = textFrame(text);
    this.flush();
    if (this.#stream.writable) this.#stream.write(frame, () => frame.fill(0));
  }

  #sendBinary(payload: Uint8Array): void {
    const { batcher: post } = this.#context;
    const frame = payload === post.currentPayload
      ? frameInPlace(payload)
      : frameOf(Opcode.binary, payload);
    if (post.isBatching || this.#kept !== undefined) this.#keep(frame);
    else this.#write(frame);
  }

  #keep(frame: Uint8Array): void {
    if (this.#kept === undefined) {
      this.#kept = [];
      this.#context.batcher.add(this);
    }
    this.#kept.push(frame);
    this.#keptBytes += frame.length;
  }

  flush(): void {
    const kept = this.#kept;
    if (kept === undefined) return;
    const bytes = this.#keptBytes;
    this.#kept = undefined;
    this.#keptBytes = 0;
    this.#write(kept.length === 1 ? kept[0]! : Buffer.concat(kept, bytes));
    if (this.#stream.writableLength === 0) this.#drained();
  }

  #write(frame: Uint8Array): void {
    if (this.#stream.writable) this.#stream.write(frame);
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state !== "open") return;
    this.flush();
    this.#state = "closing";
    this.#write(closeFrame(code, reason));
    this.#stream.resume();
    this.#startCloseTimer();
  }

  pause(): void {
    if (this.#state === "open") this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  text(text: string): void {
    if (this.#isUnsolicited()) return;
    try {
      this.#handler.receiveText(text);
    } catch (error) {
      failSession(this.#handler, this.#context.log, error);
    }
  }

  binary(payload: Uint8Array): void {
    if (this.#isUnsolicited()) return;
    const { batcher: post, log } = this.#context;
    post.isBatching = this.#reader.following > 0;
    post.currentPayload = payload;
    try {
      this.#handler.receiveFrame(payload);
    } catch (error) {
      failSession(this.#handler, log, error);
    }
  }

  ping(payload: Uint8Array): void {
    if (this.#state === "open") this.#write(frameOf(Opcode.pong, payload));
    this.#countUnsolicited();
  }

  pong(): void {
    this.#isAlive = true;
    this.#countUnsolicited();
  }

  /** Their close frame is answered with their code, if we have not sent ours yet (RFC 6455 section 5.5.1). */
  closed(code: number | undefined): void {
    this.#end(code === LEAVE_CODE, code);
  }

  /** A rule is broken: the close frame says which, and the answer is not waited for (RFC 6455 section 7.1.7). */
  protocolError({ code, reason }: ProtocolError): void {
    this.#end(code !== PROTOCOL_ERROR, code, reason);
  }

  #read(chunk: Uint8Array): void {
    this.#reader.read(chunk);
    this.#context.batcher.flush();
  }

  /** Notes a message; whether it has come when our close frame was on its way already. */
  #isUnsolicited(): boolean {
    this.#isAlive = true;
    if (this.#state === "open") return false;
    this.#countUnsolicited();
    return true;
  }

  /** Counts a frame that nobody asked for. */
  #countUnsolicited(): void {
    const now = this.#context.clock.now();
    this.#unsolicited ??= new TokenBucket(LIMITS.unasked, now);
    if (this.#unsolicited.take(now) === 0) return;
    this.#tellClosed();
    this.destroy();
  }

  /** Nothing is handed on from here: answers, unless our close frame is on its way, and ends our side of the stream. */
  #end(isOver: boolean, code: number | undefined, reason?: string): void {
    const wasOpen = this.#state === "open";
    this.flush();
    this.#state = "closed";
    if (wasOpen) this.#write(closeFrame(code, reason));
    if (wasOpen && !isOver) this.#tellDisconnected();
    else this.#tellClosed();
    this.#stream.end();
    this.#stream.resume();
    if (wasOpen) this.#startCloseTimer();
  }

  #startCloseTimer(): void {
    const timer = setTimeout(() => this.destroy(), CLOSE_TIMEOUT);
    this.#stream.once("close", () => clearTimeout(timer));
  }

  #drained(): void {
    try {
      this.#handler.drained();
    } catch (error) {
      failSession(this.#handler, this.#context.log, error);
    }
  }

  #tellClosed(): void {
    guard(this.#handler, this.#context.log, () => this.#handler.closed());
  }

  #tellDisconnected(): void {
    guard(this.#handler, this.#context.log, () => this.#handler.disconnected());
  }

  #gone(): void {
    this.#reader.stop();
    this.#context.onClosed(this);
    this.#leave();
    if (this.#state === "open") this.#tellDisconnected();
    else this.#tellClosed();
  }
}
