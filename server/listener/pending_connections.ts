/**
 * Connections that have not sent a request yet: their TLS handshake is not complete, or their first request has not
 * arrived. Each of them times out, but until then it holds a place, and attackers decide how many of them there are. So
 * their number is capped, and a new one replaces the oldest. An honest client sends its request within a few round
 * trips. A client that sends nothing is replaced.
 *
 *     accepted ──> pending ──(handshake)──(first bytes)──(request)──> served
 *                     │
 *                     ├─ full: the oldest is cut
 *                     └─ no byte for FIRST_BYTES_TIMEOUT: cut
 *
 * Addresses play no part in this. The price: a flood that fills all places faster than a handshake takes keeps new
 * clients out for as long as it lasts.
 */

import type { Socket } from "node:net";
import { type Clock, SECOND } from "../base/clock.ts";

/** Maximum number of pending connections, however large the server is. */
const MAX_CAPACITY = 1024;

/** Minimum capacity, so that a small server has room for a browser that opens several connections at the same time. */
const MIN_CAPACITY = 32;

/** How long a client may be silent before its first byte, in milliseconds. With TLS, after its handshake. */
export const FIRST_BYTES_TIMEOUT = 5 * SECOND;

/** How many connections may be pending on a server that allows `maxConnections`. */
export function capacityFor(maxConnections: number): number {
  return Math.min(MAX_CAPACITY, Math.max(MIN_CAPACITY, Math.ceil(maxConnections / 4)));
}

/** Connections before their first request, oldest first. */
export class PendingConnections {
  readonly #capacity: number;
  readonly #clock: Pick<Clock, "now">;
  /** Since when the first byte of each is awaited, in clock milliseconds; `Infinity` if it isn't. */
  readonly #waiting = new Map<Socket, number>();
  /** The `close` listener of all of them. It stays (see `stream_owner.ts`), and keeps nothing of a served connection. */
  readonly #onClose: (this: Socket) => void;

  constructor(capacity: number, clock: Pick<Clock, "now">) {
    this.#capacity = capacity;
    this.#clock = clock;
    const waiting = this.#waiting;
    this.#onClose = function (): void {
      waiting.delete(this);
    };
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Adds a connection that has just been accepted. */
  add(socket: Socket): void {
    this.#waiting.set(socket, Infinity);
    socket.on("close", this.#onClose);
    if (this.#waiting.size > this.#capacity) this.#cutOldest();
  }

  /** From now on a connection has FIRST_BYTES_TIMEOUT to send something. */
  awaitBytes(socket: Socket): void {
    if (this.#waiting.has(socket)) this.#waiting.set(socket, this.#clock.now());
  }

  /** A connection has sent something. */
  heard(socket: Socket): void {
    if (this.#waiting.has(socket)) this.#waiting.set(socket, Infinity);
  }

  /** Removes a connection that has sent its first request. */
  remove(socket: Socket): void {
    this.#waiting.delete(socket);
  }

  /** Cuts connections that have been silent for too long. An interval task. */
  sweep(): void {
    const latest = this.#clock.now() - FIRST_BYTES_TIMEOUT;
    for (const [socket, since] of this.#waiting) {
      if (since <= latest) socket.destroy();
    }
  }

  /** Cuts all pending connections. */
  clear(): void {
    for (const socket of this.#waiting.keys()) socket.destroy();
  }

  #cutOldest(): void {
    const [oldest] = this.#waiting.keys();
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    oldest.destroy();
  }
}
