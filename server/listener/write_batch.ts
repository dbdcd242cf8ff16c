/**
 * Writes that are sent together. One chunk from a socket often holds many frames for one reader, and a write costs more
 * than everything else that is done for a frame. So while a chunk has more frames to come, outlets keep their frames,
 * and send them in one write when the chunk has been read:
 *
 *   chunk  | frame | frame | frame |        a chunk with one frame, as in a chat: nothing is kept,
 *              │       │       │            it is written immediately
 *              v       v       v
 *   outlet   keep    keep    keep ──> chunk read: one write
 *
 * Nothing waits for a timer or another turn of the event loop, and less is kept than the chunk held.
 */

/** An outlet that keeps frames while a chunk is being read. */
export interface Flushable {
  /** Sends the kept frames. */
  flush(): void;
}

/** All outlets of a listener that keep frames while one of its chunks is being read. */
export class WriteBatcher {
  readonly #pending: Flushable[] = [];
  /** Whether the chunk has more bytes after the current frame. */
  isBatching = false;
  /** The payload that is being forwarded: its headroom may be written to. */
  currentPayload: Uint8Array | undefined;

  /** Flushes `keeper` when the chunk has been read. */
  add(keeper: Flushable): void {
    this.#pending.push(keeper);
  }

  /** Flushes all of them: the chunk has been read. */
  flush(): void {
    this.isBatching = false;
    this.currentPayload = undefined;
    for (let keeper = this.#pending.pop(); keeper !== undefined; keeper = this.#pending.pop()) {
      keeper.flush();
    }
  }
}
