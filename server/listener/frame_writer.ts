/**
 * Makes the frames that a server sends: never masked, never fragmented. A forwarded payload gets its header in place,
 * as `frame.ts` shows; every other frame is a copy.
 */

import { Buffer } from "node:buffer";
import {
  FIN,
  LENGTH_16,
  LENGTH_64,
  MAX_CONTROL_PAYLOAD,
  MAX_LENGTH_16,
  Opcode,
  TWO_TO_32,
} from "./frame.ts";

/** A text frame. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const start = serverHeaderBytes(length);
  const frame = Buffer.allocUnsafe(start + length);
  writeHeader(frame, 0, Opcode.text, length);
  frame.write(text, start);
  return frame;
}

/** A frame around a copy of `payload`. */
export function frameOf(opcode: Opcode, payload: Uint8Array): Buffer {
  const start = serverHeaderBytes(payload.length);
  const frame = Buffer.allocUnsafe(start + payload.length);
  writeHeader(frame, 0, opcode, payload.length);
  frame.set(payload, start);
  return frame;
}

/** A binary frame whose header is written to the headroom of a payload from a `FrameReader`. */
export function frameInPlace(payload: Uint8Array): Buffer {
  const header = serverHeaderBytes(payload.length);
  const { buffer, byteOffset, length } = payload;
  const frame = Buffer.from(buffer, byteOffset - header, header + length);
  writeHeader(frame, 0, Opcode.binary, length);
  return frame;
}

/** A close frame. Without a code it is empty. */
export function closeFrame(code?: number, reason = ""): Buffer {
  if (code === undefined) return frameOf(Opcode.close, Buffer.alloc(0));
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frameOf(Opcode.close, payload.subarray(0, MAX_CONTROL_PAYLOAD));
}

/** Length of a server's frame header. */
function serverHeaderBytes(length: number): number {
  if (length < LENGTH_16) return 2;
  return length <= MAX_LENGTH_16 ? 4 : 10;
}

function writeHeader(bytes: Buffer, at: number, opcode: Opcode, length: number): void {
  bytes[at] = FIN | opcode;
  if (length < LENGTH_16) {
    bytes[at + 1] = length;
  } else if (length <= MAX_LENGTH_16) {
    bytes[at + 1] = LENGTH_16;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length & 255;
  } else {
    bytes[at + 1] = LENGTH_64;
    bytes.writeUInt32BE(Math.floor(length / TWO_TO_32), at + 2);
    bytes.writeUInt32BE(length >>> 0, at + 6);
  }
}
