/**
 * One WebSocket on an upgraded stream: delivers what arrives to its connection handler, writes outgoing frames, and
 * closes properly.
 *
 *              our close frame
 *     open ─────────────────────> closing        further frames are counted, and not delivered
 *      │ │                           │
 *      │ │ their close frame         │ their close frame
 *      │ └──────> closed <───────────┘           nothing more is read; our side of the stream has ended
 *      │ protocol error ^
 *      └────────────────┘
 *
 * A connection that is neither open nor gone is cut after CLOSE_TIMEOUT. The connection handler learns immediately that
 * its peer closes, or has to be closed. A peer that closes with LEAVE_CODE ends its session, and so does one that sends
 * a forbidden message. Everything else only interrupts the session: a stream that ends while it is open, a close with
 * another code, and a frame that no client would send. A proxy that reloads causes each of these; Caddy 2.6 closes with
 * an unmasked frame.
 *
 * Unsolicited frames (pings, pongs, and messages after our close frame) have a budget, and a peer that exceeds it is
 * cut. After a protocol error the stream is still read, because a stream closed with unread bytes is reset, and a reset
 * may overtake the close frame that gives the reason.
 */

import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { type CloseCode, LEAVE_CODE } from "../../protocol.ts";
import type { Clock } from "../base/clock.ts";
import { SOCKET_LIMITS } from "../limits/rate_limits.ts";
import type { Log } from "../base/log.ts";
import { TokenBucket } from "../base/token_bucket.ts";
import type { AcceptedHandshake, ConnectionHandler, Outlet } from "../transport.ts";
import { Opcode } from "./frame.ts";
import { PROTOCOL_ERROR, type ProtocolError } from "./frame_header.ts";
import { FrameReader, type FrameSink } from "./frame_reader.ts";
import { closeFrame, frameInPlace, frameOf, textFrame } from "./frame_writer.ts";
import { failSession, guard } from "./listener.ts";
import type { ClosingConnections } from "./closing_connections.ts";
import { own, type StreamOwner } from "./stream_owner.ts";
import type { Flushable, WriteBatcher } from "./write_batch.ts";

/** Shared by all connections of a listener. */
export interface ConnectionContext {
  readonly clock: Clock;
  readonly log: Log;
  readonly batcher: WriteBatcher;
  readonly closing: ClosingConnections;
  /** Called once, when the stream of a connection has closed. */
  onClosed(connection: WebSocketConnection): void;
}

const EMPTY = Buffer.alloc(0);
const PING = frameOf(Opcode.ping, new Uint8Array());

/** A WebSocket, as seen by the relay and by a listener. */
export class WebSocketConnection implements Outlet, FrameSink, Flushable, StreamOwner {
  readonly #stream: Duplex;
  readonly #context: ConnectionContext;
  readonly #reader: FrameReader;
  readonly #disconnect: () => void;
  readonly #handler: ConnectionHandler;
  #state: "open" | "closing" | "closed" = "open";
  /** Whether a pong or a message has arrived since the last heartbeat. */
  #isAlive = true;
  /** Created with the first unsolicited frame. */
  #unsolicited: TokenBucket | undefined;
  /** The response that accepted the handshake, until it is written together with the first frame. */
  #response: Buffer | undefined;
  /** Frames that wait for the end of the chunk they arrived in, and their size in bytes. */
  #kept: Uint8Array[] | undefined;
  #keptBytes = 0;

  /** `response` accepts the handshake. */
  constructor(
    stream: Duplex,
    context: ConnectionContext,
    handshake: AcceptedHandshake,
    response: Buffer,
  ) {
    this.#stream = stream;
    this.#context = context;
    this.#reader = new FrameReader(this);
    this.#response = response;
    this.#disconnect = handshake.connect();
    this.#handler = this.#enter(handshake);
    if (this.#response !== undefined) this.#write(EMPTY);
    own(stream, this);
  }

  /** An exception leaves no connection that could be closed later, so the place of the address is freed here. */
  #enter(handshake: AcceptedHandshake): ConnectionHandler {
    try {
      return handshake.enter(this);
    } catch (error) {
      this.#disconnect();
      throw error;
    }
  }

  /**
   * Sends a ping, or cuts a connection that has sent no pong or message since the last heartbeat. After a standstill of
   * the process it cuts none, because the pong may be unread.
   */
  heartbeat(stoodStill = false): void {
    if (!this.#isAlive && !stoodStill) return this.destroy();
    this.#isAlive = false;
    if (this.#state === "open") this.#write(PING);
  }

  /** Cuts the stream without a closing handshake. */
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

  /** A control message may contain interests, so its bytes are cleared after the write. Kept frames go first. */
  #sendText(text: string): void {
    const frame = textFrame(text);
    this.flush();
    this.#write(frame, true);
  }

  /** Forwards without a copy where the payload may be written to (`write_batch.ts`). */
  #sendBinary(payload: Uint8Array): void {
    const { batcher } = this.#context;
    const frame = batcher.ownsHeadroomOf(payload)
      ? frameInPlace(payload)
      : frameOf(Opcode.binary, payload);
    if (batcher.isBatching || this.#kept !== undefined) this.#keep(frame);
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
    if (this.#stream.writableLength === 0) this.drained();
  }

  /** Writes a frame, after the response to the handshake. What is `cleared` is overwritten as soon as it is written. */
  #write(frame: Uint8Array, cleared = false): void {
    const response = this.#response;
    this.#response = undefined;
    const bytes = response === undefined ? frame : Buffer.concat([response, frame]);
    if (cleared && bytes !== frame) frame.fill(0); // `bytes` is a copy.
    if (!this.#stream.writable) return;
    if (cleared) this.#stream.write(bytes, () => bytes.fill(0));
    else this.#stream.write(bytes);
  }

  close(code: CloseCode, reason: string): void {
    if (this.#state !== "open") return;
    this.flush();
    this.#state = "closing";
    this.#write(closeFrame(code, reason));
    this.#stream.resume();
    this.#context.closing.add(this);
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
    const { batcher, log } = this.#context;
    batcher.deliver(payload, this.#reader.following);
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

  /** Answers their close frame with the same code, unless ours has already been sent (RFC 6455 section 5.5.1). */
  closed(code: number | undefined): void {
    this.#end(code === LEAVE_CODE, code);
  }

  /** The close frame names the broken rule, and its answer is not awaited (RFC 6455 section 7.1.7). */
  protocolError({ code, reason }: ProtocolError): void {
    this.#end(code !== PROTOCOL_ERROR, code, reason);
  }

  data(chunk: Uint8Array): void {
    this.#reader.read(chunk);
    this.#context.batcher.flush();
  }

  /** Notes a message, and returns whether it arrived after our close frame was sent. */
  #isUnsolicited(): boolean {
    this.#isAlive = true;
    if (this.#state === "open") return false;
    this.#countUnsolicited();
    return true;
  }

  /** Counts an unsolicited frame, and cuts a peer that sends too many. */
  #countUnsolicited(): void {
    const now = this.#context.clock.now();
    this.#unsolicited ??= new TokenBucket(SOCKET_LIMITS.unsolicited, now);
    if (this.#unsolicited.take(now) === 0) return;
    this.#tellClosed();
    this.destroy();
  }

  /** Sends a close frame, unless one was sent before, and ends our side of the stream. Nothing is delivered later. */
  #end(isOver: boolean, code: number | undefined, reason?: string): void {
    const wasOpen = this.#state === "open";
    this.flush();
    this.#state = "closed";
    if (wasOpen) this.#write(closeFrame(code, reason));
    if (wasOpen && !isOver) this.#tellDisconnected();
    else this.#tellClosed();
    this.#stream.end();
    this.#stream.resume();
    if (wasOpen) this.#context.closing.add(this);
  }

  drained(): void {
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

  gone(): void {
    this.#reader.stop();
    this.#context.onClosed(this);
    this.#disconnect();
    if (this.#state === "open") this.#tellDisconnected();
    else this.#tellClosed();
  }
}
