/** Talks to a relay by UDP, TCP or TLS. */

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { createSocket } from "node:dgram";
import { lookup } from "node:dns/promises";
import { clearTimeout, setTimeout } from "node:timers";
import { SECOND } from "../base/clock.ts";
import { deadline } from "../base/timeout.ts";
import { decodeError, textAttribute, UDP_TRANSPORT } from "../turn/stun_attributes.ts";
import {
  Attribute,
  Class,
  encodeStun,
  integrityKey,
  isSignedWith,
  Method,
  parseStun,
  stunLength,
  uint32Bytes,
  valueOf,
} from "../turn/stun_message.ts";

/** Timeout of a request, in milliseconds. */
export const TURN_TIMEOUT = 3 * SECOND;

/** Times after which a UDP request is sent again, because it may have been lost, in milliseconds. */
const RETRANSMIT_AFTER = [500, 1500];

/** Maximum length of a received message, in bytes. */
const MAX_MESSAGE = 4096;

/** The address of a relay (RFC 7065). */
export interface RelayAddress {
  readonly host: string;
  readonly port: number;
  readonly transport: "udp" | "tcp" | "tls" | "dtls";
}

/** A request for an allocation, or to release it. */
export type Question = typeof Method.allocate | typeof Method.refresh;

/** The credentials of the requester. */
export interface Identity {
  readonly username: string;
  readonly credential: string;
  readonly realm: string;
  readonly nonce: string;
}

/** The answer of a relay. */
export type Answer =
  | { kind: "granted" }
  | {
    kind: "refused";
    code: number;
    /** Whether the answer is signed, which proves that the relay knows the secret. */
    isSigned: boolean;
    /** For the next request, if the relay sends them. */
    realm: string | undefined;
    nonce: string | undefined;
  };

/** Handles what arrives. */
interface ResponseHandler {
  message(bytes: Uint8Array): void;
  /** The connection is lost. */
  lost(error: unknown): void;
}

/** An open transport, which sends and receives whole messages. */
interface Transport {
  send(message: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

/** Parses the URI of a relay, which must be valid. */
export function relayAddressOf(url: string): RelayAddress {
  const [, scheme = "", host = "", port, transport] =
    /^(turns?):(\[[^\]]*\]|[^:?]*)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i.exec(url) ?? [];
  const isTls = scheme.toLowerCase() === "turns";
  const isTcp = transport === undefined ? isTls : transport.toLowerCase() === "tcp";
  return {
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined ? isTls ? 5349 : 3478 : Number(port),
    transport: isTls ? isTcp ? "tls" : "dtls" : isTcp ? "tcp" : "udp",
  };
}

/** A connection to one relay, with one request at a time. */
export class TurnClient {
  readonly #to: RelayAddress;
  #transport: Transport | undefined;
  #onMessage: (message: Uint8Array) => void = () => {};
  #onError: (error: unknown) => void = () => {};
  #isClosed = false;

  constructor(to: RelayAddress) {
    this.#to = to;
  }

  async open(): Promise<void> {
    const opened = openTransport(this.#to, {
      message: (bytes) => this.#onMessage(bytes),
      lost: (error) => this.#onError(error),
    });
    opened.then((transport) => this.#isClosed ? transport.close() : undefined, () => {});
    this.#transport = await deadline(TURN_TIMEOUT, opened);
  }

  async ask(method: Question, identity?: Identity): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const transaction = randomBytes(12);
    const request = requestOf(method, transaction, identity);
    this.#onMessage = (message) => {
      const answer = answerIn(message, transaction, identity);
      if (answer !== undefined) resolve(answer);
    };
    this.#onError = reject;
    this.#transport?.send(request);
    const delays = this.#to.transport === "udp" ? RETRANSMIT_AFTER : [];
    const timers = delays.map((ms) => setTimeout(() => this.#transport?.send(request), ms));
    return await deadline(TURN_TIMEOUT, promise).finally(() => timers.forEach(clearTimeout));
  }

  close(): void {
    this.#isClosed = true;
    this.#transport?.close();
  }
}

/** A request, signed if `identity` is given; `transaction` is 12 random bytes. */
function requestOf(
  method: Question,
  transaction: Uint8Array,
  identity?: Identity,
): Uint8Array<ArrayBuffer> {
  const wanted = method === Method.allocate
    ? UDP_TRANSPORT
    : { type: Attribute.lifetime, value: uint32Bytes(0) }; // Releases the allocation.
  const content = { class: Class.request, method, transaction };
  if (identity === undefined) return encodeStun({ ...content, attributes: [wanted] });
  const { username, realm, nonce } = identity;
  const attributes = [
    wanted,
    textAttribute(Attribute.username, username),
    textAttribute(Attribute.realm, realm),
    textAttribute(Attribute.nonce, nonce),
  ];
  return encodeStun({ ...content, attributes }, keyOf(identity));
}

/** The answer to a transaction; `undefined` if the message is not one. */
function answerIn(
  bytes: Uint8Array,
  transaction: Uint8Array,
  identity?: Identity,
): Answer | undefined {
  const message = parseStun(bytes);
  if (message === undefined || !transaction.every((byte, at) => byte === message.transaction[at])) {
    return undefined;
  }
  if (message.class === Class.success) return { kind: "granted" };
  const error = valueOf(message, Attribute.errorCode);
  const code = error && decodeError(error);
  if (message.class !== Class.error || code === undefined) return undefined;
  const [realm, nonce] = [Attribute.realm, Attribute.nonce]
    .map((type) => valueOf(message, type)).map((value) => value && Buffer.from(value).toString());
  const isSigned = identity !== undefined && isSignedWith(message, keyOf(identity));
  return { kind: "refused", code, isSigned, realm, nonce };
}

function keyOf({ username, realm, credential }: Identity): Uint8Array {
  return integrityKey(username, realm, credential);
}

/** Opens a transport. Rejects if the relay can't be reached. */
async function openTransport(to: RelayAddress, handler: ResponseHandler): Promise<Transport> {
  return to.transport === "udp" ? await openUdp(to, handler) : await openStream(to, handler);
}

async function openUdp({ host, port }: RelayAddress, handler: ResponseHandler): Promise<Transport> {
  const { address, family } = await lookup(host);
  const socket = createSocket(family === 6 ? "udp6" : "udp4");
  socket.on("message", (bytes: Uint8Array) => handler.message(bytes));
  socket.on("error", (error) => handler.lost(error));
  return {
    send: (message) => socket.send(message, port, address),
    close: () => void socket.close(),
  };
}

/** TLS as in a browser: the certificate must be for this host, from a trusted authority. */
async function openStream(
  { host: hostname, port, transport }: RelayAddress,
  handler: ResponseHandler,
): Promise<Transport> {
  const connection = transport === "tls"
    ? await Deno.connectTls({ hostname, port })
    : await Deno.connect({ hostname, port });
  if ("handshake" in connection) {
    await connection.handshake().catch((error) => {
      connection.close();
      throw error;
    });
  }
  const writer = connection.writable.getWriter();
  void read(connection.readable, handler);
  return {
    send: (message) => void writer.write(message).catch(handler.lost),
    close: () => void writer.abort().catch(() => {}), // It may be broken already.
  };
}

/** A stream has no message boundaries, only the lengths in the messages. */
async function read(stream: ReadableStream<Uint8Array>, handler: ResponseHandler): Promise<void> {
  let bytes = Buffer.alloc(0);
  try {
    for await (const part of stream) {
      bytes = Buffer.concat([bytes, part]);
      for (let length = stunLength(bytes); length !== undefined; length = stunLength(bytes)) {
        if (length > MAX_MESSAGE) throw new Error("Cannot read: the message is too long");
        if (bytes.length < length) break;
        handler.message(bytes.subarray(0, length));
        bytes = bytes.subarray(length);
      }
    }
    handler.lost(Object.assign(new Error("closed"), { code: "ECONNRESET" }));
  } catch (error) {
    handler.lost(error);
  }
}
