/**
 * STUN messages (RFC 8489 section 5) with the methods and attributes of TURN (RFC 8656), and their integrity.
 *
 *      0                16               32
 *     +----------------+----------------+
 *     | class, method  | length of what |   then the magic cookie, 12 random bytes that the response repeats, and
 *     |                | follows below  |   attributes: type, length, value, padded to 4 bytes
 *     +----------------+----------------+
 *
 * A message with MESSAGE-INTEGRITY is signed: it ends with an HMAC of everything before, as if the HMAC were the end of
 * the message. Of what follows only FINGERPRINT is used.
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Length of the head before the attributes, in bytes. */
export const HEAD_BYTES = 20;

/** Length of the head of an attribute, in bytes. */
export const ATTRIBUTE_HEAD_BYTES = 4;

/** The second word of every message, which tells STUN from other protocols. */
export const MAGIC_COOKIE = 0x2112a442;

/** Where the transaction ID begins. */
const TRANSACTION_AT = 8;

/** What a message is about. */
export const Method = {
  binding: 0x001,
  allocate: 0x003,
  refresh: 0x004,
  send: 0x006,
  data: 0x007,
  createPermission: 0x008,
  channelBind: 0x009,
} as const;
export type Method = (typeof Method)[keyof typeof Method];

/** Which side sends a message, and how a request was answered. */
export const Class = { request: 0x000, indication: 0x010, success: 0x100, error: 0x110 } as const;
export type Class = (typeof Class)[keyof typeof Class];

const METHOD_BITS = 0x3eef;
const CLASS_BITS = 0x0110;

/** Types of attributes. Below 0x8000, a receiver must understand a type or reject the request. */
export const Attribute = {
  mappedAddress: 0x0001,
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  unknownAttributes: 0x000a,
  channelNumber: 0x000c,
  lifetime: 0x000d,
  peerAddress: 0x0012,
  data: 0x0013,
  realm: 0x0014,
  nonce: 0x0015,
  relayedAddress: 0x0016,
  addressFamily: 0x0017,
  transport: 0x0019,
  dontFragment: 0x001a,
  xorMappedAddress: 0x0020,
  fingerprint: 0x8028,
} as const;

/** The first type that a receiver may ignore. */
const OPTIONAL = 0x8000;

const KNOWN: ReadonlySet<number> = new Set(Object.values(Attribute));

/** Length of an HMAC-SHA1, in bytes. */
const HMAC_BYTES = 20;

/** Maximum number of attributes. Browsers send at most ten. */
const MAX_ATTRIBUTES = 32;

/** One attribute. */
export interface StunAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** A parsed message. Its parts are views of the bytes that were parsed. */
export interface StunMessage {
  readonly method: number;
  readonly class: number;
  /** 12 bytes, chosen by the client. */
  readonly transaction: Uint8Array;
  /** Those that are covered by the signature, if there is one. */
  readonly attributes: readonly StunAttribute[];
  /** `undefined` if it is not signed. */
  readonly signature: Signature | undefined;
}

interface Signature {
  /** Everything before the HMAC. The length in its head is that of the whole message. */
  readonly signed: Uint8Array;
  readonly hmac: Uint8Array;
}

/** Length of the message that begins here, in bytes; `undefined` if too little has arrived to tell. */
export function stunLength(bytes: Uint8Array): number | undefined {
  return bytes.length < ATTRIBUTE_HEAD_BYTES ? undefined : HEAD_BYTES + uint16(bytes, 2);
}

/** Parses a whole message; `undefined` if it is not one. */
export function parseStun(bytes: Uint8Array): StunMessage | undefined {
  if (bytes.length < HEAD_BYTES || stunLength(bytes) !== bytes.length) return undefined;
  if (bytes.length % 4 !== 0 || uint32(bytes, 4) !== MAGIC_COOKIE) return undefined;
  const type = uint16(bytes, 0);
  if (type >= 0x4000) return undefined;
  const body = parseAttributes(bytes);
  return body && {
    method: type & METHOD_BITS,
    class: type & CLASS_BITS,
    transaction: bytes.subarray(TRANSACTION_AT, HEAD_BYTES),
    ...body,
  };
}

function parseAttributes(
  bytes: Uint8Array,
): Pick<StunMessage, "attributes" | "signature"> | undefined {
  const attributes: StunAttribute[] = [];
  for (let at = HEAD_BYTES; at < bytes.length;) {
    if (at + ATTRIBUTE_HEAD_BYTES > bytes.length) return undefined;
    const [type, length] = [uint16(bytes, at), uint16(bytes, at + 2)];
    const start = at + ATTRIBUTE_HEAD_BYTES;
    if (start + length > bytes.length || attributes.length >= MAX_ATTRIBUTES) return undefined;
    const value = bytes.subarray(start, start + length);
    if (type === Attribute.integrity) {
      if (length !== HMAC_BYTES) return undefined;
      return { attributes, signature: { signed: bytes.subarray(0, at), hmac: value } };
    }
    attributes.push({ type, value });
    at = start + padded(length);
  }
  return { attributes, signature: undefined };
}

/** The value of the first attribute of a type (RFC 8489 section 14: others of that type are ignored). */
export function valueOf({ attributes }: StunMessage, type: number): Uint8Array | undefined {
  return attributes.find((attribute) => attribute.type === type)?.value;
}

/** The types that a receiver must understand and this program doesn't, each once. */
export function unknownTypes({ attributes }: StunMessage): number[] {
  return [...new Set(attributes.map(({ type }) => type))].filter(isUnknown);
}

/** Whether a receiver must understand a type of attribute and this program doesn't. */
export function isUnknown(type: number): boolean {
  return type < OPTIONAL && !KNOWN.has(type);
}

/** The key of a long-term credential (RFC 8489 section 9.2.2). */
export function integrityKey(username: string, realm: string, password: string): Uint8Array {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

/** Whether a signed message was signed with this key. Takes the same time for every wrong signature. */
export function isSignedWith({ signature }: StunMessage, key: Uint8Array): boolean {
  if (signature === undefined) return false;
  const { signed, hmac } = signature;
  return timingSafeEqual(sign(signed, key), hmac);
}

/** What a message says. */
export interface StunContent {
  readonly class: Class;
  readonly method: number;
  readonly transaction: Uint8Array;
  readonly attributes: readonly StunAttribute[];
}

/** The bytes of a message, signed if there is a key. */
export function encodeStun(content: StunContent, key?: Uint8Array): Uint8Array<ArrayBuffer> {
  const { attributes, transaction } = content;
  const all = key === undefined
    ? attributes
    : [...attributes, { type: Attribute.integrity, value: new Uint8Array(HMAC_BYTES) }];
  const length = all.reduce(
    (sum, { value }) => sum + ATTRIBUTE_HEAD_BYTES + padded(value.length),
    0,
  );
  const bytes = new Uint8Array(HEAD_BYTES + length);
  writeHead(bytes, content.method | content.class, length);
  bytes.set(transaction, TRANSACTION_AT);
  let at = HEAD_BYTES;
  for (const attribute of all) at = writeAttribute(bytes, at, attribute);
  if (key !== undefined) {
    const signed = bytes.subarray(0, bytes.length - ATTRIBUTE_HEAD_BYTES - HMAC_BYTES);
    bytes.set(sign(signed, key), bytes.length - HMAC_BYTES);
  }
  return bytes;
}

/** Writes the first two words. The transaction follows them. */
export function writeHead(bytes: Uint8Array, type: number, length: number): void {
  writeUint16(bytes, 0, type);
  writeUint16(bytes, 2, length);
  writeUint16(bytes, 4, MAGIC_COOKIE >>> 16);
  writeUint16(bytes, 6, MAGIC_COOKIE & 0xffff);
}

/** Writes an attribute, and returns where the next one begins. */
function writeAttribute(bytes: Uint8Array, at: number, { type, value }: StunAttribute): number {
  writeUint16(bytes, at, type);
  writeUint16(bytes, at + 2, value.length);
  bytes.set(value, at + ATTRIBUTE_HEAD_BYTES);
  return at + ATTRIBUTE_HEAD_BYTES + padded(value.length);
}

/** An HMAC of bytes whose head has the length of the message that ends with it. */
function sign(signed: Uint8Array, key: Uint8Array): Uint8Array {
  const head = Uint8Array.from(signed.subarray(0, HEAD_BYTES));
  writeUint16(head, 2, signed.length - HEAD_BYTES + ATTRIBUTE_HEAD_BYTES + HMAC_BYTES);
  return createHmac("sha1", key).update(head).update(signed.subarray(HEAD_BYTES)).digest();
}

/** A length with the padding to whole words. */
export function padded(length: number): number {
  return length + 3 & ~3;
}

/** The big-endian number of 16 bits at an offset. */
export function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) << 8 | (bytes[at + 1] ?? 0);
}

/** The big-endian number of 32 bits at an offset. */
export function uint32(bytes: Uint8Array, at: number): number {
  return uint16(bytes, at) * 0x10000 + uint16(bytes, at + 2);
}

/** Writes a big-endian number of 16 bits. */
export function writeUint16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}

/** A big-endian number of 32 bits, as the value of an attribute. */
export function uint32Bytes(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}
