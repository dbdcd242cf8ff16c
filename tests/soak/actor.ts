/**
 * An actor in a soak test: it connects, searches, chats, skips, reports, drops, resumes and misbehaves at random, from
 * a seed. Meanwhile it checks what must always hold (`ear.ts`).
 */

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type ClientMessage, type ServerMessage, SUBPROTOCOL } from "../../protocol.ts";
import { oneOf } from "../support/seeded_random.ts";
import { Ear, labelled } from "./ear.ts";

/** `leaving`: the server may not know yet that the search is over, and may already have found a partner. */
type Stage = "outside" | "idle" | "searching" | "leaving" | "chatting";

const INTERESTS = ["chess", "jazz", "hiking", "films"] as const;

/** One actor. */
export class Actor {
  readonly id: number;
  readonly #url: string;
  readonly #roll: () => number;
  readonly #complain: (fault: string) => void;
  readonly #ear: Ear;
  #socket: WebSocket | undefined;
  /** The previous connection, which the server may still consider open. */
  #halfGone: WebSocket | undefined;
  #stage: Stage = "outside";
  #chats = 0;
  #sent = 0;
  /** The resume token of a session that has dropped, or may drop. */
  #token: string | undefined;
  /**
   * The token was sent, but the answer has not arrived. A page sends nothing until then
   * (`server/chat/resume_tokens.ts`).
   */
  #isResuming = false;
  /** Total number of frames received. */
  received = 0;
  /** Total number of chats that continued after a drop. */
  resumes = 0;
  /** How many of those replaced a connection that the server still considered open. */
  takeovers = 0;
  /** Total number of chats. */
  get chats(): number {
    return this.#chats;
  }

  constructor(id: number, url: string, roll: () => number, complain: (fault: string) => void) {
    this.id = id;
    this.#url = url;
    this.#roll = roll;
    this.#complain = complain;
    this.#ear = new Ear(id, complain);
  }

  /** Does something that fits its stage. */
  act(): void {
    switch (this.#stage) {
      case "outside":
        return this.#enter();
      case "idle":
        return this.#roll() < 0.9 ? this.#find() : this.#go();
      case "searching":
        return this.#roll() < 0.1 ? this.#giveUp() : undefined;
      case "leaving":
        return;
      case "chatting":
        return this.#roll() < 0.9 ? this.#say() : this.#end();
    }
  }

  /** Leaves permanently. */
  leave(): void {
    this.#socket?.terminate();
    this.#halfGone?.terminate();
  }

  #enter(): void {
    if (this.#socket !== undefined) return;
    const socket = this.#dial();
    this.#socket = socket;
    const token = this.#token;
    this.#isResuming = token !== undefined && this.#roll() < 0.8;
    if (this.#isResuming) {
      socket.on("open", () => socket.send(JSON.stringify({ type: "resume", token })));
    } else this.#halfGone?.terminate();
  }

  #dial(): WebSocket {
    const place = Math.floor(this.#roll() * 65_536); // A new address each time, to avoid per-address limits.
    const headers = { "x-forwarded-for": `10.7.${place >> 8}.${place & 255}` };
    const socket = new WebSocket(this.#url, SUBPROTOCOL, { headers, perMessageDeflate: false });
    socket.on("error", () => {}); // `close` follows.
    socket.on("message", (data: Uint8Array, isBinary: boolean) => {
      if (this.#socket !== socket) return;
      if (isBinary) this.#hear(data);
      else this.#learn(JSON.parse(String(data)));
    });
    socket.on("close", () => this.#socket === socket && this.#forsake());
    return socket;
  }

  /** Forgets the connection, which is no longer usable. */
  #forsake(): void {
    this.#socket = undefined;
    this.#stage = "outside";
  }

  /** Loses a connection that the server still considers open, like a phone that changes networks. */
  #slip(): void {
    this.#halfGone = this.#socket;
    this.#forsake();
  }

  #find(): void {
    const interests = this.#roll() < 0.5 ? [oneOf(INTERESTS, this.#roll)] : [];
    this.#tell({ type: "find", mode: "text", interests }, "searching");
  }

  /**
   * Ends a search. A `leave` gets no answer, and a `paired` that crosses it would look like the answer to the next
   * `find`. Messages sent then would reach the partner that this `find` leads to. So the actor also sends a request
   * that is refused outside a chat. The refusal shows that the search is over.
   */
  #giveUp(): void {
    this.#tell({ type: "leave" }, "leaving");
    this.#tell({ type: "ice" }, "leaving");
  }

  #say(): void {
    const label = { sender: this.id, chat: this.#chats, number: this.#sent++ };
    this.#socket?.send(labelled(label, Math.floor(this.#roll() * 2_000)));
  }

  #end(): void {
    const ends: readonly [() => void, ...(() => void)[]] = [
      () => this.#tell({ type: "leave" }, "idle"),
      () => this.#find(),
      () => this.#tell({ type: "report", reason: "spam" }, "chatting"),
      () => this.#go(),
      () => this.#socket?.terminate(),
      () => this.#slip(),
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
    this.#ear.learn(message);
    switch (message.type) {
      case "welcome":
        this.#token = message.token;
        if (!this.#isResuming) this.#stage = "idle";
        return;
      case "resumed":
        return this.#resume(message.chatting);
      case "paired":
        return this.#begin();
      case "partner-left":
        if (this.#stage === "chatting") this.#stage = "idle";
        return;
      case "error":
        if (message.code === "nobody-to-call") this.#stage = "idle";
        return;
    }
  }

  /** The server has closed the previous connection. */
  #resume(isChatting: boolean): void {
    if (isChatting) this.resumes++;
    if (isChatting && this.#halfGone !== undefined) this.takeovers++;
    this.#isResuming = false;
    this.#halfGone = undefined;
    this.#stage = isChatting ? "chatting" : "idle";
  }

  #begin(): void {
    if (this.#stage === "searching") this.#stage = "chatting";
    else if (this.#stage !== "leaving") this.#complain(`${this.id} is paired while ${this.#stage}`);
    this.#chats++;
    this.#sent = 0;
  }

  #hear(data: Uint8Array): void {
    this.received++;
    this.#ear.hear(data);
  }
}
