/**
 * A small TURN client (RFC 8656). It requests an allocation on a relay and permissions for peers, and returns the error
 * code of each response. A browser hides both.
 *
 *      0                16               32
 *     +----------------+----------------+
 *     | method + class | length of what |   then the magic cookie, 12 random bytes, and attributes:
 *     |                | follows        |   type, length, value, padded to 4 bytes
 *     +----------------+----------------+
 */

import { Buffer } from "node:buffer";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";

const COOKIE = Buffer.of(0x21, 0x12, 0xa4, 0x42);

const Method = { ALLOCATE: 0x0003, REFRESH: 0x0004, CREATE_PERMISSION: 0x0008 } as const;
type Method = (typeof Method)[keyof typeof Method];

/** The class bits of a message type that mean "success" and "error". */
const SUCCESS = 0x0100;
const ERROR = 0x0110;

const Attribute = {
  USERNAME: 0x0006,
  MESSAGE_INTEGRITY: 0x0008,
  ERROR_CODE: 0x0009,
  LIFETIME: 0x000d,
  XOR_PEER_ADDRESS: 0x0012,
  REALM: 0x0014,
  NONCE: 0x0015,
  REQUESTED_ADDRESS_FAMILY: 0x0017,
  REQUESTED_TRANSPORT: 0x0019,
} as const;

const UDP = Buffer.of(17, 0, 0, 0);
const FAMILY = { ipv4: 0x01, ipv6: 0x02 } as const;

/** 0 for success, else the error code. */
export type Answer = number;

/** The nonce has expired. The response contains a new one. */
const STALE_NONCE = 438;

export interface Credentials {
  readonly username: string;
  readonly credential: string;
}

/** The time limit for a response, in milliseconds. */
const PATIENCE = 30_000;

/** The first request of every exchange with a relay. The relay answers it with a challenge. */
export function firstRequest(): Buffer {
  const body = attribute(Attribute.REQUESTED_TRANSPORT, UDP);
  return Buffer.concat([head(Method.ALLOCATE, body.length, randomBytes(12)), body]);
}

/** A client of one relay, over UDP and IPv4. */
export class TurnClient implements AsyncDisposable {
  readonly #socket: Socket = createSocket("udp4");
  readonly #relay: { readonly address: string; readonly port: number };
  readonly #credentials: Credentials;
  #realm: Buffer = Buffer.alloc(0);
  #nonce: Buffer = Buffer.alloc(0);

  constructor(relay: { address: string; port: number }, credentials: Credentials) {
    this.#relay = relay;
    this.#credentials = credentials;
  }

  /** Requests an allocation on the relay. */
  async allocate(family: keyof typeof FAMILY = "ipv4"): Promise<Answer> {
    const wanted = [
      attribute(Attribute.REQUESTED_TRANSPORT, UDP),
      attribute(Attribute.REQUESTED_ADDRESS_FAMILY, Buffer.of(FAMILY[family], 0, 0, 0)),
    ];
    const challenge = await this.#ask(Method.ALLOCATE, wanted);
    const isAsked = this.#heed(challenge);
    return isAsked ? codeOf(await this.#askInName(Method.ALLOCATE, wanted)) : codeOf(challenge);
  }

  /** Requests permission for a peer: an IPv4 address, or the 16 bytes of an IPv6 address. */
  async permit(peer: string | Uint8Array): Promise<Answer> {
    const [family, bytes] = typeof peer === "string"
      ? [FAMILY.ipv4, Buffer.from(peer.split(".").map(Number))]
      : [FAMILY.ipv6, Buffer.from(peer)];
    const body = (transaction: Buffer): Buffer[] => {
      const mask = Buffer.concat([COOKIE, transaction]);
      const hidden = bytes.map((byte, index) => byte ^ mask[index]!);
      const port = Buffer.of(9 ^ COOKIE[0]!, 9 ^ COOKIE[1]!);
      const value = Buffer.concat([Buffer.of(0, family), port, hidden]);
      return [attribute(Attribute.XOR_PEER_ADDRESS, value)];
    };
    const answer = await this.#askInName(Method.CREATE_PERMISSION, body);
    if (codeOf(answer) !== STALE_NONCE || !this.#heed(answer)) return codeOf(answer);
    return codeOf(await this.#askInName(Method.CREATE_PERMISSION, body));
  }

  /** Releases the allocation. */
  async [Symbol.asyncDispose](): Promise<void> {
    const now = attribute(Attribute.LIFETIME, Buffer.alloc(4));
    await this.#askInName(Method.REFRESH, [now]).catch(() => {}); // The relay may be gone.
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }

  /** Stores realm and nonce from a challenge. Returns false if the response is not a challenge. */
  #heed(answer: Buffer): boolean {
    const [realm, nonce] = [find(answer, Attribute.REALM), find(answer, Attribute.NONCE)];
    if (realm === undefined || nonce === undefined) return false;
    this.#realm = realm;
    this.#nonce = nonce;
    return true;
  }

  async #askInName(
    method: Method,
    body: readonly Buffer[] | ((transaction: Buffer) => readonly Buffer[]),
  ): Promise<Buffer> {
    const { username, credential } = this.#credentials;
    const transaction = randomBytes(12);
    const said = Buffer.concat([
      ...(typeof body === "function" ? body(transaction) : body),
      attribute(Attribute.USERNAME, Buffer.from(username)),
      attribute(Attribute.REALM, this.#realm),
      attribute(Attribute.NONCE, this.#nonce),
    ]);
    const key = createHash("md5").update(`${username}:${this.#realm}:${credential}`).digest();
    const signed = Buffer.concat([head(method, said.length + 24, transaction), said]);
    const signature = createHmac("sha1", key).update(signed).digest();
    return await this.#send(
      Buffer.concat([signed, attribute(Attribute.MESSAGE_INTEGRITY, signature)]),
    );
  }

  async #ask(method: Method, body: readonly Buffer[]): Promise<Buffer> {
    const said = Buffer.concat(body);
    return await this.#send(Buffer.concat([head(method, said.length, randomBytes(12)), said]));
  }

  /** The response to a request. There are no retransmissions, because UDP within one machine loses nothing. */
  async #send(request: Buffer): Promise<Buffer> {
    const { port, address } = this.#relay;
    const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
    const timer = setTimeout(() => reject(new Error("Cannot continue: no answer")), PATIENCE);
    const hear = (message: Uint8Array): void => resolve(Buffer.from(message));
    this.#socket.once("message", hear);
    this.#socket.send(request, port, address);
    return await promise.finally(() => {
      clearTimeout(timer);
      this.#socket.off("message", hear);
    });
  }
}

function head(method: Method, length: number, transaction: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0, method, length >> 8, length & 0xff), COOKIE, transaction]);
}

function attribute(type: number, value: Buffer): Buffer {
  const { length } = value;
  const padding = Buffer.alloc((4 - length % 4) % 4);
  return Buffer.concat([
    Buffer.of(type >> 8, type & 0xff, length >> 8, length & 0xff),
    value,
    padding,
  ]);
}

/** The value of an attribute in a message. */
function find(message: Buffer, wanted: number): Buffer | undefined {
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2);
    if (message.readUInt16BE(at) === wanted) return message.subarray(at + 4, at + 4 + length);
    at += 4 + Math.ceil(length / 4) * 4;
  }
  return undefined;
}

/** The result in a response. */
export function codeOf(answer: Buffer): Answer {
  const kind = answer.readUInt16BE(0) & ERROR;
  if (kind === SUCCESS) return 0;
  const error = find(answer, Attribute.ERROR_CODE);
  if (kind !== ERROR || error === undefined) throw new Error("Cannot read what the relay says");
  return error[2]! * 100 + error[3]!;
}
