/**
 * Makes a paused TLS socket stop reading from the TCP socket below it.
 *
 *     client ── TCP ──> raw socket ── records ──> TLS socket ── bytes ──> reader
 *                          ^                          │
 *                          └─── readStop, readStart ──┘    missing in Deno
 *
 * A reader that pauses tells the TLS socket. In Node, that socket then stops reading from the raw socket, TCP slows the
 * client down, and nothing piles up here. In Deno 2.9.6 it stops delivering data but continues to read, into memory
 * and without bound: a paused client filled two gigabytes in six seconds. So the pause is passed down here, through
 * internal names that Node and Deno share. If these are missing, the connection is not served. That failure would be
 * noticed, and memory without bound would not.
 */

import type { Socket } from "node:net";

/** The internal object that reads for a socket. */
interface Handle {
  readStart(): number;
  readStop(): number;
}

/** Internal fields of a socket. */
interface Inside {
  readonly _handle?: Handle | null;
  /** The TCP socket below a TLS socket. */
  readonly _parent?: (Socket & Inside) | null;
}

/** The socket that was accepted: for a TLS socket, the one below it. */
export function rawSocketOf(socket: Socket & Inside): Socket {
  return socket._parent ?? socket;
}

/** Makes a TLS socket that stops reading stop the socket below it, too. */
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
