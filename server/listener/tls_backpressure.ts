/**
 * What a TLS connection lies on, and how to stop reading from it.
 *
 *     visitor ── TCP ──> below ── records ──> TLS ── bytes ──> whoever reads
 *                          ^                   │
 *                          └─── stop, start ───┘    what is missing in Deno
 *
 * Whoever reads no further says so to the TLS socket. In Node it then stops reading from what is below, TCP slows the
 * visitor down, and nothing piles up here. In Deno 2.9.6 it hands nothing on any more but reads on, into memory and
 * without bound: a paused visitor filled two gigabytes in six seconds. So stopping is passed on here, by the names that
 * both have for it inside. Where these are missing, a connection is not served: that would be noticed, and the other
 * would not.
 */

import type { Socket } from "node:net";

/** What reads for a socket. */
interface Handle {
  readStart(): number;
  readStop(): number;
}

/** A socket as it is inside. */
interface Inside {
  readonly _handle?: Handle | null;
  /** What it lies on. */
  readonly _parent?: (Socket & Inside) | null;
}

/** The connection that was accepted: of one that speaks TLS, the one below. */
export function rawSocketOf(socket: Socket & Inside): Socket {
  return socket._parent ?? socket;
}

/** Lets a TLS socket that stops reading stop the one below, too. */
export function propagatePause(socket: Socket & Inside): void {
  const above = socket._handle;
  const below = socket._parent?._handle;
  if (!above || !below) return void socket.destroy();
  const { readStart, readStop } = above;
  let isStopped = false;
  above.readStop = () => {
    isStopped = true;
    below.readStop();
    return readStop.call(above);
  };
  above.readStart = () => {
    if (isStopped) below.readStart();
    isStopped = false;
    return readStart.call(above);
  };
}
