/** A client of the embedded relay over real sockets: UDP, TCP or TLS. It sends what a browser would. */

import assert from "node:assert/strict";
import type { CallServer } from "../../protocol.ts";
import { relayAddressOf } from "../../server/doctor/turn_client.ts";
import { textAttribute, textOf, UDP_TRANSPORT } from "../../server/turn/stun_attributes.ts";
import {
  Attribute,
  Class,
  encodeStun,
  integrityKey,
  Method,
  padded,
  parseStun,
  type StunAttribute,
  type StunMessage,
  uint16,
  uint32Bytes,
  valueOf,
} from "../../server/turn/stun_message.ts";
import { decodeAddress } from "../../server/turn/stun_attributes.ts";
import { channelData, channelNumber, codeOf, peerAddress, VIRTUAL } from "./turn_relay.ts";
import { within } from "./wait_until.ts";

/**
 * After this time, a request by UDP is repeated, as it may be lost (RFC 8489 section 6.2.1), in milliseconds. It is long,
 * so that no request of a slow machine is answered twice.
 */
const REPEAT_INTERVAL = 5_000;

/** Bytes to and from a relay. */
interface Wire {
  /** Whether a message may be lost on the way. */
  readonly isLossy: boolean;
  readonly localPort: number;
  write(bytes: Uint8Array): Promise<unknown>;
  /** Whole messages, until the connection ends. */
  readonly messages: AsyncIterator<Uint8Array>;
  close(): void;
}

/** One client, with one allocation at most. */
export class RelayClient implements Disposable {
  /** The virtual port of its allocation. */
  port = 0;
  readonly #wire: Wire;
  readonly #credentials: Pick<CallServer, "username" | "credential">;
  #realm = "";
  #nonce = "";

  private constructor(wire: Wire, credentials: Pick<CallServer, "username" | "credential">) {
    this.#wire = wire;
    this.#credentials = credentials;
  }

  /** Connects to one of the URLs of a page. `from` is a local address, and `cert` the certificate to trust. */
  static async open(
    { urls, ...credentials }: CallServer,
    transport: "udp" | "tcp",
    { from = "127.0.0.1", cert }: { from?: string; cert?: string | undefined } = {},
  ): Promise<RelayClient> {
    const url = urls.find((one) => one.endsWith(`transport=${transport}`)) ?? assert.fail();
    const { port, transport: kind } = relayAddressOf(url);
    const hostname = "127.0.0.1";
    const wire = kind === "udp" ? udpWire({ hostname, port }, from) : streamWire(
      kind === "tls"
        ? await Deno.connectTls({ hostname, port, caCerts: [cert ?? ""] })
        : await Deno.connect({ hostname, port }),
    );
    return new RelayClient(wire, credentials);
  }

  /** The port that its address has on this side. */
  get localPort(): number {
    return this.#wire.localPort;
  }

  /** Allocates, and returns the error code, or 0. */
  async allocate(): Promise<number> {
    const challenge = await this.ask(Method.allocate, [UDP_TRANSPORT], false);
    if (codeOf(challenge) !== 401) return codeOf(challenge) ?? -1;
    [this.#realm, this.#nonce] = [Attribute.realm, Attribute.nonce]
      .map((type) => textOf(valueOf(challenge, type) ?? assert.fail())) as [string, string];
    const answer = await this.ask(Method.allocate, [UDP_TRANSPORT]);
    const relayed = valueOf(answer, Attribute.relayedAddress);
    this.port = (relayed && decodeAddress(relayed, answer.transaction)?.port) ?? 0;
    return codeOf(answer) ?? -1;
  }

  /** Binds a channel to a port of the partner. */
  async bind(number: number, port: number): Promise<number> {
    const transaction = crypto.getRandomValues(new Uint8Array(12));
    const attributes = [
      channelNumber(number),
      peerAddress({ ip: VIRTUAL, port }, transaction),
    ];
    return codeOf(await this.ask(Method.channelBind, attributes, true, transaction)) ?? -1;
  }

  /** Releases the allocation. */
  async release(): Promise<number> {
    const now = { type: Attribute.lifetime, value: uint32Bytes(0) };
    return codeOf(await this.ask(Method.refresh, [now])) ?? -1;
  }

  /** The response to a request. */
  async ask(
    method: number,
    attributes: readonly StunAttribute[],
    isSigned = true,
    transaction = crypto.getRandomValues(new Uint8Array(12)),
  ): Promise<StunMessage> {
    const request = this.request(method, attributes, isSigned, transaction);
    await this.write(request);
    const repeated = setInterval(() => this.#wire.isLossy && this.write(request), REPEAT_INTERVAL);
    try {
      for (;;) {
        const message = parseStun(await this.message());
        if (message?.transaction.toHex() === transaction.toHex()) return message;
      }
    } finally {
      clearInterval(repeated);
    }
  }

  request(
    method: number,
    attributes: readonly StunAttribute[],
    isSigned: boolean,
    transaction: Uint8Array,
  ): Uint8Array {
    const { username, credential } = this.#credentials;
    const content = { class: Class.request, method, transaction };
    if (!isSigned) return encodeStun({ ...content, attributes });
    const signed = [
      ...attributes,
      textAttribute(Attribute.username, username),
      textAttribute(Attribute.realm, this.#realm),
      textAttribute(Attribute.nonce, this.#nonce),
    ];
    const key = integrityKey(username, this.#realm, credential);
    return encodeStun({ ...content, attributes: signed }, key);
  }

  async send(data: Uint8Array, channel: number): Promise<void> {
    await this.write(channelData(data, channel, true));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#wire.write(bytes);
  }

  /** The data of the next message, which must be ChannelData. */
  async data(): Promise<Uint8Array> {
    const message = await this.message();
    assert.ok((message[0] ?? 0) >= 0x40);
    return message.subarray(4, 4 + uint16(message, 2));
  }

  /** The next message. Fails if the connection has ended. */
  async message(): Promise<Uint8Array> {
    const { value, done } = await within(this.#wire.messages.next());
    if (done) throw new Error("The connection has ended.");
    return value;
  }

  /** Resolves when the server has ended the connection. What arrives before is dropped. */
  async ends(): Promise<void> {
    while (!(await within(this.#wire.messages.next())).done);
  }

  [Symbol.dispose](): void {
    this.#wire.close();
  }
}

function udpWire({ hostname, port }: { hostname: string; port: number }, from: string): Wire {
  const socket = Deno.listenDatagram({ hostname: from, port: 0, transport: "udp" });
  async function* messages(): AsyncGenerator<Uint8Array> {
    for await (const [bytes] of socket) yield bytes;
  }
  return {
    isLossy: true,
    localPort: portOf(socket.addr),
    write: (bytes) => socket.send(bytes, { hostname, port, transport: "udp" }),
    messages: messages(),
    close: () => socket.close(),
  };
}

function streamWire(connection: Deno.Conn): Wire {
  return {
    isLossy: false,
    localPort: portOf(connection.localAddr),
    write: (bytes) => writeAll(connection, bytes),
    messages: messagesIn(connection),
    close: () => {
      try {
        connection.close();
      } catch {
        // It has ended.
      }
    },
  };
}

/** A write may take only a part of the bytes. */
async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

function portOf(address: Deno.Addr): number {
  return "port" in address ? address.port : 0;
}

async function* messagesIn(connection: Deno.Conn): AsyncGenerator<Uint8Array> {
  let bytes = new Uint8Array();
  const chunk = new Uint8Array(65_536);
  for (;;) {
    const length = await connection.read(chunk).catch(() => null);
    if (length === null) return;
    bytes = Uint8Array.from([...bytes, ...chunk.subarray(0, length)]);
    for (let end = lengthOf(bytes); end <= bytes.length; end = lengthOf(bytes)) {
      yield bytes.slice(0, end);
      bytes = bytes.slice(end);
    }
  }
}

function lengthOf(bytes: Uint8Array): number {
  if (bytes.length < 4) return Infinity;
  const length = uint16(bytes, 2);
  return (bytes[0] ?? 0) >= 0x40 ? 4 + padded(length) : 20 + length;
}
