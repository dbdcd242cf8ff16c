/** Values of attributes: errors, and addresses that are disguised from middleboxes (RFC 8489 section 14). */

import { Buffer } from "node:buffer";
import ipaddr from "ipaddr.js";
import {
  Attribute,
  MAGIC_COOKIE,
  type StunAttribute,
  uint16,
  writeUint16,
} from "./stun_message.ts";

/** An address and a port. The address is 4 or 16 bytes. */
export interface TransportAddress {
  readonly ip: Uint8Array;
  readonly port: number;
}

const FAMILY_IPV4 = 1;
const FAMILY_IPV6 = 2;

/** Length of the family and the port before the address, in bytes. */
const ADDRESS_HEAD_BYTES = 4;

/** The bytes of an address in text form, which must be valid. `::ffff:a.b.c.d` is IPv4. */
export function ipBytes(text: string): Uint8Array {
  return Uint8Array.from(ipaddr.process(text).toByteArray());
}

/** XORs an address with the magic cookie and the transaction (RFC 8489 section 14.2). */
function disguise(ip: Uint8Array, transaction: Uint8Array): Uint8Array {
  const mask = [MAGIC_COOKIE >>> 24, MAGIC_COOKIE >>> 16, MAGIC_COOKIE >>> 8, MAGIC_COOKIE];
  return ip.map((byte, at) => byte ^ (mask[at] ?? transaction[at - mask.length] ?? 0));
}

/** The value of a disguised address attribute. */
export function encodeAddress(
  { ip, port }: TransportAddress,
  transaction: Uint8Array,
): Uint8Array {
  const value = new Uint8Array(ADDRESS_HEAD_BYTES + ip.length);
  value[1] = ip.length === 4 ? FAMILY_IPV4 : FAMILY_IPV6;
  writeUint16(value, 2, port ^ MAGIC_COOKIE >>> 16);
  value.set(disguise(ip, transaction), ADDRESS_HEAD_BYTES);
  return value;
}

/** The address in the value of a disguised address attribute; `undefined` if it is invalid. */
export function decodeAddress(
  value: Uint8Array,
  transaction: Uint8Array,
): TransportAddress | undefined {
  const ip = value.subarray(ADDRESS_HEAD_BYTES);
  const length = value[1] === FAMILY_IPV4 ? 4 : value[1] === FAMILY_IPV6 ? 16 : -1;
  if (ip.length !== length) return undefined;
  return { ip: disguise(ip, transaction), port: uint16(value, 2) ^ MAGIC_COOKIE >>> 16 };
}

/** REQUESTED-TRANSPORT: UDP, as a protocol number of IP. */
export const UDP_TRANSPORT: StunAttribute = {
  type: Attribute.transport,
  value: Uint8Array.of(17, 0, 0, 0),
};

/** ERROR-CODE (RFC 8489 section 14.8), without a reason phrase. */
export function errorCode(code: number): StunAttribute {
  return {
    type: Attribute.errorCode,
    value: Uint8Array.of(0, 0, Math.floor(code / 100), code % 100),
  };
}

/** The code in the value of ERROR-CODE; `undefined` if it is invalid. */
export function decodeError(value: Uint8Array): number | undefined {
  const [, , hundreds, rest] = value;
  if (hundreds === undefined || rest === undefined) return undefined;
  return (hundreds & 7) * 100 + rest;
}

/** A text as the value of an attribute. */
export function textAttribute(type: number, text: string): StunAttribute {
  return { type, value: Buffer.from(text) };
}

/** The text of a value, one character a byte. */
export function textOf(value: Uint8Array): string {
  return Buffer.from(value).toString("latin1");
}
