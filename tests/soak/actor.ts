/**
 * An actor in a soak test: it connects, searches, chats, skips, reports, drops, resumes and misbehaves at random, from
 * a seed. Meanwhile it checks what must always hold (`delivery_checker.ts`).
 */

// @ts-types="@types/ws"
import { WebSocket } from "ws";
import { type ClientMessage, type ServerMessage, SUBPROTOCOL } from "../../protocol.ts";
import { oneOf } from "../support/seeded_random.ts";
import { DeliveryChecker, labelled } from "./delivery_checker.ts";

/** `leaving`: the server may not know yet that the search is over, and may already have found a partner. */
type Stage = "offline" | "idle" | "searching" | "leaving" | "chatting";

const INTERESTS = ["chess", "jazz", "hiking", "films"] as const;

/** One actor. */
export class Actor {
  readonly id: number;
  readonly #url: string;
  readonly #random: () => number;
  readonly #report: (fault: string) => void;
  readonly #checker: DeliveryChecker;
  #socket: WebSocket | undefined;
  /** The previous connection, which the server may still consider open. */
  #staleSocket: WebSocket | undefined;
  #stage: Stage = "offline";
  #chats = 0;
  #sent = 0;
  /** The resume token of a session that has dropped, or may drop. */
  #token: string | undefined;
  /**
   * The token was sent, but no reply has arrived. A page sends nothing until then
   * (`server/chat/resume_tokens.ts`).
   */
  #isResuming = false;
  /** The server has admitted this connection, and the actor has done nothing that ends it. */
  #isEntitled = false;
  /** Total number of frames received. */
  received = 0;
  /** Total number of chats that continued after a drop. */
  resumes = 0;
  /** How many of those replaced a connection that the server still considered open. */
  takeovers = 0;
  /** The codes with which connections were closed, where the actor did nothing that ends a connection. */
  readonly drops: number[] = [];
  /** Total number of chats. */
  get chats(): number {
    return this.#chats;
  }

  constructor(id: number, url: string, random: () => number, report: (fault: string) => void) {
    this.id = id;
    this.#url = url;
    this.#random = random;
    this.#report = report;
    this.#checker = new DeliveryChecker(id, report);
  }

  /** Does something that fits its stage. */
  act(): void {
    switch (this.#stage) {
      case "offline":
        return this.#connect();
      case "idle":
        return this.#random() < 0.9 ? this.#find() : this.#disconnect();
      case "searching":
        return this.#random() < 0.1 ? this.#cancelSearch() : undefined;
      case "leaving":
        return;
      case "chatting":
        return this.#random() < 0.9 ? this.#sendFrame() : this.#endChat();
    }
  }

  /** Disconnects permanently. */
  leave(): void {
    this.#isEntitled = false;
    this.#socket?.terminate();
    this.#staleSocket?.terminate();
  }

  #connect(): void {
    if (this.#socket !== undefined) return;
    const socket = this.#openSocket();
    this.#socket = socket;
    const token = this.#token;
    this.#isResuming = token !== undefined && this.#random() < 0.8;
    if (this.#isResuming) {
      socket.on("open", () => socket.send(JSON.stringify({ type: "resume", token })));
    } else this.#staleSocket?.terminate();
  }

  #openSocket(): WebSocket {
    const place = Math.floor(this.#random() * 65_536); // A new address each time, to avoid per-address limits.
    const headers = { "x-forwarded-for": `10.7.${place >> 8}.${place & 255}` };
    const options = { headers, perMessageDeflate: false, rejectUnauthorized: false };
    const socket = new WebSocket(this.#url, SUBPROTOCOL, options);
    socket.on("error", () => {}); // `close` follows.
    socket.on("message", (data: Uint8Array, isBinary: boolean) => {
      if (this.#socket !== socket) return;
      if (isBinary) this.#onFrame(data);
      else this.#onMessage(JSON.parse(String(data)));
    });
    socket.on("close", (code) => {
      if (this.#socket !== socket) return;
      if (this.#isEntitled) this.drops.push(code);
      this.#forgetSocket();
    });
    return socket;
  }

  /** Forgets the connection, which is no longer usable. */
  #forgetSocket(): void {
    this.#socket = undefined;
    this.#isEntitled = false;
    this.#stage = "offline";
  }

  /** Loses a connection that the server still considers open, like a phone that changes networks. */
  #loseConnection(): void {
    this.#staleSocket = this.#socket;
    this.#forgetSocket();
  }

  #find(): void {
    const interests = this.#random() < 0.5 ? [oneOf(INTERESTS, this.#random)] : [];
    this.#send({ type: "find", mode: "text", interests }, "searching");
  }

  /**
   * Ends a search. A `leave` gets no reply, and a `paired` that crosses it would look like the reply to the next
   * `find`. Messages sent then would reach the partner that this `find` leads to. So the actor also sends a request
   * that is refused outside a chat. The refusal shows that the search is over.
   */
  #cancelSearch(): void {
    this.#send({ type: "leave" }, "leaving");
    this.#send({ type: "ice" }, "leaving");
  }

  #sendFrame(): void {
    const label = { sender: this.id, chat: this.#chats, number: this.#sent++ };
    this.#socket?.send(labelled(label, Math.floor(this.#random() * 2_000)));
  }

  #endChat(): void {
    const ends: readonly [() => void, ...(() => void)[]] = [
      () => this.#send({ type: "leave" }, "idle"),
      () => this.#find(),
      () => this.#send({ type: "report", reason: "spam" }, "chatting"),
      () => this.#disconnect(),
      () => this.#cut((socket) => socket.terminate()),
      () => this.#loseConnection(),
      () => this.#cut((socket) => socket.send("garbage")),
      () => this.#cut((socket) => socket.send(Uint8Array.of(99))),
      () => this.#cut((socket) => socket.send(new Uint8Array(40_000).fill(1))),
    ];
    oneOf(ends, this.#random)();
  }

  #disconnect(): void {
    this.#cut((socket) => socket.close());
  }

  /** Does something that ends the connection. */
  #cut(how: (socket: WebSocket) => void): void {
    this.#isEntitled = false;
    if (this.#socket !== undefined) how(this.#socket);
  }

  #send(message: ClientMessage, then: Stage): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(JSON.stringify(message));
    this.#stage = then;
  }

  #onMessage(message: ServerMessage): void {
    this.#checker.checkMessage(message);
    switch (message.type) {
      case "welcome":
        this.#token = message.token;
        this.#isEntitled = true;
        if (!this.#isResuming) this.#stage = "idle";
        return;
      case "resumed":
        return this.#onResumed(message.chatting);
      case "paired":
        return this.#onPaired();
      case "partner-left":
        if (this.#stage === "chatting") this.#stage = "idle";
        return;
      case "error":
        if (message.code === "nobody-to-call") this.#stage = "idle";
        return;
    }
  }

  /** The server has closed the previous connection. */
  #onResumed(isChatting: boolean): void {
    if (isChatting) this.resumes++;
    if (isChatting && this.#staleSocket !== undefined) this.takeovers++;
    this.#isResuming = false;
    this.#staleSocket = undefined;
    this.#stage = isChatting ? "chatting" : "idle";
  }

  #onPaired(): void {
    if (this.#stage === "searching") this.#stage = "chatting";
    else if (this.#stage !== "leaving") this.#report(`${this.id} is paired while ${this.#stage}`);
    this.#chats++;
    this.#sent = 0;
  }

  #onFrame(data: Uint8Array): void {
    this.received++;
    this.#checker.checkFrame(data);
  }
}
