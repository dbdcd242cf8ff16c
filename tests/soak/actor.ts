/**
 * Somebody in a soak: connects, searches, chats, skips, reports, drops, resumes and misbehaves as the dice say, and
 * watches meanwhile what must hold whatever happens:
 *
 *   - in one chat all frames come from one person, each one once, in the order in which they were sent, and none is
 *     missing unless a connection has dropped
 *   - after the stranger has left nothing more comes from them
 *
 *   frame:  kind 1 | sender (2 bytes) | chat of the sender (4 bytes) | number in that chat (4 bytes)
 */

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type ClientMessage, type ServerMessage, SUBPROTOCOL } from "../../protocol.ts";
import { oneOf } from "../dice.ts";

type Stage = "outside" | "idle" | "searching" | "chatting";

/** What one has heard in a chat. */
interface Heard {
  readonly from: string;
  readonly next: number;
}

const INTERESTS = ["chess", "jazz", "hiking", "films"] as const;

/** One person. */
export class Actor {
  readonly id: number;
  readonly #url: string;
  readonly #roll: () => number;
  readonly #complain: (fault: string) => void;
  #socket: WebSocket | undefined;
  #stage: Stage = "outside";
  #chats = 0;
  #sent = 0;
  /** The stranger has left; what crosses one's own leaving may still arrive. */
  #abandoned = false;
  #heard: Heard | undefined;
  /** A connection has dropped, so frames may be missing before the next one. */
  #isGapExcused = false;
  /** What opens the session that has dropped, or may drop. */
  #token: string | undefined;
  /** Frames that came, in all. */
  received = 0;
  /** Chats that went on after a drop, in all. */
  resumes = 0;
  /** Chats that began, in all. */
  get chats(): number {
    return this.#chats;
  }

  constructor(id: number, url: string, roll: () => number, complain: (fault: string) => void) {
    this.id = id;
    this.#url = url;
    this.#roll = roll;
    this.#complain = complain;
  }

  /** Does something that fits where they are. */
  act(): void {
    switch (this.#stage) {
      case "outside":
        return this.#enter();
      case "idle":
        return this.#roll() < 0.9 ? this.#find() : this.#go();
      case "searching":
        return this.#roll() < 0.1 ? this.#tell({ type: "leave" }, "idle") : undefined;
      case "chatting":
        return this.#roll() < 0.9 ? this.#say() : this.#end();
    }
  }

  /** Goes for good. */
  leave(): void {
    this.#socket?.terminate();
  }

  #enter(): void {
    if (this.#socket !== undefined) return;
    const place = Math.floor(this.#roll() * 65_536); // From somewhere else each time, so that no limit of an address holds.
    const headers = { "x-forwarded-for": `10.7.${place >> 8}.${place & 255}` };
    const socket = new WebSocket(this.#url, SUBPROTOCOL, { headers, perMessageDeflate: false });
    this.#socket = socket;
    socket.on("error", () => {}); // `close` follows.
    socket.on(
      "message",
      (data: Uint8Array, isBinary: boolean) =>
        isBinary ? this.#hear(data) : this.#learn(JSON.parse(String(data))),
    );
    const token = this.#token;
    if (token !== undefined && this.#roll() < 0.8) {
      socket.on("open", () => socket.send(JSON.stringify({ type: "resume", token })));
    }
    socket.on("close", () => {
      this.#socket = undefined;
      this.#stage = "outside";
    });
  }

  #find(): void {
    const interests = this.#roll() < 0.5 ? [oneOf(INTERESTS, this.#roll)] : [];
    this.#tell({ type: "find", mode: "text", interests }, "searching");
  }

  #say(): void {
    const frame = new DataView(new ArrayBuffer(11 + Math.floor(this.#roll() * 2_000)));
    frame.setUint8(0, 1);
    frame.setUint16(1, this.id);
    frame.setUint32(3, this.#chats);
    frame.setUint32(7, this.#sent++);
    this.#socket?.send(new Uint8Array(frame.buffer));
  }

  #end(): void {
    const ends: readonly [() => void, ...(() => void)[]] = [
      () => this.#tell({ type: "leave" }, "idle"),
      () => this.#find(),
      () => this.#tell({ type: "report", reason: "spam" }, "chatting"),
      () => this.#go(),
      () => this.#socket?.terminate(),
      () => this.#socket?.send("garbage"),
      () => this.#socket?.send(Uint8Array.of(99)),
      () => this.#socket?.send(new Uint8Array(40_000).fill(1)),
    ];
    oneOf(ends, this.#roll)();
  }

  #go(): void {
    this.#socket?.close();
  }

  #tell(message: ClientMessage, then: Stage): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    this.#stage = then;
  }

  #learn(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        this.#token = message.token;
        this.#stage = "idle";
        return;
      case "resumed":
        this.resumes += message.chatting ? 1 : 0;
        this.#stage = message.chatting ? "chatting" : "idle";
        this.#isGapExcused = true;
        return;
      case "partner-away":
        this.#isGapExcused = true;
        return;
      case "paired":
        return this.#begin();
      case "partner-left":
        this.#abandoned = true;
        if (this.#stage === "chatting") this.#stage = "idle";
        return;
      default:
        return;
    }
  }

  #begin(): void {
    this.#stage = "chatting";
    this.#abandoned = false;
    this.#heard = undefined;
    this.#isGapExcused = false;
    this.#chats++;
    this.#sent = 0;
  }

  #hear(data: Uint8Array): void {
    this.received++;
    const frame = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const from = `${frame.getUint16(1)} in chat ${frame.getUint32(3)}`;
    const number = frame.getUint32(7);
    const { next = 0, from: before = from } = this.#heard ?? {};
    if (this.#abandoned) this.#complain(`${this.id} hears ${from}, who has left`);
    if (before !== from) this.#complain(`${this.id} hears ${from} in a chat with ${before}`);
    const isNext = this.#isGapExcused ? number >= next : number === next;
    if (!isNext) this.#complain(`${this.id} hears ${number} of ${from} instead of ${next}`);
    this.#isGapExcused = false;
    this.#heard = { from, next: number + 1 };
  }
}
