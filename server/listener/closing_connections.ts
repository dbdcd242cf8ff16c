/**
 * Connections whose closing handshake has begun, in that order. A peer has CLOSE_TIMEOUT to finish it. All of them share
 * one task, because a timer for each would cost more than the closing itself.
 */

import type { Clock } from "../base/clock.ts";
import { CLOSE_TIMEOUT } from "./listener.ts";

/** A connection that can be cut. */
export interface Closing {
  /** Cuts it, without waiting for its peer. */
  destroy(): void;
}

export class ClosingConnections {
  readonly #clock: Pick<Clock, "now">;
  /** When each began to close, in clock milliseconds; the first to begin comes first. */
  readonly #since = new Map<Closing, number>();

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#since.size;
  }

  /** The closing handshake of a connection begins. A second beginning changes nothing. */
  add(connection: Closing): void {
    if (!this.#since.has(connection)) this.#since.set(connection, this.#clock.now());
  }

  /** A connection has closed. */
  delete(connection: Closing): void {
    this.#since.delete(connection);
  }

  /** Cuts the connections whose time is over. An interval task. */
  sweep(): void {
    const latest = this.#clock.now() - CLOSE_TIMEOUT;
    for (const [connection, since] of this.#since) {
      if (since > latest) break;
      this.#since.delete(connection);
      connection.destroy();
    }
  }
}
