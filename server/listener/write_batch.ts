/**
 * What leaves together. One chunk from a socket often holds many frames for one reader, and a write costs more than
 * everything else that is done for a frame. So while more of the chunk is to come, outlets keep what they are given, and
 * send it in one write when the chunk has been read:
 *
 *   chunk  | frame | frame | frame |        a chunk with one frame, as in a chat: nothing is kept,
 *              │       │       │            its write happens at once
 *              v       v       v
 *   outlet   keep    keep    keep ──> chunk read: one write
 *
 * Nothing waits for a timer or another turn of the event loop, and what is kept is less than the chunk was.
 */

/** Something that keeps what it is given while a chunk is being read. */
export interface Flushable {
  /** Sends what it has kept. */
  flush(): void;
}

/** All outlets of a listener that keep something, while one of its chunks is being read. */
export class WriteBatcher {
  readonly #pending: Flushable[] = [];
  /** Whether more of the chunk is to come. */
  isBatching = false;
  /** The payload that is being handed on: its headroom may be written to. */
  currentPayload: Uint8Array | undefined;

  /** Flushes `keeper` when the chunk has been read. */
  add(keeper: Flushable): void {
    this.#pending.push(keeper);
  }

  /** The chunk has been read. */
  flush(): void {
    this.isBatching = false;
    this.currentPayload = undefined;
    for (let keeper = this.#pending.pop(); keeper !== undefined; keeper = this.#pending.pop()) {
      keeper.flush();
    }
  }
}
