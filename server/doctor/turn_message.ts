/**
 * The few messages of STUN and TURN (RFC 8489, RFC 8656) that are needed to request an allocation:
 *
 *      0                16               32
 *     +----------------+----------------+
 *     | type           | length of what |   then the magic cookie, 12 random bytes that the answer repeats, and
 *     |                | follows below  |   attributes: type, length, value, padded to 4 bytes
 *     +----------------+----------------+
 */

import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";

/** Length of the head before the attributes, in bytes. */
export const HEAD_BYTES = 20;

const COOKIE = 0x2112a442;

/** Methods of requests. */
export const Method = { allocate: 0x0003, refresh: 0x0004 } as const;
export type Method = (typeof Method)[keyof typeof Method];

const SUCCESS = 0x0100;
const ERROR = 0x0110;

const Attribute = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  lifetime: 0x000d,
  realm: 0x0014,
  nonce: 0x0015,
  transport: 0x0019,
} as const;

/** Length of an attribute that holds an HMAC-SHA1, in bytes. */
const INTEGRITY_BYTES = 24;

/** UDP, as a protocol number of IP. */
const UDP = Buffer.of(17, 0, 0, 0);

/** The credentials of the requester. */
export interface Identity {
  readonly username: string;
  readonly credential: string;
  readonly realm: Buffer;
  readonly nonce: Buffer;
}

/** The answer of a relay. */
export type Answer =
  | { kind: "granted" }
  /** `realm` and `nonce` for the next request, if the relay sends them. */
  | { kind: "refused"; code: number; realm: Buffer | undefined; nonce: Buffer | undefined };

/** A request, signed if `identity` is given; `transaction` is 12 random bytes. */
export function requestOf(method: Method, transaction: Buffer, identity?: Identity): Buffer {
  const wanted = method === Method.allocate
    ? attribute(Attribute.transport, UDP)
    : attribute(Attribute.lifetime, Buffer.alloc(4)); // A refresh with lifetime 0 releases the allocation.
  if (identity === undefined) return message(method, transaction, wanted);
  const { username, credential, realm, nonce } = identity;
  const body = Buffer.concat([
    wanted,
    attribute(Attribute.username, Buffer.from(username)),
    attribute(Attribute.realm, realm),
    attribute(Attribute.nonce, nonce),
  ]);
  const signed = message(method, transaction, body, INTEGRITY_BYTES);
  const key = createHash("md5").update(`${username}:${realm}:${credential}`).digest();
  const seal = createHmac("sha1", key).update(signed).digest();
  return Buffer.concat([signed, attribute(Attribute.integrity, seal)]);
}

/** Length of the message that begins here, in bytes; `undefined` if too little has arrived to tell. */
export function lengthOf(bytes: Buffer): number | undefined {
  return bytes.length < HEAD_BYTES ? undefined : HEAD_BYTES + bytes.readUInt16BE(2);
}

/** Parses the answer to a transaction; `undefined` if it is not one. */
export function answerIn(bytes: Buffer, transaction: Buffer): Answer | undefined {
  const isWhole = lengthOf(bytes) === bytes.length && bytes.readUInt32BE(4) === COOKIE;
  if (!isWhole || !bytes.subarray(8, HEAD_BYTES).equals(transaction)) return undefined;
  const kind = bytes.readUInt16BE(0) & ERROR;
  if (kind === SUCCESS) return { kind: "granted" };
  const error = find(bytes, Attribute.errorCode);
  if (kind !== ERROR || error === undefined || error.length < 4) return undefined;
  const code = (error[2]! & 0x07) * 100 + error[3]!;
  const [realm, nonce] = [find(bytes, Attribute.realm), find(bytes, Attribute.nonce)];
  return { kind: "refused", code, realm, nonce };
}

/** `more` is the number of bytes that follow later: an HMAC covers the length of the whole message. */
function message(method: Method, transaction: Buffer, body: Buffer, more = 0): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(method, 0);
  head.writeUInt16BE(body.length + more, 2);
  head.writeUInt32BE(COOKIE, 4);
  return Buffer.concat([head, transaction, body]);
}

function attribute(type: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(value.length, 2);
  return Buffer.concat([head, value, Buffer.alloc(padding(value.length))]);
}

function find(bytes: Buffer, wanted: number): Buffer | undefined {
  for (let at = HEAD_BYTES; at + 4 <= bytes.length;) {
    const length = bytes.readUInt16BE(at + 2);
    if (bytes.readUInt16BE(at) === wanted) return bytes.subarray(at + 4, at + 4 + length);
    at += 4 + length + padding(length);
  }
  return undefined;
}

function padding(length: number): number {
  return (4 - length % 4) % 4;
}
