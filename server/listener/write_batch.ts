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
 *
 * The batcher also knows which payload is being delivered, because that one can be forwarded without a copy. It lies
 * behind the header that it arrived with, which has been read, so the header of the outgoing frame may be written there
 * (HEADROOM in `frame.ts`). Another payload may lie behind bytes that somebody needs, and looks the same. So an outlet
 * asks {@linkcode WriteBatcher.ownsHeadroomOf} and copies every payload but this one. Until the chunk has been read,
 * nothing else writes to it, and afterwards it belongs to the outgoing frame.
 */

/** An outlet that keeps frames while a chunk is being read. */
export interface Flushable {
  /** Sends the kept frames. */
  flush(): void;
}

/** All outlets of a listener that keep frames while one of its chunks is being read. */
export class WriteBatcher {
  readonly #pending: Flushable[] = [];
  #isBatching = false;
  #payload: Uint8Array | undefined;

  /** Whether the chunk has more bytes after the current frame. */
  get isBatching(): boolean {
    return this.#isBatching;
  }

  /** A reader is about to deliver a payload, and `following` bytes of its chunk come after it. */
  deliver(payload: Uint8Array, following: number): void {
    this.#payload = payload;
    this.#isBatching = following > 0;
  }

  /** Whether this is the payload that is being delivered: the bytes before it may be overwritten. */
  ownsHeadroomOf(payload: Uint8Array): boolean {
    return payload === this.#payload;
  }

  /** Flushes `outlet` when the chunk has been read. */
  add(outlet: Flushable): void {
    this.#pending.push(outlet);
  }

  /** Flushes all of them: the chunk has been read. */
  flush(): void {
    this.#isBatching = false;
    this.#payload = undefined;
    for (let outlet = this.#pending.pop(); outlet !== undefined; outlet = this.#pending.pop()) {
      outlet.flush();
    }
  }
}
