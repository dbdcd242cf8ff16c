/**
 * WebSocket frames as a server reads and writes them (RFC 6455 section 5.2): bytes in, events out, and no sockets.
 *
 *      0               1               2               3
 *      0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7 0 1 2 3 4 5 6 7
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |F|R|R|R|opcode |M|  length 7   |   length 16, if length 7 = 126|
 *     |I|S|S|S|       |A|             |   length 64, if length 7 = 127|
 *     |N|V|V|V|       |S|             +-------------------------------+
 *     | |1|2|3|       |K|             |   key of 32 bits, if MASK     |
 *     +-+-+-+-+-------+-+-------------+-------------------------------+
 *     |   payload, byte i of it XOR byte i mod 4 of the key
 *     +---------------------------------------------------------------
 *
 * A client must mask and a server must not. So a forwarded frame loses four bytes of its header, and the new header
 * fits into the space of the old one, directly before the payload:
 *
 *     received   | FIN op | M len | key key key key | payload ^ key |
 *     forwarded                      | FIN op | len | payload       |    the same bytes of memory: no copy, one write
 *
 * Input arrives in chunks: any number of frames, cut anywhere. A message that is one frame in one chunk is unmasked in
 * place and delivered as a part of the chunk. A message that is split, by the network or into fragments, is gathered in
 * a separate buffer. That buffer grows with the bytes that have arrived, not with the length that a header announced.
 * Ten thousand peers that announce 32 KiB and send nothing cost next to nothing, and a peer that sends costs at most
 * twice what it has sent.
 *
 * Every limit is checked on the header, before any byte of the payload is kept. After a protocol error nothing more of
 * that peer is read. Text is decoded, which validates it as UTF-8, and its bytes are cleared. Binary messages are for
 * the partner and are not inspected.
 */

import { Buffer } from "node:buffer";
import { CloseCode, MAX_FRAGMENTS, MAX_FRAME_BYTES } from "../../protocol.ts";

/** Frame types (RFC 6455 section 11.8). */
export const Opcode = {
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xA,
} as const;
export type Opcode = (typeof Opcode)[keyof typeof Opcode];

/** Maximum payload of a control frame, in bytes. */
export const MAX_CONTROL_PAYLOAD = 125;

/** Writable bytes before a binary payload: room for the header of the frame it is forwarded in. */
export const HEADROOM = 4;

/** The close code and reason for a peer that has broken a rule (RFC 6455 section 7.4.1). */
export interface ProtocolError {
  readonly code: 1002 | 1007 | 1008 | 1009;
  readonly reason: string;
}

/** Receives what a {@linkcode FrameReader} has read. */
export interface FrameSink {
  text(text: string): void;
  /** The sink may keep, and write to, the payload and the {@linkcode HEADROOM} bytes before it. */
  binary(payload: Uint8Array): void;
  ping(payload: Uint8Array): void;
  pong(): void;
  /** The peer closes, with or without a code. No event follows. */
  closed(code: number | undefined): void;
  /** The peer has broken a rule. No event follows. */
  protocolError(breach: ProtocolError): void;
}

/** Bytes allocated for an announced length before any of them have arrived. */
const MIN_ROOM = 512;

const FIN = 0x80;
const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0F;
const MASKED = 0x80;
const LENGTH_BITS = 0x7F;
const FIRST_CONTROL = 0x8;
/** Values of the short length which mean that the real one follows in two or in eight bytes. */
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const KEY_BYTES = 4;
const MAX_HEADER_BYTES = 14;
const TWO_TO_32 = 2 ** 32;

const RESERVED_BIT: ProtocolError = { code: 1002, reason: "A reserved bit is set." };
const RESERVED_OPCODE: ProtocolError = { code: 1002, reason: "The opcode is reserved." };
const NOT_MASKED: ProtocolError = { code: 1002, reason: "The frame is not masked." };
const SPLIT_CONTROL: ProtocolError = { code: 1002, reason: "A control frame is fragmented." };
const LONG_CONTROL: ProtocolError = { code: 1002, reason: "A control frame is too long." };
const NOT_MINIMAL: ProtocolError = { code: 1002, reason: "The length is not minimally encoded." };
const INVALID_LENGTH: ProtocolError = { code: 1002, reason: "The length is invalid." };
const NOTHING_TO_CONTINUE: ProtocolError = {
  code: 1002,
  reason: "There is no message to continue.",
};
const NOT_CONTINUED: ProtocolError = {
  code: 1002,
  reason: "A message began before the previous one ended.",
};
const BAD_CLOSE: ProtocolError = { code: 1002, reason: "The close frame is invalid." };
const NOT_UTF_8: ProtocolError = { code: 1007, reason: "The text is not UTF-8." };
const TOO_MANY: ProtocolError = {
  code: CloseCode.policy,
  reason: "The message has too many fragments.",
};
const TOO_LARGE: ProtocolError = { code: CloseCode.tooLarge, reason: "The message is too large." };

/** Keeps a byte order mark, which is an ordinary character here. Has no state between two texts. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Parses the byte stream of one client. */
export class FrameReader {
  readonly #sink: FrameSink;
  #isOver = false;
  /** Bytes of a header that is split between two chunks. Allocated only when that happens. */
  #partialHeader: Uint8Array | undefined;
  #partialHeaderBytes = 0;
  /** Of the current frame: its first byte, how much of its payload is missing, and the key for the next byte. */
  #first = 0;
  #missing = 0;
  #key = 0;
  #isInPayload = false;
  /** Of the current message: its opcode, how many fragments have begun, and the bytes gathered so far. */
  #opcode = 0;
  #fragments = 0;
  #message: MessageBuffer | undefined;
  /** A control frame that is split between two chunks. It may come between two fragments of a message. */
  #control: MessageBuffer | undefined;
  #following = 0;

  constructor(sink: FrameSink) {
    this.#sink = sink;
  }

  /** How many bytes of the chunk follow the frame that is being delivered. */
  get following(): number {
    return this.#following;
  }

  /** Stops reading, even within the current chunk. */
  stop(): void {
    this.#isOver = true;
    this.#message = this.#control = undefined;
  }

  /** Reads a chunk and takes ownership of it: the caller must no longer read it or write to it. */
  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && !this.#isOver) {
      at = this.#isInPayload ? this.#readPayload(chunk, at) : this.#readHeader(chunk, at);
    }
  }

  #readHeader(chunk: Uint8Array, at: number): number {
    const left = chunk.length - at;
    if (this.#partialHeaderBytes > 0 || left < 2 || left < headerBytes(chunk[at + 1]!)) {
      return this.#resumeHeader(chunk, at);
    }
    const start = at + headerBytes(chunk[at + 1]!);
    if (!this.#begin(chunk, at)) return chunk.length;
    const end = start + this.#missing;
    return end <= chunk.length && (this.#fragments === 0 || isControl(this.#first))
      ? this.#readWhole(chunk, start, end)
      : this.#readPayload(chunk, start);
  }

  /** Reads a frame that is complete in this chunk, and is a whole message. */
  #readWhole(chunk: Uint8Array, start: number, end: number): number {
    unmask(chunk, start, end, this.#key);
    this.#isInPayload = false;
    this.#following = chunk.length - end;
    this.#hand(this.#first & OPCODE_BITS, chunk.subarray(start, end));
    return end;
  }

  /** Assembles a header that is split between chunks, and checks its first two bytes as soon as they have arrived. */
  #resumeHeader(chunk: Uint8Array, at: number): number {
    const header = this.#partialHeader ??= new Uint8Array(MAX_HEADER_BYTES);
    while (at < chunk.length) {
      header[this.#partialHeaderBytes++] = chunk[at++]!;
      if (this.#partialHeaderBytes < 2) continue;
      const flaw = headerError(header[0]!, header[1]!);
      if (flaw !== undefined) {
        this.#break(flaw);
        return chunk.length;
      }
      if (this.#partialHeaderBytes < headerBytes(header[1]!)) continue;
      this.#partialHeaderBytes = 0;
      this.#partialHeader = undefined;
      return this.#begin(header, 0) ? this.#readPayload(chunk, at) : chunk.length;
    }
    return at;
  }

  /** Parses a complete header, and returns whether the frame is allowed. */
  #begin(bytes: Uint8Array, at: number): boolean {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    const flaw = headerError(first, second) ?? this.#sequenceError(first);
    if (flaw !== undefined) return this.#break(flaw);
    const length = lengthOf(bytes, at);
    if (typeof length !== "number") return this.#break(length);
    if (!isControl(first) && !this.#admits(first, length)) return false;
    const key = at + headerBytes(second) - KEY_BYTES;
    this.#first = first;
    this.#missing = length;
    this.#key = bytes[key]! | bytes[key + 1]! << 8 | bytes[key + 2]! << 16 | bytes[key + 3]! << 24;
    this.#isInPayload = true;
    return true;
  }

  #sequenceError(first: number): ProtocolError | undefined {
    if (isControl(first)) return undefined;
    const continues = (first & OPCODE_BITS) === Opcode.continuation;
    if (continues === this.#fragments > 0) return undefined;
    return continues ? NOTHING_TO_CONTINUE : NOT_CONTINUED;
  }

  /** Counts a fragment, if the message has more than one, and returns whether it is within the limits. */
  #admits(first: number, length: number): boolean {
    const isAll = this.#fragments === 0 && (first & FIN) !== 0;
    if ((this.#message?.length ?? 0) + length > MAX_FRAME_BYTES) return this.#break(TOO_LARGE);
    if (this.#fragments === 0) this.#opcode = first & OPCODE_BITS;
    if (!isAll && ++this.#fragments > MAX_FRAGMENTS) return this.#break(TOO_MANY);
    return true;
  }

  /** Gathers the part of a payload that is in this chunk. */
  #readPayload(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#missing);
    const gathering = isControl(this.#first)
      ? this.#control ??= new MessageBuffer()
      : this.#message ??= new MessageBuffer();
    this.#missing -= end - at;
    gathering.append(chunk.subarray(at, end), this.#key, this.#missing);
    this.#key = rotate(this.#key, end - at);
    if (!isControl(this.#first) && this.#opcode === Opcode.text) chunk.fill(0, at, end);
    if (this.#missing === 0) this.#finish(chunk.length - end);
    return end;
  }

  /** Completes the current frame and, if it is the last one, its message. */
  #finish(following: number): void {
    this.#isInPayload = false;
    this.#following = following;
    if (isControl(this.#first)) {
      const control = this.#control;
      this.#control = undefined;
      if (control !== undefined) this.#hand(this.#first & OPCODE_BITS, control.bytes);
    } else if ((this.#first & FIN) !== 0) {
      const message = this.#message;
      this.#message = undefined;
      this.#fragments = 0;
      if (message !== undefined) this.#hand(this.#opcode, message.bytes);
    }
  }

  #hand(opcode: number, payload: Uint8Array): void {
    switch (opcode) {
      case Opcode.binary:
        return this.#sink.binary(payload);
      case Opcode.text:
        return this.#handText(payload);
      case Opcode.ping:
        return this.#sink.ping(payload);
      case Opcode.pong:
        return this.#sink.pong();
      case Opcode.close:
        return this.#handClose(payload);
    }
  }

  /** Clears the bytes, which may contain interests: the garbage collector doesn't overwrite what it frees. */
  #handText(payload: Uint8Array): void {
    const text = decode(payload);
    payload.fill(0);
    if (text === undefined) this.#break(NOT_UTF_8);
    else this.#sink.text(text);
  }

  #handClose(payload: Uint8Array): void {
    if (payload.length === 0) return this.#end(undefined);
    const code = payload[0]! << 8 | (payload[1] ?? 0);
    if (payload.length === 1 || !isCloseCode(code)) return void this.#break(BAD_CLOSE);
    if (decode(payload.subarray(2)) === undefined) return void this.#break(NOT_UTF_8);
    this.#end(code);
  }

  #end(code: number | undefined): void {
    this.stop();
    this.#sink.closed(code);
  }

  #break(breach: ProtocolError): false {
    this.stop();
    this.#sink.protocolError(breach);
    return false;
  }
}

/** Gathers a message or control frame that is not complete in one chunk. */
class MessageBuffer {
  #buffer = Buffer.allocUnsafeSlow(0);
  #length = 0;

  /** Number of bytes gathered. */
  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(HEADROOM, HEADROOM + this.#length);
  }

  /** Adds masked bytes. Room for `expected` more is allocated too, within {@linkcode MIN_ROOM} or what has arrived. */
  append(masked: Uint8Array, key: number, expected: number): void {
    const needed = this.#length + masked.length;
    if (HEADROOM + needed > this.#buffer.length) this.#grow(needed, expected);
    const start = HEADROOM + this.#length;
    this.#buffer.set(masked, start);
    unmask(this.#buffer, start, start + masked.length, key);
    this.#length = needed;
  }

  #grow(needed: number, expected: number): void {
    const outgrown = this.#buffer;
    const room = Math.min(expected, Math.max(needed, MIN_ROOM));
    this.#buffer = Buffer.allocUnsafeSlow(HEADROOM + needed + room);
    this.#buffer.set(outgrown.subarray(0, HEADROOM + this.#length));
    outgrown.fill(0);
  }
}

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

/** A binary frame whose header is written to the {@linkcode HEADROOM} of a payload from a {@linkcode FrameReader}. */
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

/** Length of a client's frame header, according to its second byte. */
function headerBytes(second: number): number {
  const length = second & LENGTH_BITS;
  if (length < LENGTH_16) return 2 + KEY_BYTES;
  return length === LENGTH_16 ? 4 + KEY_BYTES : 10 + KEY_BYTES;
}

/** An error in the first two bytes of a frame that does not depend on the frames before it. */
function headerError(first: number, second: number): ProtocolError | undefined {
  if ((first & RESERVED_BITS) !== 0) return RESERVED_BIT;
  if ((first & OPCODE_BITS & ~FIRST_CONTROL) > Opcode.binary) return RESERVED_OPCODE;
  if ((second & MASKED) === 0) return NOT_MASKED;
  if (!isControl(first)) return undefined;
  if ((first & FIN) === 0) return SPLIT_CONTROL;
  return (second & LENGTH_BITS) > MAX_CONTROL_PAYLOAD ? LONG_CONTROL : undefined;
}

function isControl(first: number): boolean {
  return (first & FIRST_CONTROL) !== 0;
}

/** Length of the payload. It must be minimally encoded and fit into 63 bits. */
function lengthOf(bytes: Uint8Array, at: number): number | ProtocolError {
  const short = bytes[at + 1]! & LENGTH_BITS;
  if (short < LENGTH_16) return short;
  const middle = bytes[at + 2]! << 8 | bytes[at + 3]!;
  if (short === LENGTH_16) return middle < LENGTH_16 ? NOT_MINIMAL : middle;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + 2, 8);
  if (view.getInt32(0) < 0) return INVALID_LENGTH;
  const long = view.getUint32(0) * TWO_TO_32 + view.getUint32(4);
  return long <= 0xFFFF ? NOT_MINIMAL : long;
}

/** Whether a peer may close with this code (RFC 6455 section 7.4, and the IANA registry it created). */
function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}

/** Decodes UTF-8 strictly. Returns `undefined` for invalid bytes. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Unmasks `bytes` from `start` to `end`. The lowest byte of `key` belongs to the first of them. */
function unmask(bytes: Uint8Array, start: number, end: number, key: number): void {
  const [key0, key1, key2, key3] = [key & 255, key >> 8 & 255, key >> 16 & 255, key >>> 24];
  let at = start;
  for (; at + 3 < end; at += 4) {
    bytes[at]! ^= key0;
    bytes[at + 1]! ^= key1;
    bytes[at + 2]! ^= key2;
    bytes[at + 3]! ^= key3;
  }
  for (let rest = key; at < end; at++, rest >>>= 8) bytes[at]! ^= rest & 255;
}

/** The key for the bytes that follow the next `count`. */
function rotate(key: number, count: number): number {
  const bits = 8 * (count & 3);
  return bits === 0 ? key : key >>> bits | key << 32 - bits;
}

/** Length of a server's frame header. */
function serverHeaderBytes(length: number): number {
  if (length < LENGTH_16) return 2;
  return length <= 0xFFFF ? 4 : 10;
}

function writeHeader(bytes: Buffer, at: number, opcode: Opcode, length: number): void {
  bytes[at] = FIN | opcode;
  if (length < LENGTH_16) {
    bytes[at + 1] = length;
  } else if (length <= 0xFFFF) {
    bytes[at + 1] = LENGTH_16;
    bytes[at + 2] = length >> 8;
    bytes[at + 3] = length & 255;
  } else {
    bytes[at + 1] = LENGTH_64;
    bytes.writeUInt32BE(Math.floor(length / TWO_TO_32), at + 2);
    bytes.writeUInt32BE(length >>> 0, at + 6);
  }
}
