/**
 * A visitor of a crowd, as little of a page as the server can't tell from one: searches, chats, confirms what arrives,
 * searches again when the partner has left, answers pings, and can return after its connection has ended.
 *
 *   opening ── welcome ──> searching ── paired ──> chatting ── partner-left ──> searching ...
 *      ^                                              │
 *      └── resume, with the old token <── closed <────┘
 */

import { Buffer } from "node:buffer";
import { type ClientMessage, LEAVE_CODE, type ServerMessage } from "../../protocol.ts";
import { messageAt, sentAt, SIGNAL } from "./crowd_frames.ts";
import type { CrowdTally } from "./crowd_tally.ts";
import { maskedClose, maskedFrame, Opcode } from "./numbered_message.ts";
import { eachFrame } from "./server_frames.ts";

const PONG = maskedFrame(Opcode.pong, "");

/** The sending side of a visitor's connection. */
export interface Wire {
  /** Sends bytes, which may be used again afterwards. */
  write(bytes: Uint8Array): void;
  /** Ends this side of the connection. */
  end(): void;
}

/** Shared by all visitors of a crowd. */
export interface VisitorHost {
  /** Milliseconds, by a clock that all processes share. */
  now(): number;
  readonly tally: CrowdTally;
  /** The connection of a visitor has ended, though the visitor hasn't. */
  onClosed(visitor: Visitor): void;
}

export class Visitor {
  /** Its number, from which its address follows. */
  readonly index: number;
  readonly #host: VisitorHost;
  #state: "opening" | "searching" | "chatting" | "closed" = "opening";
  #wire: Wire | undefined;
  #rest: Buffer | undefined;
  #token = "";
  #searchedAt = 0;
  /** Whether it searches for an interest that no one shares. */
  #isPicky = false;
  #isLeaving = false;

  constructor(index: number, host: VisitorHost) {
    this.index = index;
    this.#host = host;
  }

  get state(): string {
    return this.#state;
  }

  /** The connection is open. */
  opened(wire: Wire): void {
    this.#wire = wire;
    this.#state = "opening";
  }

  /** Handles received bytes, which are valid only during the call. */
  read(chunk: Buffer): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const used = eachFrame(data, 0, (opcode, start, end) => this.#frame(data, opcode, start, end));
    this.#rest = used < data.length ? Buffer.from(data.subarray(used)) : undefined;
  }

  /** The connection has ended. */
  closed(): void {
    if (this.#wire === undefined) return;
    this.#wire = undefined;
    this.#rest = undefined;
    this.#state = "closed";
    if (!this.#isLeaving) this.#host.onClosed(this);
  }

  /** Sends a message, if it is in a chat. */
  say(): void {
    if (this.#state !== "chatting") return;
    const { tally } = this.#host;
    tally.messageSent();
    this.#wire?.write(messageAt(this.#host.now()));
  }

  /** Sends the typing indicator, if it is in a chat. */
  type(): void {
    if (this.#state === "chatting") this.#wire?.write(SIGNAL);
  }

  /** Leaves its chat and searches for anyone, or for an interest that no one shares. */
  moveOn(interest?: string): void {
    if (this.#state !== "chatting") return;
    this.#tell({ type: "leave" });
    this.#find(interest);
  }

  /** Closes the way a page does. */
  leave(): void {
    this.#isLeaving = true;
    this.#wire?.write(maskedClose(LEAVE_CODE));
  }

  #find(interest?: string): void {
    this.#state = "searching";
    this.#isPicky = interest !== undefined;
    this.#searchedAt = this.#host.now();
    const interests = interest === undefined ? [] : [interest];
    this.#tell({ type: "find", mode: "text", interests });
  }

  #tell(message: ClientMessage): void {
    this.#wire?.write(maskedFrame(Opcode.text, JSON.stringify(message)));
  }

  #frame(data: Buffer, opcode: number, start: number, end: number): void {
    switch (opcode) {
      case Opcode.binary:
        return this.#receive(sentAt(data, start));
      case Opcode.text:
        return this.#handle(JSON.parse(data.toString("utf8", start, end)));
      case Opcode.ping:
        return this.#wire?.write(PONG);
      case Opcode.close:
        return this.#answerClose(data.readUInt16BE(start));
    }
  }

  /** Confirms a message. */
  #receive(sent: number | undefined): void {
    if (sent === undefined) return;
    this.#host.tally.delivered(this.#host.now() - sent);
    this.#wire?.write(SIGNAL);
  }

  #handle(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#welcomed(message.token);
      case "paired":
        this.#state = "chatting";
        return this.#host.tally.paired(this.#host.now() - this.#searchedAt, this.#isPicky);
      case "partner-left":
        return this.#find();
      case "resumed":
        this.#state = message.chatting ? "chatting" : "searching";
        this.#host.tally.saw(message.chatting ? "resumed" : "not resumed");
        return message.chatting ? undefined : this.#find();
      case "waiting":
      case "online":
        return;
      default:
        this.#host.tally.saw(message.type);
    }
  }

  #welcomed(token: string): void {
    const previous = this.#token;
    this.#token = token;
    if (previous === "") this.#find();
    else this.#tell({ type: "resume", token: previous });
  }

  #answerClose(code: number): void {
    if (this.#isLeaving) return this.#wire?.end();
    this.#host.tally.saw(`close ${code}`);
    this.#wire?.write(maskedClose(code));
    this.#wire?.end();
  }
}
