/**
 * Somebody in a soak: connects, searches, chats, skips, reports, drops, resumes and misbehaves as the dice say, and
 * watches meanwhile what must hold whatever happens (`ear.ts`).
 */

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type ClientMessage, type ServerMessage, SUBPROTOCOL } from "../../protocol.ts";
import { oneOf } from "../support/dice.ts";
import { Ear, labelled } from "./ear.ts";

/** `leaving`: the server may not know yet that a search is over, and may have found a stranger. */
type Stage = "outside" | "idle" | "searching" | "leaving" | "chatting";

const INTERESTS = ["chess", "jazz", "hiking", "films"] as const;

/** One person. */
export class Actor {
  readonly id: number;
  readonly #url: string;
  readonly #roll: () => number;
  readonly #complain: (fault: string) => void;
  readonly #ear: Ear;
  #socket: WebSocket | undefined;
  /** The connection before, of which the server may not know that it is gone. */
  #halfGone: WebSocket | undefined;
  #stage: Stage = "outside";
  #chats = 0;
  #sent = 0;
  /** What opens the session that has dropped, or may drop. */
  #token: string | undefined;
  /** The token is shown, and the answer is not here yet: a page says nothing before it (`server/chat/resume_tokens.ts`). */
  #isResuming = false;
  /** Frames that came, in all. */
  received = 0;
  /** Chats that went on after a drop, in all. */
  resumes = 0;
  /** Those of them that took over from a connection which the server still believed in, in all. */
  takeovers = 0;
  /** Chats that began, in all. */
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

  /** Does something that fits where they are. */
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

  /** Goes for good. */
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
    const place = Math.floor(this.#roll() * 65_536); // From somewhere else each time, so that no limit of an address holds.
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

  /** The connection is of no more use. */
  #forsake(): void {
    this.#socket = undefined;
    this.#stage = "outside";
  }

  /** Loses a connection that the server still believes in, as a phone does that changes networks. */
  #slip(): void {
    this.#halfGone = this.#socket;
    this.#forsake();
  }

  #find(): void {
    const interests = this.#roll() < 0.5 ? [oneOf(INTERESTS, this.#roll)] : [];
    this.#tell({ type: "find", mode: "text", interests }, "searching");
  }

  /**
   * Ends a search. A `leave` is not answered, and a `paired` that crosses it would look like the answer to the next
   * `find`; what is said then reaches whomever that `find` leads to. So a request follows that is refused outside of a
   * chat: the refusal tells that the search is over.
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

  /** The server has closed what came before this connection. */
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
