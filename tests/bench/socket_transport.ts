/**
 * Connections of visitors over TCP, each from its own loopback address, since the system has 28,000 ports for each pair
 * of addresses. All sockets share one read buffer, which is safe because reads never overlap.
 */

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { HANDSHAKE } from "../support/raw_client.ts";
import type { Transport } from "./crowd.ts";
import type { Visitor } from "./visitor.ts";

const REQUEST = [...HANDSHAKE, "", ""].join("\r\n");

export class SocketTransport implements Transport {
  readonly #ports: readonly number[];
  readonly #buffer = Buffer.alloc(64 * 1024);

  /** Visitors are spread over the servers at these ports. */
  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  /** Each further attempt of a visitor goes to the next server. */
  connect(visitor: Visitor, attempt: number): Promise<void> {
    const port = this.#ports[(visitor.index + attempt) % this.#ports.length]!;
    const opening = new Opening(visitor);
    const callback = (count: number, buffer: Uint8Array): boolean => {
      opening.read(Buffer.from(buffer.buffer, buffer.byteOffset, count));
      return true;
    };
    const localAddress = loopbackAddress(visitor.index);
    const onread = { buffer: this.#buffer, callback };
    const socket = connect({ host: "127.0.0.1", port, localAddress, noDelay: true, onread });
    return opening.of(socket);
  }
}

/** A handshake, and then the bytes of a visitor. */
class Opening {
  readonly #visitor: Visitor;
  readonly #result = Promise.withResolvers<void>();
  /** What has arrived of the response; `undefined` once it is complete. */
  #response: Buffer | undefined = Buffer.alloc(0);
  #socket: Socket | undefined;

  constructor(visitor: Visitor) {
    this.#visitor = visitor;
  }

  /** Resolves when the connection is a WebSocket. Rejects with the status of the response, or the error. */
  of(socket: Socket): Promise<void> {
    this.#socket = socket;
    socket.on("error", (error) => this.#result.reject(error));
    socket.on("close", () => {
      this.#result.reject(new Error("ended"));
      this.#visitor.closed();
    });
    socket.write(REQUEST);
    return this.#result.promise;
  }

  read(chunk: Buffer): void {
    if (this.#response === undefined) return this.#visitor.read(chunk);
    const data = Buffer.concat([this.#response, chunk]);
    const end = data.indexOf("\r\n\r\n");
    this.#response = end < 0 ? data : undefined;
    if (end < 0) return;
    const status = data.toString("latin1", 9, 12);
    if (status !== "101") return this.#refused(status);
    this.#visitor.opened(this.#socket!);
    this.#result.resolve();
    if (end + 4 < data.length) this.#visitor.read(data.subarray(end + 4));
  }

  #refused(status: string): void {
    this.#result.reject(new Error(status));
    this.#socket?.destroy();
  }
}

/** One of sixteen million addresses of this machine (RFC 1122 section 3.2.1.3). */
export function loopbackAddress(index: number): string {
  return `127.${1 + (index >> 16)}.${index >> 8 & 255}.${index & 255}`;
}
