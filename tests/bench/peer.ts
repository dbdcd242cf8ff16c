/**
 * A connection of one visitor, made as cheap for the generator as possible. Raw sockets share one read buffer, which is
 * safe because reads never overlap. Frames are written from a template, and only lengths and numbers of received frames
 * are checked. One write answers everything that arrived together.
 *
 * Each message must have the number after the last. Anything else is a fault, and so is an unexpected end.
 */

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { LEAVE_CODE } from "../../protocol.ts";
import { connect as connectTls } from "node:tls";
import type { Position, ProtocolAdapter, TextChannel } from "./protocol_adapter.ts";
import { eachFrame } from "./server_frames.ts";
import { maskedClose, maskedFrame, NumberedMessages, NUMBERS, Opcode } from "./numbered_message.ts";

/** How many received texts are kept until they are read. */
const MAX_TEXTS = 8;

/** Ends the session, which is then not kept for a page that comes back. */
const LEAVE = maskedClose(LEAVE_CODE);

const HANDSHAKE = [
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** Shared by all peers of one generator. */
export class Endpoint {
  readonly port: number;
  readonly adapter: ProtocolAdapter;
  readonly messages: NumberedMessages;
  readonly #isTls: boolean;
  readonly #buffer: Buffer = Buffer.alloc(64 * 1024);

  constructor(port: number, adapter: ProtocolAdapter, isTls: boolean) {
    this.port = port;
    this.adapter = adapter;
    this.messages = new NumberedMessages(adapter.message);
    this.#isTls = isTls;
  }

  /** Opens a socket. `read` gets what arrives, in a buffer that is reused as soon as it returns. */
  connect(read: (count: number, buffer: Uint8Array) => boolean): Socket {
    const to = { host: "127.0.0.1", port: this.port };
    if (!this.#isTls) {
      return connect({ ...to, noDelay: true, onread: { buffer: this.#buffer, callback: read } });
    }
    // The certificate is not checked. There is no session to resume, so every handshake is a full one.
    const socket = connectTls({ ...to, servername: "localhost", rejectUnauthorized: false });
    socket.setNoDelay();
    socket.on("data", (data: Buffer) => void read(data.length, data));
    return socket;
  }
}

export class Peer implements TextChannel {
  readonly #wire: Endpoint;
  readonly #socket: Socket;
  readonly #texts: string[] = [];
  #rest: Buffer | undefined;
  #isOpen = false;
  #isLeaving = false;
  #notify = (): void => {};
  readonly #ended = Promise.withResolvers<void>();
  sent = 0;
  delivered = 0;
  faults = 0;
  /** Called with the number of messages that arrived together. */
  onDelivered: (count: number) => void = () => {};

  private constructor(endpoint: Endpoint, pair: number) {
    this.#wire = endpoint;
    const { adapter } = endpoint;
    this.#socket = endpoint.connect((count, buffer) => this.#read(count, buffer));
    this.#socket.on("error", () => {}); // `close` follows.
    this.#socket.on("close", () => this.#end());
    const lines = [`GET ${adapter.path} HTTP/1.1`, ...HANDSHAKE, ...adapter.headers(pair), "", ""];
    this.#socket.write(lines.join("\r\n"));
  }

  /** Connects, and resolves once this is the first of a pair, or the pair is complete. */
  static async open(endpoint: Endpoint, pair: number, position: Position): Promise<Peer> {
    const peer = new Peer(endpoint, pair);
    await peer.#waitUntil(() => peer.#isOpen);
    await endpoint.adapter.join(peer, position);
    return peer;
  }

  /** Sends messages, with numbers that continue from the last. */
  send(count: number): void {
    this.#socket.write(this.#wire.messages.make(this.sent, count));
    this.sent += count;
  }

  sendText(text: string): void {
    this.#socket.write(maskedFrame(Opcode.text, text));
  }

  async receiveText(beginning: string): Promise<void> {
    const index = (): number => this.#texts.findIndex((text) => text.startsWith(beginning));
    await this.#waitUntil(() => index() >= 0);
    this.#texts.splice(0, index() + 1);
  }

  /** Resolves when this many messages have arrived in total. */
  async receive(count: number): Promise<void> {
    await this.#waitUntil(() => this.delivered >= count);
  }

  /** Closes the way a page does whose visitor leaves, and resolves when the server has ended the connection. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#socket.write(LEAVE);
    await this.#ended.promise;
  }

  async #waitUntil(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#socket.destroyed) throw new Error("Cannot continue: the server ended a connection");
      await new Promise<void>((resolve) => this.#notify = resolve);
    }
  }

  #end(): void {
    if (!this.#isLeaving) this.faults++;
    this.#ended.resolve();
    this.#notify();
  }

  /** Handles received data. The buffer is reused as soon as this returns. */
  #read(count: number, buffer: Uint8Array): boolean {
    const fresh = Buffer.from(buffer.buffer, buffer.byteOffset, count);
    const data = this.#rest ? Buffer.concat([this.#rest, fresh]) : fresh;
    const used = this.#isOpen ? this.#frames(data, 0) : this.#handshake(data);
    this.#rest = used < data.length ? Buffer.from(data.subarray(used)) : undefined;
    return true;
  }

  /** Handles the response to the handshake, and what arrives with it. */
  #handshake(data: Buffer): number {
    const end = data.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    this.#isOpen = data.toString("latin1", 0, 12) === "HTTP/1.1 101";
    if (!this.#isOpen) this.#socket.destroy();
    this.#notify();
    return this.#frames(data, end + 4);
  }

  /** Handles all complete frames. Returns the offset of the first incomplete one. */
  #frames(data: Buffer, from: number): number {
    const delivered = this.delivered;
    const at = eachFrame(data, from, (opcode, start, end) => this.#frame(data, opcode, start, end));
    if (this.delivered > delivered) {
      this.onDelivered(this.delivered - delivered);
      this.#notify();
    }
    return at;
  }

  #frame(data: Buffer, opcode: number, start: number, end: number): void {
    const { messages } = this.#wire;
    if (opcode === messages.opcode && end - start === messages.bytes) {
      if (messages.numberAt(data, start) !== this.delivered % NUMBERS) this.faults++;
      this.delivered++;
    } else if (opcode === Opcode.text) this.#onText(data.toString("utf8", start, end));
    else if (opcode === Opcode.ping) this.#pong(data.subarray(start, end));
    else if (opcode === Opcode.close) this.#socket.end();
  }

  #onText(text: string): void {
    const answer = this.#wire.adapter.replyTo?.(text);
    if (answer !== undefined) this.sendText(answer);
    if (this.#texts.push(text) > MAX_TEXTS) this.#texts.shift();
    this.#notify();
  }

  #pong(payload: Buffer): void {
    this.#socket.write(maskedFrame(Opcode.pong, payload));
  }
}
