/**
 * What one person hears, held against what must be so in every chat:
 *
 *   - all frames come from one person, each one once, in the order in which they were sent
 *   - none is missing, except where the server has said that a connection was replaced
 *   - nothing comes outside of a chat, while the stranger is away, or after they have left
 *
 * What is under way on a connection that drops is lost, in both directions, and the server says where a gap may be: to
 * the client with the new connection, before the first frame after `resumed`; to its stranger, before the first frame
 * after `partner-back`. A `partner-back` may come without a `partner-away`: a client that returns before the server has
 * noticed that its old connection is gone takes over a session that still counts as here.
 *
 *   frame:  kind 1 | sender (2 bytes) | chat of the sender (4 bytes) | number in that chat (4 bytes) | anything
 */

import { FrameKind, type ServerMessage } from "../../protocol.ts";

const HEADER_BYTES = 11;

/** What a frame says of itself. */
export interface Label {
  readonly sender: number;
  /** How many chats the sender has had. */
  readonly chat: number;
  /** How many frames the sender has sent in this chat before. */
  readonly number: number;
}

/** What was heard in a chat. */
interface Heard {
  readonly from: string;
  readonly next: number;
}

/** A frame with that label, and `padding` bytes more. */
export function labelled({ sender, chat, number }: Label, padding = 0): Uint8Array {
  const frame = new DataView(new ArrayBuffer(HEADER_BYTES + padding));
  frame.setUint8(0, FrameKind.message);
  frame.setUint16(1, sender);
  frame.setUint32(3, chat);
  frame.setUint32(7, number);
  return new Uint8Array(frame.buffer);
}

function labelOf({ buffer, byteOffset, byteLength }: Uint8Array): Label {
  const frame = new DataView(buffer, byteOffset, byteLength);
  return { sender: frame.getUint16(1), chat: frame.getUint32(3), number: frame.getUint32(7) };
}

/** Hears for one person. */
export class Ear {
  readonly #owner: number;
  readonly #complain: (fault: string) => void;
  #stranger: "here" | "away" | "gone" = "gone";
  #heard: Heard | undefined;
  /** Frames may be missing before the next one. */
  #isGapExcused = false;

  constructor(owner: number, complain: (fault: string) => void) {
    this.#owner = owner;
    this.#complain = complain;
  }

  /** The server has said something. */
  learn(message: ServerMessage): void {
    switch (message.type) {
      case "paired":
        return this.#begin();
      case "resumed":
        return message.chatting ? this.#excuse() : undefined;
      case "partner-back":
        return this.#excuse();
      case "partner-away":
        this.#stranger = "away";
        return;
      case "welcome": // The old chat continues only if `resumed` says so.
      case "partner-left":
        this.#stranger = "gone";
        return;
    }
  }

  /** A frame has come. */
  hear(data: Uint8Array): void {
    const { sender, chat, number } = labelOf(data);
    const from = `${sender} in chat ${chat}`;
    const { next = 0, from: before = from } = this.#heard ?? {};
    if (this.#stranger !== "here") this.#fault(`${from}, who is ${this.#stranger}`);
    if (before !== from) this.#fault(`${from} in a chat with ${before}`);
    const isNext = this.#isGapExcused ? number >= next : number === next;
    if (!isNext) this.#fault(`${number} of ${from} instead of ${next}`);
    this.#isGapExcused = false;
    this.#heard = { from, next: number + 1 };
  }

  #begin(): void {
    this.#stranger = "here";
    this.#heard = undefined;
    this.#isGapExcused = false;
  }

  /** Both can hear each other, over a connection that one of them has not had before. */
  #excuse(): void {
    this.#stranger = "here";
    this.#isGapExcused = true;
  }

  #fault(what: string): void {
    this.#complain(`${this.#owner} hears ${what}`);
  }
}
