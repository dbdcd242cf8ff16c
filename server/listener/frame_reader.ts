/**
 * Reads the frames of one client: bytes in, events out, and no sockets.
 *
 * Input arrives in chunks: any number of frames, cut anywhere. A message that is one frame in one chunk is unmasked in
 * place and delivered as a part of the chunk. A message that is split, by the network or into fragments, is gathered in
 * a separate buffer (`message_buffer.ts`).
 *
 *     header ── complete and allowed ──> payload
 *       ^ └── a rule is broken ──> over     │
 *       └───────────── complete ────────────┘     a close frame, or text that is not UTF-8: over
 *
 * A reader lives as long as its connection, and nearly every frame takes the path of one frame in one chunk. So the
 * state of the current frame and message is in fields that are overwritten, not in an object for each frame. All that
 * this path allocates is the view of the payload.
 *
 * Every limit is checked on the header, before any byte of the payload is kept. After a protocol error nothing more of
 * that peer is read. Text is decoded, which validates it as UTF-8, and its bytes are cleared. Binary messages are for
 * the partner and are not inspected.
 */

import { CloseCode, MAX_FRAGMENTS, MAX_FRAME_BYTES } from "../../protocol.ts";
import { FIN, Opcode } from "./frame.ts";
import {
  clientHeaderBytes,
  headerError,
  invalidFrame,
  isControl,
  keyOf,
  lengthOf,
  MAX_HEADER_BYTES,
  opcodeOf,
  type ProtocolError,
} from "./frame_header.ts";
import { rotate, unmask } from "./masking.ts";
import { MessageBuffer } from "./message_buffer.ts";

/** Receives what a {@linkcode FrameReader} has read. */
export interface FrameSink {
  text(text: string): void;
  /** The sink may keep, and write to, the payload and the `HEADROOM` bytes (`frame.ts`) before it. */
  binary(payload: Uint8Array): void;
  ping(payload: Uint8Array): void;
  pong(): void;
  /** The peer closes, with or without a code. No event follows. */
  closed(code: number | undefined): void;
  /** The peer has broken a rule. No event follows. */
  protocolError(error: ProtocolError): void;
}

/** The close code for text that is not UTF-8 (RFC 6455 section 7.4.1). */
const INVALID_DATA = 1007;

const NOTHING_TO_CONTINUE = invalidFrame("There is no message to continue.");
const NOT_CONTINUED = invalidFrame("A message began before the previous one ended.");
const BAD_CLOSE = invalidFrame("The close frame is invalid.");
const NOT_UTF_8: ProtocolError = { code: INVALID_DATA, reason: "The text is not UTF-8." };
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
  /** What the next byte belongs to. After a close frame or a protocol error: to nothing that is read. */
  #state: "header" | "payload" | "over" = "header";
  /** Bytes of a header that is split between two chunks. Allocated only when that happens. */
  #partialHeader: Uint8Array | undefined;
  #partialHeaderBytes = 0;
  /** Of the current frame: its first byte, how much of its payload is missing, and the key for the next byte. */
  #first = 0;
  #missing = 0;
  #key = 0;
  /** Of the current message: its opcode, how many fragments have begun, and the bytes gathered so far. */
  #opcode = 0;
  #fragments = 0;
  #message: MessageBuffer | undefined;
  /** A control frame that is split between two chunks. It may come between two fragments of a message. */
  #control: MessageBuffer | undefined;
  /** How many bytes of the chunk follow the frame that is being delivered. */
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
    this.#state = "over";
    this.#message = this.#control = undefined;
  }

  /** Reads a chunk and takes ownership of it: the caller must no longer read it or write to it. */
  read(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length && this.#state !== "over") {
      at = this.#state === "payload" ? this.#readPayload(chunk, at) : this.#readHeader(chunk, at);
    }
  }

  #readHeader(chunk: Uint8Array, at: number): number {
    const left = chunk.length - at;
    if (this.#partialHeaderBytes > 0 || left < 2 || left < clientHeaderBytes(chunk[at + 1]!)) {
      return this.#resumeHeader(chunk, at);
    }
    const start = at + clientHeaderBytes(chunk[at + 1]!);
    if (!this.#parseHeader(chunk, at)) return chunk.length;
    const end = start + this.#missing;
    return end <= chunk.length && (this.#fragments === 0 || isControl(this.#first))
      ? this.#readWhole(chunk, start, end)
      : this.#readPayload(chunk, start);
  }

  /** Reads a frame that is complete in this chunk, and is a whole message. */
  #readWhole(chunk: Uint8Array, start: number, end: number): number {
    unmask(chunk, start, end, this.#key);
    this.#state = "header";
    this.#following = chunk.length - end;
    this.#deliver(opcodeOf(this.#first), chunk.subarray(start, end));
    return end;
  }

  /** Assembles a header that is split between chunks, and checks its first two bytes as soon as they have arrived. */
  #resumeHeader(chunk: Uint8Array, at: number): number {
    const header = this.#partialHeader ??= new Uint8Array(MAX_HEADER_BYTES);
    while (at < chunk.length) {
      header[this.#partialHeaderBytes++] = chunk[at++]!;
      if (this.#partialHeaderBytes < 2) continue;
      const error = headerError(header[0]!, header[1]!);
      if (error !== undefined) {
        this.#fail(error);
        return chunk.length;
      }
      if (this.#partialHeaderBytes < clientHeaderBytes(header[1]!)) continue;
      this.#partialHeaderBytes = 0;
      this.#partialHeader = undefined;
      return this.#parseHeader(header, 0) ? this.#readPayload(chunk, at) : chunk.length;
    }
    return at;
  }

  /** Parses a complete header, and returns whether the frame is allowed. */
  #parseHeader(bytes: Uint8Array, at: number): boolean {
    const first = bytes[at]!;
    const error = headerError(first, bytes[at + 1]!) ?? this.#sequenceError(first);
    if (error !== undefined) return this.#fail(error);
    const length = lengthOf(bytes, at);
    if (typeof length !== "number") return this.#fail(length);
    if (!isControl(first) && !this.#countFrame(first, length)) return false;
    this.#first = first;
    this.#missing = length;
    this.#key = keyOf(bytes, at);
    this.#state = "payload";
    return true;
  }

  #sequenceError(first: number): ProtocolError | undefined {
    if (isControl(first)) return undefined;
    const continues = opcodeOf(first) === Opcode.continuation;
    if (continues === this.#fragments > 0) return undefined;
    return continues ? NOTHING_TO_CONTINUE : NOT_CONTINUED;
  }

  /** Counts a fragment, if the message has more than one, and returns whether it is within the limits. */
  #countFrame(first: number, length: number): boolean {
    const isAll = this.#fragments === 0 && (first & FIN) !== 0;
    if ((this.#message?.length ?? 0) + length > MAX_FRAME_BYTES) return this.#fail(TOO_LARGE);
    if (this.#fragments === 0) this.#opcode = opcodeOf(first);
    if (!isAll && ++this.#fragments > MAX_FRAGMENTS) return this.#fail(TOO_MANY);
    return true;
  }

  /** Gathers the part of a payload that is in this chunk. */
  #readPayload(chunk: Uint8Array, at: number): number {
    const end = Math.min(chunk.length, at + this.#missing);
    const buffer = isControl(this.#first)
      ? this.#control ??= new MessageBuffer()
      : this.#message ??= new MessageBuffer();
    this.#missing -= end - at;
    buffer.append(chunk.subarray(at, end), this.#key, this.#missing);
    this.#key = rotate(this.#key, end - at);
    if (!isControl(this.#first) && this.#opcode === Opcode.text) chunk.fill(0, at, end);
    if (this.#missing === 0) this.#finish(chunk.length - end);
    return end;
  }

  /** Completes the current frame and, if it is the last one, its message. */
  #finish(following: number): void {
    this.#state = "header";
    this.#following = following;
    if (isControl(this.#first)) {
      const control = this.#control;
      this.#control = undefined;
      if (control !== undefined) this.#deliver(opcodeOf(this.#first), control.bytes);
    } else if ((this.#first & FIN) !== 0) {
      const message = this.#message;
      this.#message = undefined;
      this.#fragments = 0;
      if (message !== undefined) this.#deliver(this.#opcode, message.bytes);
    }
  }

  #deliver(opcode: number, payload: Uint8Array): void {
    switch (opcode) {
      case Opcode.binary:
        return this.#sink.binary(payload);
      case Opcode.text:
        return this.#deliverText(payload);
      case Opcode.ping:
        return this.#sink.ping(payload);
      case Opcode.pong:
        return this.#sink.pong();
      case Opcode.close:
        return this.#deliverClose(payload);
    }
  }

  /** Clears the bytes, which may contain interests: the garbage collector doesn't overwrite what it frees. */
  #deliverText(payload: Uint8Array): void {
    const text = decode(payload);
    payload.fill(0);
    if (text === undefined) this.#fail(NOT_UTF_8);
    else this.#sink.text(text);
  }

  #deliverClose(payload: Uint8Array): void {
    if (payload.length === 0) return this.#end(undefined);
    const code = payload[0]! << 8 | (payload[1] ?? 0);
    if (payload.length === 1 || !isCloseCode(code)) return void this.#fail(BAD_CLOSE);
    if (decode(payload.subarray(2)) === undefined) return void this.#fail(NOT_UTF_8);
    this.#end(code);
  }

  #end(code: number | undefined): void {
    this.stop();
    this.#sink.closed(code);
  }

  #fail(error: ProtocolError): false {
    this.stop();
    this.#sink.protocolError(error);
    return false;
  }
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
