/**
 * The part of a WebSocket that the page's connection uses, on a raw socket. Thousands of them in one process cost a
 * fraction of the real ones, so that the server is measured and not its visitors. It understands whole text frames and
 * reports other frames to nobody.
 */

import { Buffer } from "node:buffer";
import { connect, type Socket } from "node:net";
import { HANDSHAKE } from "../support/raw_client.ts";
import { maskedFrame, Opcode } from "./numbered_message.ts";
import { eachFrame } from "./server_frames.ts";

/** The close code of a connection that ended without a closing handshake (RFC 6455 section 7.1.5). */
const ABNORMAL = 1006;

/** Where all sockets read to, which is safe because reads never overlap. */
const buffer = Buffer.alloc(64 * 1024);

export class PageSocket {
  readonly #socket: Socket;
  #rest: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #ending = { code: ABNORMAL, reason: "" };
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;

  /** Connects to a server that trusts one proxy, from an address. */
  constructor(port: number, address: string) {
    const callback = (count: number, bytes: Uint8Array): boolean => {
      this.#read(Buffer.from(bytes.buffer, bytes.byteOffset, count));
      return true;
    };
    this.#socket = connect({
      host: "127.0.0.1",
      port,
      noDelay: true,
      onread: { buffer, callback },
    });
    this.#socket.on("error", () => {}); // `close` follows.
    this.#socket.on("close", () => this.onclose?.(this.#ending));
    this.#socket.write([...HANDSHAKE, `X-Forwarded-For: ${address}`, "", ""].join("\r\n"));
  }

  send(text: string): void {
    this.#socket.write(maskedFrame(Opcode.text, text));
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Handles a chunk. The rest is copied, because the buffer is reused. */
  #read(chunk: Buffer): void {
    const data = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const from = this.#isOpen ? 0 : this.#handshake(data);
    const used = this.#isOpen ? eachFrame(data, from, this.#frame.bind(this, data)) : from;
    this.#rest = Buffer.from(data.subarray(used));
  }

  /** Returns the length of the response, or 0 if it is incomplete. */
  #handshake(data: Buffer): number {
    const end = data.indexOf("\r\n\r\n");
    if (end < 0) return 0;
    this.#isOpen = data.toString("latin1", 9, 12) === "101";
    if (this.#isOpen) this.onopen?.();
    else this.#socket.destroy();
    return end + 4;
  }

  #frame(data: Buffer, opcode: number, start: number, end: number): void {
    if (opcode === Opcode.text) this.onmessage?.({ data: data.toString("utf8", start, end) });
    else if (opcode === Opcode.ping) {
      this.#socket.write(maskedFrame(Opcode.pong, data.subarray(start, end)));
    } else if (opcode === Opcode.close) {
      const code = end - start < 2 ? ABNORMAL : data.readUInt16BE(start);
      this.#ending = { code, reason: data.toString("utf8", start + 2, end) };
      this.#socket.end(maskedFrame(Opcode.close, data.subarray(start, start + 2)));
    }
  }
}
