/**
 * A self-signed certificate. It is built here because Node and Deno can sign but can't write X.509, and `openssl` isn't
 * installed everywhere.
 */

import { Buffer } from "node:buffer";
import { generateKeyPairSync, type KeyObject, randomInt, sign } from "node:crypto";

/** The ASN.1 tags that a certificate needs (X.690 section 8). */
const Tag = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  UTF8_STRING: 0x0c,
  UTC_TIME: 0x17,
  SEQUENCE: 0x30,
  SET: 0x31,
  /** In a list of names: a host name. */
  DNS_NAME: 0x82,
  /** In a list of names: an IP address. */
  IP_ADDRESS: 0x87,
  /** In a certificate: its version and its extensions. */
  VERSION: 0xa0,
  EXTENSIONS: 0xa3,
} as const;

/** Object identifiers, encoded with tag and length. */
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const SUBJECT_ALT_NAME = Buffer.from("0603551d11", "hex");

/** In milliseconds. Long enough that the certificate is valid on the clock of any test. */
const YEARS = 3 * 365 * 24 * 60 * 60 * 1000;

/** The address that test servers listen on. */
const LOOPBACK = Buffer.of(127, 0, 0, 1);

/** The period in which a certificate is valid, in milliseconds since 1970. */
export type Validity = readonly [from: number, until: number];

/** A certificate for a host and the loopback address, and its private key, in PEM. Valid for years by default. */
export function selfSigned(
  host: string,
  validity: Validity = [Date.now() - YEARS, Date.now() + YEARS],
  namedCurve = "P-256",
): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  const content = toBeSigned(host, publicKey, validity);
  const signature = sign("sha256", content, privateKey);
  const certificate = sequence(content, sequence(ECDSA_WITH_SHA256), bits(signature));
  const base64 = certificate.toString("base64").replace(/.{64}(?=.)/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

/** The part of a certificate that is signed (RFC 5280 section 4.1.2), in the order of the standard. */
function toBeSigned(host: string, publicKey: KeyObject, [from, until]: Validity): Buffer {
  const name = sequence(der(Tag.SET, sequence(COMMON_NAME, der(Tag.UTF8_STRING, text(host)))));
  const names = sequence(der(Tag.DNS_NAME, text(host)), der(Tag.IP_ADDRESS, LOOPBACK));
  return sequence(
    der(Tag.VERSION, der(Tag.INTEGER, Buffer.of(2))), // Counted from 0: version 3.
    der(Tag.INTEGER, Buffer.of(randomInt(1, 128), randomInt(256), randomInt(256))),
    sequence(ECDSA_WITH_SHA256),
    name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(Tag.EXTENSIONS, sequence(sequence(SUBJECT_ALT_NAME, der(Tag.OCTET_STRING, names)))),
  );
}

function sequence(...parts: Buffer[]): Buffer {
  return der(Tag.SEQUENCE, ...parts);
}

function bits(bytes: Buffer): Buffer {
  return der(Tag.BIT_STRING, Buffer.of(0), bytes); // The last byte has no unused bits.
}

/** YYMMDDHHMMSSZ, which works until 2049. */
function time(at: number): Buffer {
  return der(Tag.UTC_TIME, text(new Date(at).toISOString().replace(/^20|[-:T]|\.\d+/g, "")));
}

function text(value: string): Buffer {
  return Buffer.from(value, "latin1");
}

/** A value in DER: its tag, its length in as few bytes as possible, its content. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
