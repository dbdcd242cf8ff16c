/**
 * Tells from the first bytes of a connection who serves it:
 *
 *     accepted ──> first chunk ──┬─ a byte of 0 or 1 ────────────> StreamHandler, if there is one (STUN)
 *                                ├─ the whole head of a handshake ──> a WebSocket (handshake_head.ts)
 *                                └─ anything else ────────────────> the server of HTTP, which then receives the bytes
 *                                                                     as if they were new
 *
 * So the server's own listener for connections must not see a socket before its first bytes. It is taken off here and
 * called later. In Deno 2.9.6 a second server that is given sockets loses them after the first response, so it has to
 * be the listener of the server that accepted them.
 */

import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { disown, ignoreError, own, type StreamOwner } from "./stream_owner.ts";
import type { ByteStream, StreamHandler } from "../transport.ts";
import type { WorkQueue } from "../base/work_queue.ts";
import { type HandshakeHead, mayBeHandshake, readHandshake } from "./handshake_head.ts";
import { CLOSE_TIMEOUT } from "./listener.ts";

/** The largest first byte of STUN. */
const MAX_STUN = 1;

export interface FirstChunkOptions {
  readonly server: Server;
  /** The event of a socket that is ready to be read. */
  readonly ready: "connection" | "secureConnection";
  /** Receives connections that begin like STUN. */
  readonly streams: StreamHandler | undefined;
  /** Reading heads takes turns with other requests. */
  readonly queue: WorkQueue;
  /** Maximum size of a head, in bytes. */
  readonly maxHeadBytes: number;
  /** The first byte of a connection is awaited. */
  readonly silent: (socket: Socket) => void;
  /** It has arrived. */
  readonly heard: (socket: Socket) => void;
  /** Receives a handshake, and the bytes after it. If the socket is paused, it has to be resumed. */
  readonly receiveHandshake: (socket: Socket, head: HandshakeHead, rest: Buffer) => void;
  /** Attaches what reads requests, before and after the server's own listener is called. */
  readonly prepareHttp: (socket: Socket) => void;
  readonly receiveHttp: (socket: Socket) => void;
  /** A relayed client is known, and the connection no longer pending. */
  readonly served: (socket: Socket) => void;
}

type Accept = (this: Server, socket: Socket) => void;

/** Divides the connections of a server. Called before other listeners of the event are added. */
export class FirstChunk implements StreamOwner {
  readonly #options: FirstChunkOptions;
  readonly #accept: Accept;
  readonly #streams = new Set<Socket>();

  constructor(options: FirstChunkOptions) {
    const { server, ready } = options;
    this.#options = options;
    const accept = server.listeners(ready).at(-1) as Accept | undefined;
    if (accept === undefined) throw new Error("Cannot divide connections: nothing accepts them");
    this.#accept = accept;
    server.removeListener(ready, accept);
  }

  /** Waits for the first bytes of a socket. */
  receive(socket: Socket): void {
    this.#options.silent(socket);
    own(socket, this);
  }

  data(bytes: Buffer, stream: Duplex): void {
    const socket = stream as Socket; // It owns only what it was given.
    this.#options.heard(socket);
    this.#divide(socket, bytes);
  }

  drained(): void {}

  gone(): void {}

  /** Cuts all connections that are not HTTP. */
  close(): void {
    for (const socket of this.#streams) socket.destroy();
  }

  #divide(socket: Socket, bytes: Buffer): void {
    const { streams } = this.#options;
    if (streams !== undefined && (bytes[0] ?? 0) <= MAX_STUN) {
      return this.#stream(socket, bytes, streams);
    }
    if (!mayBeHandshake(bytes)) return this.#http(socket, bytes);
    let isRead = false;
    this.#options.queue.add(() => {
      isRead = true;
      if (!socket.destroyed) this.#readHead(socket, bytes);
      else bytes.fill(0);
    });
    if (!isRead) socket.pause();
  }

  #readHead(socket: Socket, bytes: Buffer): void {
    const { maxHeadBytes, receiveHandshake } = this.#options;
    const head = readHandshake(bytes, maxHeadBytes);
    if (head === undefined) return this.#http(socket, bytes);
    bytes.fill(0, 0, head.bytes); // It may contain an address.
    receiveHandshake(socket, head, bytes.subarray(head.bytes));
  }

  #http(socket: Socket, bytes: Buffer): void {
    const { server, prepareHttp, receiveHttp } = this.#options;
    prepareHttp(socket);
    disown(socket);
    this.#accept.call(server, socket);
    receiveHttp(socket);
    if (socket.isPaused()) socket.resume();
    socket.emit("data", bytes);
  }

  #stream(socket: Socket, bytes: Buffer, streams: StreamHandler): void {
    disown(socket);
    socket.on("error", ignoreError);
    this.#streams.add(socket);
    socket.once("close", () => this.#streams.delete(socket));
    socket.setNoDelay(true);
    const { served } = this.#options;
    streams.accept(new SocketStream(socket, () => served(socket)));
    if (!socket.destroyed) socket.emit("data", bytes);
  }
}

/** A socket as the interface between listener and relay has it. */
class SocketStream implements ByteStream {
  readonly #socket: Socket;
  readonly served: () => void;

  constructor(socket: Socket, served: () => void) {
    this.#socket = socket;
    this.served = served;
  }

  get remoteAddress(): string | undefined {
    return this.#socket.remoteAddress;
  }

  get remotePort(): number | undefined {
    return this.#socket.remotePort;
  }

  get backlog(): number {
    return this.#socket.writableLength;
  }

  get isOpen(): boolean {
    return this.#socket.writable && !this.#socket.destroyed;
  }

  onData(receive: (bytes: Uint8Array) => void): void {
    this.#socket.on("data", receive);
  }

  onClose(closed: () => void): void {
    this.#socket.once("close", closed);
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  end(): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    const cut = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT); // Whatever it still sends.
    socket.once("close", () => clearTimeout(cut));
    socket.end(() => socket.destroy());
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
