/**
 * Distinguishable messages as complete masked frames (RFC 6455 section 5.2), made by copying a template and writing a
 * number into it. The number is written in letters, so that text and JSON can carry it as well as bytes can.
 *
 *   +------+--------+------+- - - - - - - - - - - - - - - - - - -+
 *   | 0x82 | 0x80+n | mask |  before  number, 6 letters   after  |
 *   +------+--------+------+- - - - - - - - - - - - - - - - - - -+
 *
 * The mask is always the same but not zero, so that a server cannot skip the unmasking.
 */

import { Buffer } from "node:buffer";

export const MASK = [0x37, 0xfa, 0x21, 0x3d] as const;
const LETTERS = 6;
const BITS_A_LETTER = 4;
const FIRST_LETTER = 0x61;

/** How many messages can be distinguished. After the last number, counting restarts at 0. */
export const NUMBERS = 2 ** (LETTERS * BITS_A_LETTER);

/** Frame opcodes (RFC 6455 section 11.8). */
export const Opcode = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** The content around the number. */
export interface MessageForm {
  readonly opcode: number;
  readonly before: string;
  readonly after: string;
  /** A text frame that has to precede each message. */
  readonly prelude?: string;
}

/** Creates and reads numbered messages of one form. */
export class NumberedMessages {
  readonly #template: Buffer;
  /** The offset of the number in the template, and in the payload. */
  readonly #at: number;
  readonly #offset: number;
  readonly opcode: number;
  /** The payload's length. Together with the opcode, it distinguishes a message from all other frames. */
  readonly bytes: number;

  constructor({ opcode, before, after, prelude }: MessageForm) {
    const payload = Buffer.from(before + "a".repeat(LETTERS) + after, "latin1");
    const announcement = prelude === undefined ? Buffer.alloc(0) : maskedFrame(1, prelude);
    const frame = maskedFrame(opcode, payload);
    this.#template = Buffer.concat([announcement, frame]);
    this.#offset = before.length;
    this.#at = this.#template.length - payload.length + before.length;
    this.opcode = opcode;
    this.bytes = payload.length;
  }

  /** The frames of `count` messages, numbered from `first`. */
  make(first: number, count: number): Buffer {
    const size = this.#template.length;
    const frames = Buffer.allocUnsafe(size * count);
    for (let index = 0; index < count; index++) {
      this.#template.copy(frames, index * size);
      this.#number(frames, index * size + this.#at, first + index);
    }
    return frames;
  }

  /** The number in the payload that starts at `start`. */
  numberAt(data: Buffer, start: number): number {
    let number = 0;
    for (let letter = 0; letter < LETTERS; letter++) {
      const value = data[start + this.#offset + letter]! - FIRST_LETTER;
      number = number << BITS_A_LETTER | value;
    }
    return number;
  }

  #number(frames: Buffer, at: number, number: number): void {
    for (let letter = 0; letter < LETTERS; letter++) {
      const shift = (LETTERS - 1 - letter) * BITS_A_LETTER;
      const value = FIRST_LETTER + (number >> shift & 15);
      frames[at + letter] = value ^ MASK[this.#offset + letter & 3]!;
    }
  }
}

/** A client's frame of at most 65,535 bytes. */
export function maskedFrame(opcode: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload as string);
  const length = bytes.length < 126
    ? [0x80 | bytes.length]
    : [0x80 | 126, bytes.length >> 8, bytes.length & 255];
  const masked = bytes.map((byte, index) => byte ^ MASK[index & 3]!);
  return Buffer.from([0x80 | opcode, ...length, ...MASK, ...masked]);
}

/** A client's close frame. */
export function maskedClose(code: number): Buffer {
  return maskedFrame(Opcode.close, Buffer.of(code >> 8, code & 255));
}
