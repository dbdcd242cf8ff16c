/**
 * The three frames of a message in a chat: typing, the message, and its confirmation, each with 1 kB of payload. A
 * message carries the time at which it was sent. The frames of clients are masked, with a mask that is not zero.
 */

import { Buffer } from "node:buffer";
import { FrameKind } from "../../protocol.ts";
import { MASK, maskedFrame, Opcode } from "./numbered_message.ts";

/** The payload of a frame, in bytes. */
export const FRAME_BYTES = 1_000;

const TEMPLATE = frameOfKind(FrameKind.message);

/** The typing indicator, or a confirmation: the server can't tell them apart. */
export const SIGNAL: Buffer = frameOfKind(FrameKind.signal);

/** The offset of the payload in a frame, and that of the time in the payload. */
const HEAD = TEMPLATE.length - FRAME_BYTES;
const TIME = 1;

const time = Buffer.alloc(Float64Array.BYTES_PER_ELEMENT);

/** A message that is sent at `now`, in milliseconds. */
export function messageAt(now: number): Buffer {
  const frame = Buffer.from(TEMPLATE);
  time.writeDoubleLE(now);
  time.forEach((byte, index) => frame[HEAD + TIME + index] = byte ^ MASK[TIME + index & 3]!);
  return frame;
}

/** When the message whose payload starts at `start` was sent; `undefined` if it is a signal. */
export function sentAt(data: Buffer, start: number): number | undefined {
  return data[start] === FrameKind.message ? data.readDoubleLE(start + TIME) : undefined;
}

function frameOfKind(kind: number): Buffer {
  return maskedFrame(
    Opcode.binary,
    Buffer.concat([Buffer.of(kind), Buffer.alloc(FRAME_BYTES - 1)]),
  );
}
