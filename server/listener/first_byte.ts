/**
 * Tells STUN from HTTP on one port. A message of STUN begins with a byte of 0 or 1, and a request of HTTP with a letter:
 *
 *     accepted ──> first byte ──┬─ 0, 1 ──> StreamHandler
 *                               └─ other ──> the server of HTTP, which then receives the bytes as if they were new
 *
 * So the server's own listener for connections must not see a socket before its first bytes. It is taken off here and
 * called later. In Deno 2.9.6 a second server that is given sockets loses them after the first response, so it has to
 * be the listener of the server that accepted them.
 */

import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Buffer } from "node:buffer";
import type { ByteStream, StreamHandler } from "../transport.ts";
import { CLOSE_TIMEOUT } from "./listener.ts";

/** A client may be silent for this long before its first byte, in milliseconds. */
export const FIRST_BYTE_TIMEOUT = 5000;

/** The largest first byte of STUN. */
const MAX_STUN = 1;

export interface FirstByteOptions {
  readonly server: Server;
  /** The event of a socket that is ready to be read. */
  readonly ready: "connection" | "secureConnection";
  readonly streams: StreamHandler;
  /** Attaches what reads requests, after the server's own listener was called. */
  readonly receiveHttp: (socket: Socket) => void;
  /** A relayed client is known, and the connection no longer pending. */
  readonly served: (socket: Socket) => void;
}

type Accept = (this: Server, socket: Socket) => void;

/** Divides the connections of a server. Called before other listeners of the event are added. */
export class FirstByte {
  readonly #options: FirstByteOptions;
  readonly #accept: Accept;
  readonly #streams = new Set<Socket>();

  constructor(options: FirstByteOptions) {
    const { server, ready } = options;
    this.#options = options;
    const accept = server.listeners(ready).at(-1) as Accept | undefined;
    if (accept === undefined) throw new Error("Cannot divide connections: nothing accepts them");
    this.#accept = accept;
    server.removeListener(ready, accept);
  }

  /** Waits for the first bytes of a socket. */
  receive(socket: Socket): void {
    const cut = (): void => void socket.destroy();
    socket.setTimeout(FIRST_BYTE_TIMEOUT, cut);
    socket.on("error", ignore);
    socket.once("data", (bytes: Buffer) => {
      socket.setTimeout(0);
      socket.removeListener("timeout", cut);
      this.#divide(socket, bytes);
    });
  }

  /** Cuts all connections that are not HTTP. */
  close(): void {
    for (const socket of this.#streams) socket.destroy();
  }

  #divide(socket: Socket, bytes: Buffer): void {
    if ((bytes[0] ?? 0) <= MAX_STUN) return this.#stream(socket, bytes);
    const { server, receiveHttp } = this.#options;
    this.#accept.call(server, socket);
    receiveHttp(socket);
    socket.removeListener("error", ignore); // The server of HTTP has its own by now.
    socket.emit("data", bytes);
  }

  #stream(socket: Socket, bytes: Buffer): void {
    this.#streams.add(socket);
    socket.once("close", () => this.#streams.delete(socket));
    socket.setNoDelay(true);
    const { streams, served } = this.#options;
    streams.accept(new SocketStream(socket, () => served(socket)));
    if (!socket.destroyed) socket.emit("data", bytes);
  }
}

/** A socket that fails is destroyed automatically, and emits `close`. */
function ignore(): void {}

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
