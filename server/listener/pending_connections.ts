/**
 * Those who have connected and not asked for anything yet: whose TLS handshake is not over, or whose first request has
 * not begun to make sense. Time ends that by itself, but a stranger decides how many of them come meanwhile, and each
 * holds a place. So there is room for so many and no more, and whoever comes then takes the place of the one who has
 * been here longest: an honest newcomer is through in a few round trips, and somebody who says nothing is not.
 *
 *     accepted ──> anteroom ──(handshake)──(request)──> served
 *                     │
 *                     └─ full: the oldest is cut
 *
 * Nobody's address is looked at. The price: a flood that fills the room faster than a handshake takes keeps newcomers
 * out for as long as it lasts.
 */

import type { Socket } from "node:net";

/** The most who may wait, however many connections there may be. */
const MAX_CAPACITY = 1024;

/** The fewest, so that a small server has room for a browser that opens several connections at once. */
const MIN_CAPACITY = 32;

/** How many may wait where so many connections are served. */
export function capacityFor(maxConnections: number): number {
  return Math.min(MAX_CAPACITY, Math.max(MIN_CAPACITY, Math.ceil(maxConnections / 4)));
}

/** Connections before their first request, the oldest first. */
export class PendingConnections {
  readonly #capacity: number;
  /** With what is to be done when one of them closes: nothing is held of those who are through. */
  readonly #waiting = new Map<Socket, () => void>();

  constructor(places: number) {
    this.#capacity = places;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Lets a connection in that has just been accepted. */
  add(socket: Socket): void {
    const gone = (): void => void this.#waiting.delete(socket);
    this.#waiting.set(socket, gone);
    socket.on("close", gone);
    if (this.#waiting.size > this.#capacity) this.#cutOldest();
  }

  /** A request has come over this connection. */
  remove(socket: Socket): void {
    const gone = this.#waiting.get(socket);
    if (gone === undefined) return;
    socket.off("close", gone);
    gone();
  }

  /** Cuts everybody. */
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
