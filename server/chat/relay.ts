/**
 * The hot path: what one side sends reaches the other as the very buffer that was received.
 *
 *   sender's socket --frame--> Session.receiveFrame --> Relay.write --same buffer--> reader's socket
 *                                   |
 *                  byte 0 is looked at, nothing else
 *
 * The danger on this path is a reader that does not read: everything its partner sends would pile up in this
 * process. Three bounds keep that small, from the gentle to the final:
 *
 *   64 KiB queued for a reader      the sender is no longer read from (TCP then slows it down) until the reader's
 *                                   queue is empty: a fast sender can't get a slow but honest reader thrown out
 *   10 s without taking a byte      the reader is gone: closed with 4008
 *   256 KiB queued                  the same, without waiting; only reached where a listener can't pause a sender
 *
 * A write never calls back: it queues, or drops what is meant for a reader that is lost already. Giving up is the
 * sweep's, twice a second, so that nobody's state changes under the hands of whoever is writing to them.
 *
 * "Taking a byte" is judged by progress (bytes given to the socket minus bytes still queued), not by an empty
 * queue, so that somebody on a thin line who reads steadily stays for as long as they like. Only where a sender is
 * paused does progress not count: nobody keeps a partner waiting, unable even to leave, for more than those 10 s.
 *
 * The relay is the only writer to an outlet; control messages pass the same bounds. Only readers that are behind are
 * remembered, so the sweep costs what the trouble costs, not what the crowd costs.
 */

import { type Clock, SECOND } from "../base/clock.ts";
import type { Outlet, Sender } from "../transport.ts";

/** Bytes queued for a reader above which its partner is not read from any more. */
export const PAUSE_BYTES = 64 * 1024;

/** Bytes queued for a reader above which it is closed. */
export const MAX_BACKLOG_BYTES = 256 * 1024;

/** How long a reader may take nothing of what is queued for it, in milliseconds. */
export const MAX_STALL = 10 * SECOND;

/** A connection that the relay writes to. */
export interface Reader {
  readonly outlet: Outlet;
  /** Called once when this reader has been given up; the relay has forgotten it by then. */
  tooSlow(): void;
}

/** What is known of a reader that is behind. */
interface ReaderBacklog {
  /** Bytes queued since this reader fell behind. */
  queued: number;
  /** Bytes it had taken of these when it was last looked at. */
  taken: number;
  /** When it last took something, in clock milliseconds. */
  movedAt: number;
  /** The sender that waits for this reader. */
  paused: Sender | undefined;
  /** Something was dropped, so what follows would have a gap before it. */
  lost: boolean;
}

/** Writes to outlets and bounds what waits in them. */
export class Relay {
  /** What was passed on so far: frames, and their bytes. */
  frames = 0;
  bytes = 0;
  /** How many readers were given up so far. */
  dropped = 0;
  readonly #clock: Clock;
  readonly #slowReaders = new Map<Reader, ReaderBacklog>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many readers have something queued that the relay knows of. */
  get slowReaders(): number {
    return this.#slowReaders.size;
  }

  /** Writes to `reader`, without a copy; `sender`, if any, is slowed down while the reader is behind. */
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
    const arrears = this.#backlogOf(reader, data.length - backlog);
    arrears.queued += data.length;
    if (backlog <= PAUSE_BYTES || sender === undefined) return;
    if (arrears.paused !== sender) arrears.paused?.resume();
    arrears.paused = sender;
    sender.pause();
  }

  #drop(reader: Reader): void {
    this.#backlogOf(reader, 0).lost = true;
  }

  /** Reads again from whoever waits for `reader`: it has caught up (the sweep will see), or their chat is over. */
  onWritable(reader: Reader): void {
    const arrears = this.#slowReaders.get(reader);
    arrears?.paused?.resume();
    if (arrears !== undefined) arrears.paused = undefined;
  }

  /** Forgets a reader that has caught up or gone, and reads again from whoever waited for it. */
  forget(reader: Reader): void {
    this.onWritable(reader);
    this.#slowReaders.delete(reader);
  }

  /** Looks at those that are behind: lets go who caught up, gives up who stands still. An interval task. */
  sweep(): void {
    const now = this.#clock.now();
    for (const [reader, arrears] of this.#slowReaders) {
      const { backlog } = reader.outlet;
      if (moved(arrears, backlog) && arrears.paused === undefined) arrears.movedAt = now;
      if (isLost(arrears, backlog, now)) this.#closeSlow(reader);
      else if (backlog === 0) this.forget(reader);
    }
  }

  #backlogOf(reader: Reader, taken: number): ReaderBacklog {
    const known = this.#slowReaders.get(reader);
    if (known !== undefined) return known;
    const fresh = { queued: 0, taken, movedAt: this.#clock.now(), paused: undefined, lost: false };
    this.#slowReaders.set(reader, fresh);
    return fresh;
  }

  #closeSlow(reader: Reader): void {
    this.dropped++;
    this.forget(reader);
    reader.tooSlow();
  }
}

/** Whether a reader took anything since it was last looked at; notes how much. */
function moved(arrears: ReaderBacklog, backlog: number): boolean {
  const taken = arrears.queued - backlog;
  const progress = taken > arrears.taken;
  arrears.taken = taken;
  return progress;
}

function isLost(arrears: ReaderBacklog, backlog: number, now: number): boolean {
  if (arrears.lost || backlog > MAX_BACKLOG_BYTES) return true;
  return backlog > 0 && now - arrears.movedAt >= MAX_STALL;
}
