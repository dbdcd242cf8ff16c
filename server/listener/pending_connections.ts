/**
 * Connections that have not sent a request yet: their TLS handshake is not complete, or their first request has not
 * arrived. Each of them times out, but until then it holds a place, and attackers decide how many of them there are. So
 * their number is capped, and a new one replaces the oldest. An honest client sends its request within a few round
 * trips. A client that sends nothing is replaced.
 *
 *     accepted ──> pending ──(handshake)──(request)──> served
 *                     │
 *                     └─ full: the oldest is cut
 *
 * Addresses play no part in this. The price: a flood that fills all places faster than a handshake takes keeps new
 * clients out for as long as it lasts.
 */

import type { Socket } from "node:net";

/** Maximum number of pending connections, however large the server is. */
const MAX_CAPACITY = 1024;

/** Minimum capacity, so that a small server has room for a browser that opens several connections at the same time. */
const MIN_CAPACITY = 32;

/** How many connections may be pending on a server that allows `maxConnections`. */
export function capacityFor(maxConnections: number): number {
  return Math.min(MAX_CAPACITY, Math.max(MIN_CAPACITY, Math.ceil(maxConnections / 4)));
}

/** Connections before their first request, oldest first. */
export class PendingConnections {
  readonly #capacity: number;
  /** Each with its `close` listener, which is removed with it: nothing is kept of a connection that is served. */
  readonly #waiting = new Map<Socket, () => void>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Adds a connection that has just been accepted. */
  add(socket: Socket): void {
    const gone = (): void => void this.#waiting.delete(socket);
    this.#waiting.set(socket, gone);
    socket.on("close", gone);
    if (this.#waiting.size > this.#capacity) this.#cutOldest();
  }

  /** Removes a connection that has sent its first request. */
  remove(socket: Socket): void {
    const gone = this.#waiting.get(socket);
    if (gone === undefined) return;
    socket.off("close", gone);
    gone();
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
