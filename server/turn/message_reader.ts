/**
 * Divides the bytes of a stream into messages. A stream has no message boundaries, only the lengths in the messages.
 * ChannelData is padded to a multiple of 4 bytes (RFC 8656 section 12.5). Each message is copied into a buffer with the
 * room around it that the relay writes to.
 */

import { CHANNEL_HEAD_BYTES, HEADROOM, isChannelData, type Packet, TAILROOM } from "./packet.ts";
import { HEAD_BYTES, padded, uint16 } from "./stun_message.ts";
import { MAX_MESSAGE_BYTES } from "./turn_limits.ts";

/** A message with padding fills a multiple of 4 bytes. */
const MAX_FRAME_BYTES = padded(MAX_MESSAGE_BYTES);

/** Bytes that tell how long a message is. */
const LENGTH_BYTES = CHANNEL_HEAD_BYTES;

/** Reads the messages of one stream. */
export class MessageReader {
  readonly #buffer = new Uint8Array(HEADROOM + MAX_FRAME_BYTES + TAILROOM);
  /** How many bytes of the current message have arrived. */
  #filled = 0;

  /** Passes each complete message to `receive`, until that returns false. Returns whether the stream is valid. */
  read(bytes: Uint8Array, receive: (message: Packet) => boolean): boolean {
    for (let at = 0; at < bytes.length;) {
      at += this.#fill(bytes.subarray(at), LENGTH_BYTES);
      if (this.#filled < LENGTH_BYTES) return true;
      const frame = this.#frame();
      if (frame === undefined) return false;
      at += this.#fill(bytes.subarray(at), padded(frame));
      if (this.#filled < padded(frame)) return true;
      this.#filled = 0;
      if (!receive({ buffer: this.#buffer, start: HEADROOM, end: HEADROOM + frame })) return true;
    }
    return true;
  }

  /** Adds bytes until there are `wanted`, and returns how many it has added. */
  #fill(bytes: Uint8Array, wanted: number): number {
    const added = bytes.subarray(0, Math.max(0, wanted - this.#filled));
    this.#buffer.set(added, HEADROOM + this.#filled);
    this.#filled += added.length;
    return added.length;
  }

  /** The length of the current message; `undefined` if it is invalid or too long. */
  #frame(): number | undefined {
    const first = this.#buffer[HEADROOM] ?? 0;
    const length = uint16(this.#buffer, HEADROOM + 2);
    if (isChannelData(first)) return within(CHANNEL_HEAD_BYTES + length);
    return isStun(first) && length % 4 === 0 ? within(HEAD_BYTES + length) : undefined;
  }
}

/** Whether a message that begins with this byte is STUN. A request of HTTP begins with a letter. */
export function isStun(first: number): boolean {
  return first <= 1;
}

function within(length: number): number | undefined {
  return length <= MAX_MESSAGE_BYTES ? length : undefined;
}
