/**
 * Checks what one client receives against the rules of every chat:
 *
 *   - all frames come from one partner, each once, in the order in which they were sent
 *   - no frame is missing, except where the server has reported that a connection was replaced
 *   - no frame arrives outside a chat, while the partner is away, or after the partner has left
 *
 * Frames in flight on a connection that drops are lost, in both directions, and the server reports where a gap may be.
 * The client with the new connection may miss frames before the first one after `resumed`. Its partner may miss frames
 * before the first one after `partner-back`. A `partner-back` may come without a `partner-away`: a client that returns
 * before the server has noticed the loss of its old connection takes over a session that still counts as connected.
 *
 *   frame:  kind 1 | sender (2 bytes) | chat of the sender (4 bytes) | number in that chat (4 bytes) | anything
 */

import { FrameKind, type ServerMessage } from "../../protocol.ts";

const HEADER_BYTES = 11;

/** The label of a frame. */
export interface Label {
  readonly sender: number;
  /** The number of chats that the sender has had. */
  readonly chat: number;
  /** The number of frames that the sender has sent before in this chat. */
  readonly number: number;
}

/** The frames received in a chat: where they come from, and the number expected next. */
interface Received {
  readonly from: string;
  readonly next: number;
}

/** A frame with this label and `padding` more bytes. */
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

/** Checks what one client receives. */
export class DeliveryChecker {
  readonly #client: number;
  readonly #report: (fault: string) => void;
  #partner: "connected" | "away" | "gone" = "gone";
  #received: Received | undefined;
  /** Frames may be missing before the next one. */
  #isGapAllowed = false;

  constructor(client: number, report: (fault: string) => void) {
    this.#client = client;
    this.#report = report;
  }

  /** Handles a control message from the server. */
  checkMessage(message: ServerMessage): void {
    switch (message.type) {
      case "paired":
        return this.#startChat();
      case "resumed":
        return message.chatting ? this.#allowGap() : undefined;
      case "partner-back":
        return this.#allowGap();
      case "partner-away":
        this.#partner = "away";
        return;
      case "welcome": // The old chat continues only if `resumed` says so.
      case "partner-left":
        this.#partner = "gone";
        return;
    }
  }

  /** Checks a frame. */
  checkFrame(data: Uint8Array): void {
    const { sender, chat, number } = labelOf(data);
    const from = `${sender} in chat ${chat}`;
    const { next = 0, from: before = from } = this.#received ?? {};
    if (this.#partner !== "connected") this.#fault(`${from}, who is ${this.#partner}`);
    if (before !== from) this.#fault(`${from} in a chat with ${before}`);
    const isNext = this.#isGapAllowed ? number >= next : number === next;
    if (!isNext) this.#fault(`${number} of ${from} instead of ${next}`);
    this.#isGapAllowed = false;
    this.#received = { from, next: number + 1 };
  }

  #startChat(): void {
    this.#partner = "connected";
    this.#received = undefined;
    this.#isGapAllowed = false;
  }

  /** Partner and client can reach each other again, over a new connection of one of them. One gap is allowed. */
  #allowGap(): void {
    this.#partner = "connected";
    this.#isGapAllowed = true;
  }

  #fault(what: string): void {
    this.#report(`${this.#client} receives ${what}`);
  }
}
