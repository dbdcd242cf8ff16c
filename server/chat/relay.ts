/**
 * The hot path: the partner receives the very buffer that arrived from the sender.
 *
 *   sender's socket --frame--> Session.receiveFrame --> Relay.write --same buffer--> reader's socket
 *                                   |
 *                        only byte 0 is read
 *
 * The danger on this path is a reader that doesn't read: everything its partner sends would pile up in this process.
 * Three limits prevent that, from mild to final:
 *
 *   64 KiB queued for a reader      the sender is paused (TCP then slows it down) until the reader's queue is
 *                                   empty: a fast sender can't get a slow but honest reader disconnected
 *   10 s without taking a byte      the reader is considered lost: closed with 4008
 *   256 KiB queued                  the same, without waiting; only reached where a listener can't pause a sender
 *
 * A write never calls back. It queues, or drops data for a reader that is already lost. Only the sweep, which runs
 * twice a second, closes readers, so no session changes state while another one is writing to it.
 *
 * "Taking a byte" is judged by progress (bytes given to the socket minus bytes still queued), not by an empty queue. So
 * a client on a slow connection that reads steadily is never disconnected. Progress doesn't count while a sender is
 * paused: a paused sender can't even leave, so no reader may block its partner for more than those 10 s.
 *
 * The relay is the only writer to an outlet, and control messages have the same limits. Only slow readers are stored,
 * so a sweep costs time in proportion to their number, not to the number of connections.
 */

import { type Clock, SECOND } from "../base/clock.ts";
import type { Outlet, Sender } from "../transport.ts";

/** Bytes queued for a reader above which its partner is paused. */
export const PAUSE_BYTES = 64 * 1024;

/** Bytes queued for a reader above which it is closed. */
export const MAX_BACKLOG_BYTES = 256 * 1024;

/** How long a reader may take none of its queued bytes, in milliseconds. */
export const MAX_STALL = 10 * SECOND;

/** A connection that the relay writes to. */
export interface Reader {
  readonly outlet: Outlet;
  /** Called once when this reader is closed for being too slow. The relay has forgotten it by then. */
  tooSlow(): void;
}

/** The state of a slow reader. */
interface ReaderBacklog {
  /** Bytes queued since this reader fell behind. */
  queued: number;
  /** How many of these it had taken at the last sweep. */
  taken: number;
  /** When it last took a byte, in clock milliseconds. */
  progressAt: number;
  /** The sender that is paused for this reader. */
  paused: Sender | undefined;
  /** Something was dropped, so later data would follow a gap. */
  lost: boolean;
}

/** Writes to outlets and limits how much is queued in them. */
export class Relay {
  /** Frames forwarded so far, and their bytes. */
  frames = 0;
  bytes = 0;
  /** How many readers were closed for being too slow. */
  dropped = 0;
  readonly #clock: Clock;
  readonly #slowReaders = new Map<Reader, ReaderBacklog>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many readers are known to have queued bytes. */
  get slowReaders(): number {
    return this.#slowReaders.size;
  }

  /** Writes to `reader` without a copy. `sender`, if any, is paused while the reader is behind. */
  write(reader: Reader, data: string | Uint8Array, sender?: Sender): void {
    const { outlet } = reader;
    if (outlet.backlog > MAX_BACKLOG_BYTES || this.#slowReaders.get(reader)?.lost) {
      return this.#drop(reader);
    }
    outlet.send(data);
    if (typeof data !== "string") {
      this.frames++;
      this.bytes += data.length;
    }
    const { backlog } = outlet;
    if (backlog === 0) return;
    const state = this.#backlogOf(reader, data.length - backlog);
    state.queued += data.length;
    if (backlog <= PAUSE_BYTES || sender === undefined) return;
    if (state.paused !== sender) state.paused?.resume();
    state.paused = sender;
    sender.pause();
  }

  #drop(reader: Reader): void {
    this.#backlogOf(reader, 0).lost = true;
  }

  /** Resumes the sender that waits for `reader`, which has caught up (the sweep will notice) or whose chat is over. */
  onWritable(reader: Reader): void {
    const state = this.#slowReaders.get(reader);
    state?.paused?.resume();
    if (state !== undefined) state.paused = undefined;
  }

  /** Forgets a reader that has caught up or is gone, and resumes the sender that waits for it. */
  forget(reader: Reader): void {
    this.onWritable(reader);
    this.#slowReaders.delete(reader);
  }

  /** Checks all slow readers: forgets those that have caught up, closes those that are stuck. An interval task. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [reader, state] of this.#slowReaders) {
      const { backlog } = reader.outlet;
      if (hasProgressed(state, backlog) && state.paused === undefined) state.progressAt = now;
      if (isLost(state, backlog, now)) this.#closeSlow(reader);
      else if (backlog === 0) this.forget(reader);
    }
  }

  #backlogOf(reader: Reader, taken: number): ReaderBacklog {
    const known = this.#slowReaders.get(reader);
    if (known !== undefined) return known;
    const fresh = {
      queued: 0,
      taken,
      progressAt: this.#clock.now(),
      paused: undefined,
      lost: false,
    };
    this.#slowReaders.set(reader, fresh);
    return fresh;
  }

  #closeSlow(reader: Reader): void {
    this.dropped++;
    this.forget(reader);
    reader.tooSlow();
  }
}

/** Whether a reader has taken anything since the last check. Also records how much. */
function hasProgressed(state: ReaderBacklog, backlog: number): boolean {
  const taken = state.queued - backlog;
  const hasTaken = taken > state.taken;
  state.taken = taken;
  return hasTaken;
}

function isLost(state: ReaderBacklog, backlog: number, now: number): boolean {
  if (state.lost || backlog > MAX_BACKLOG_BYTES) return true;
  return backlog > 0 && now - state.progressAt >= MAX_STALL;
}
