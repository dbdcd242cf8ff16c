/**
 * The header of a client's frame (`frame.ts` shows it): its length, its fields, and the rules for them. A rule that
 * depends on the frames before it is the reader's (`frame_reader.ts`).
 */

import { FIN, LENGTH_16, MAX_CONTROL_PAYLOAD, MAX_LENGTH_16, Opcode, TWO_TO_32 } from "./frame.ts";

/** The close code for bytes that are not valid frames of a client (RFC 6455 section 7.4.1). */
export const PROTOCOL_ERROR = 1002;

/** The close code and reason for a peer that has broken a rule (RFC 6455 section 7.4.1). */
export interface ProtocolError {
  readonly code: typeof PROTOCOL_ERROR | 1007 | 1008 | 1009;
  readonly reason: string;
}

/** Describes bytes that are not valid frames of a client. */
export function invalidFrame(reason: string): ProtocolError {
  return { code: PROTOCOL_ERROR, reason };
}

const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0F;
const MASKED = 0x80;
const LENGTH_BITS = 0x7F;
const FIRST_CONTROL = 0x8;
const KEY_BYTES = 4;

/** Length of the longest header: with a length of eight bytes. */
export const MAX_HEADER_BYTES = 10 + KEY_BYTES;

const RESERVED_BIT = invalidFrame("A reserved bit is set.");
const RESERVED_OPCODE = invalidFrame("The opcode is reserved.");
const NOT_MASKED = invalidFrame("The frame is not masked.");
const SPLIT_CONTROL = invalidFrame("A control frame is fragmented.");
const LONG_CONTROL = invalidFrame("A control frame is too long.");
const NOT_MINIMAL = invalidFrame("The length is not minimally encoded.");
const INVALID_LENGTH = invalidFrame("The length is invalid.");

/** Length of a client's frame header, according to its second byte. */
export function clientHeaderBytes(second: number): number {
  const length = second & LENGTH_BITS;
  if (length < LENGTH_16) return 2 + KEY_BYTES;
  return length === LENGTH_16 ? 4 + KEY_BYTES : 10 + KEY_BYTES;
}

/** An error in the first two bytes of a frame that does not depend on the frames before it. */
export function headerError(first: number, second: number): ProtocolError | undefined {
  if ((first & RESERVED_BITS) !== 0) return RESERVED_BIT;
  if ((first & OPCODE_BITS & ~FIRST_CONTROL) > Opcode.binary) return RESERVED_OPCODE;
  if ((second & MASKED) === 0) return NOT_MASKED;
  if (!isControl(first)) return undefined;
  if ((first & FIN) === 0) return SPLIT_CONTROL;
  return (second & LENGTH_BITS) > MAX_CONTROL_PAYLOAD ? LONG_CONTROL : undefined;
}

export function isControl(first: number): boolean {
  return (first & FIRST_CONTROL) !== 0;
}

/** Length of the payload. It must be minimally encoded and fit into 63 bits. */
export function lengthOf(bytes: Uint8Array, at: number): number | ProtocolError {
  const short = bytes[at + 1]! & LENGTH_BITS;
  if (short < LENGTH_16) return short;
  const middle = bytes[at + 2]! << 8 | bytes[at + 3]!;
  if (short === LENGTH_16) return middle < LENGTH_16 ? NOT_MINIMAL : middle;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + 2, 8);
  if (view.getInt32(0) < 0) return INVALID_LENGTH;
  const long = view.getUint32(0) * TWO_TO_32 + view.getUint32(4);
  return long <= MAX_LENGTH_16 ? NOT_MINIMAL : long;
}

/** The opcode, from the first byte. */
export function opcodeOf(first: number): number {
  return first & OPCODE_BITS;
}

/** The masking key. Its lowest byte belongs to the first byte of the payload. */
export function keyOf(bytes: Uint8Array, at: number): number {
  const key = at + clientHeaderBytes(bytes[at + 1]!) - KEY_BYTES;
  return bytes[key]! | bytes[key + 1]! << 8 | bytes[key + 2]! << 16 | bytes[key + 3]! << 24;
}
