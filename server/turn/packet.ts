/**
 * Data on its way through the relay. A client sends it in a Send indication or, after binding a channel, as ChannelData
 * (RFC 8656 sections 11 and 12). It leaves in a Data indication or as ChannelData, by the choice of the receiver.
 *
 *     | HEADROOM            | data ............ | TAILROOM |
 *         | head of a Data    |
 *         | indication: 36 B  |
 *                     | 4 B   |  head of ChannelData
 *
 * The new head is written in front of the data, in the buffer in which it arrived, so nothing is copied.
 */

import {
  Attribute,
  ATTRIBUTE_HEAD_BYTES,
  Class,
  HEAD_BYTES,
  isUnknown,
  MAGIC_COOKIE,
  Method,
  padded,
  uint16,
  uint32,
  writeHead,
  writeUint16,
} from "./stun_message.ts";

/**
 * The relayed address of every allocation (RFC 5737). No packet ever has it as its source or destination. Browsers drop
 * some private and loopback addresses without an error.
 */
export const VIRTUAL_IP = Uint8Array.of(192, 0, 2, 1);

/** The same, as the disguised number in attributes. */
const DISGUISED_IP = (0xc0000201 ^ MAGIC_COOKIE) >>> 0;
const PORT_MASK = MAGIC_COOKIE >>> 16;
const FAMILY_IPV4 = 1;

/** Length of the value of an IPv4 address attribute, in bytes. */
const ADDRESS_BYTES = 8;

/** The type of a Send indication, and of a Data indication. */
export const SEND = Method.send | Class.indication;
const DATA = Method.data | Class.indication;

/** Length of the head of ChannelData, in bytes. */
export const CHANNEL_HEAD_BYTES = 4;

/** Length of the head of a Data indication, in bytes. */
const DATA_HEAD_BYTES = HEAD_BYTES + ATTRIBUTE_HEAD_BYTES + ADDRESS_BYTES + ATTRIBUTE_HEAD_BYTES;

/** Space that a buffer must have before a received message, in bytes. */
export const HEADROOM = DATA_HEAD_BYTES - CHANNEL_HEAD_BYTES;

/** Space that it must have after the message, for the padding, in bytes. */
export const TAILROOM = 3;

/** Data in a buffer whose space before and after it may be written to. */
export interface Packet {
  readonly buffer: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** A range of channel numbers (RFC 8656 section 12). */
export const [MIN_CHANNEL, MAX_CHANNEL] = [0x4000, 0x4fff];

/** Whether a message that begins with this byte is ChannelData. */
export function isChannelData(first: number): boolean {
  return first >= MIN_CHANNEL >>> 8 && first <= MAX_CHANNEL >>> 8;
}

/** The data in a message of ChannelData; `undefined` if it is cut off. */
export function channelPayload({ buffer, start, end }: Packet): Packet | undefined {
  if (end - start < CHANNEL_HEAD_BYTES) return undefined;
  const payload = start + CHANNEL_HEAD_BYTES;
  const length = uint16(buffer, start + 2);
  return payload + length > end ? undefined : { buffer, start: payload, end: payload + length };
}

/** The data in a Send indication and the port that it is for; `undefined` if it is invalid or not for the relay. */
export function sendPayload(
  { buffer, start, end }: Packet,
): { readonly port: number; readonly payload: Packet } | undefined {
  const length = end - start;
  if (length !== HEAD_BYTES + uint16(buffer, start + 2) || length % 4 !== 0) return undefined;
  if (uint32(buffer, start + 4) !== MAGIC_COOKIE) return undefined;
  let port: number | undefined;
  let payload: Packet | undefined;
  for (let at = start + HEAD_BYTES; at + ATTRIBUTE_HEAD_BYTES <= end;) {
    const [type, size] = [uint16(buffer, at), uint16(buffer, at + 2)];
    const value = at + ATTRIBUTE_HEAD_BYTES;
    if (value + size > end) return undefined;
    if (type === Attribute.peerAddress) port ??= virtualPort(buffer, value, size);
    else if (type === Attribute.data) payload ??= { buffer, start: value, end: value + size };
    else if (isUnknown(type)) return undefined;
    at = value + padded(size);
  }
  return port === undefined || payload === undefined ? undefined : { port, payload };
}

/** The port in the value of a peer address; -1 if the address is not the virtual one. */
export function virtualPort(bytes: Uint8Array, at: number, length: number): number {
  const isVirtual = length === ADDRESS_BYTES && bytes[at + 1] === FAMILY_IPV4 &&
    uint32(bytes, at + 4) === DISGUISED_IP;
  return isVirtual ? uint16(bytes, at + 2) ^ PORT_MASK : -1;
}

/** Turns data into ChannelData, which is padded in a stream. */
export function toChannelData(
  { buffer, start, end }: Packet,
  channel: number,
  isStream: boolean,
): Uint8Array {
  const length = end - start;
  const from = start - CHANNEL_HEAD_BYTES;
  writeUint16(buffer, from, channel);
  writeUint16(buffer, from + 2, length);
  const to = isStream ? start + padded(length) : end;
  return buffer.fill(0, end, to).subarray(from, to);
}

/** Turns data into a Data indication from a port. `transaction` is 12 bytes. */
export function toDataIndication(
  { buffer, start, end }: Packet,
  port: number,
  transaction: Uint8Array,
): Uint8Array {
  const length = end - start;
  const [from, to] = [start - DATA_HEAD_BYTES, start + padded(length)];
  const bytes = buffer.fill(0, end, to).subarray(from, to);
  writeHead(bytes, DATA, bytes.length - HEAD_BYTES);
  bytes.set(transaction, 8);
  writePeer(bytes, HEAD_BYTES, port);
  const at = DATA_HEAD_BYTES - ATTRIBUTE_HEAD_BYTES;
  writeUint16(bytes, at, Attribute.data);
  writeUint16(bytes, at + 2, length);
  return bytes;
}

function writePeer(bytes: Uint8Array, at: number, port: number): void {
  writeUint16(bytes, at, Attribute.peerAddress);
  writeUint16(bytes, at + 2, ADDRESS_BYTES);
  writeUint16(bytes, at + 4, FAMILY_IPV4);
  writeUint16(bytes, at + 6, port ^ PORT_MASK);
  writeUint16(bytes, at + 8, DISGUISED_IP >>> 16);
  writeUint16(bytes, at + 10, DISGUISED_IP & 0xffff);
}
