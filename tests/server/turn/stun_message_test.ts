/** The codec, with the vectors of RFC 5769. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import {
  decodeAddress,
  decodeError,
  encodeAddress,
  errorCode,
  ipBytes,
  textAttribute,
  textOf,
} from "../../../server/turn/stun_attributes.ts";
import {
  Attribute,
  Class,
  encodeStun,
  integrityKey,
  isSignedWith,
  Method,
  parseStun,
  stunLength,
  unknownTypes,
  valueOf,
} from "../../../server/turn/stun_message.ts";
import { address } from "../../support/turn_relay.ts";

const PASSWORD = Buffer.from("VOkJxbRl1RmTxUk/WvJxBt");
const SOFTWARE = 0x8022;

/** RFC 5769 section 2.1. */
const REQUEST = hex(`
  00010058 2112a442 b7e7a701bc34d686fa87dfae
  80220010 5354554e207465737420636c69656e74
  00240004 6e0001ff
  80290008 932ff9b151263b36
  00060009 6576746a3a68367659202020
  00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
  80280004 e57a3bcf`);

/** RFC 5769 section 2.2. */
const IPV4_RESPONSE = hex(`
  0101003c 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200008 0001a147e112a643
  00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
  80280004 c07d4c96`);

/** RFC 5769 section 2.3. */
const IPV6_RESPONSE = hex(`
  01010048 2112a442 b7e7a701bc34d686fa87dfae
  8022000b 7465737420766563746f7220
  00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
  00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
  80280004 c8fb0b4c`);

/** RFC 5769 section 2.4. */
const LONG_TERM_REQUEST = hex(`
  00010060 2112a442 78ad3433c6ad72c029da412e
  00060012 e3839ee38388e383aae38383e382afe382b90000
  0015001c 662f2f3439396b39353464364f4c33346f4c394653547679363473 41
  0014000b 6578616d706c652e6f726700
  00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666`);

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

/** The message with these attributes, without integrity. */
function binding(...attributes: { type: number; value: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  const transaction = new Uint8Array(12);
  return encodeStun({ class: Class.request, method: Method.binding, transaction, attributes });
}

Deno.test("STUN parses and verifies the sample request of RFC 5769", () => {
  const message = parseStun(REQUEST)!;
  assert.deepEqual([message.method, message.class], [Method.binding, Class.request]);
  assert.deepEqual(message.transaction, hex("b7e7a701bc34d686fa87dfae"));
  assert.equal(textOf(valueOf(message, Attribute.username)!), "evtj:h6vY");
  assert.equal(textOf(valueOf(message, SOFTWARE)!), "STUN test client");
  assert.deepEqual(unknownTypes(message), [0x0024]); // PRIORITY belongs to ICE.
  assert.ok(isSignedWith(message, PASSWORD));
  assert.ok(!isSignedWith(message, Buffer.from("VOkJxbRl1RmTxUk/WvJxBT")));
});

Deno.test("STUN parses the sample responses of RFC 5769, in IPv4 and IPv6", () => {
  const addresses = [IPV4_RESPONSE, IPV6_RESPONSE].map((bytes) => {
    const message = parseStun(bytes)!;
    assert.deepEqual([message.method, message.class], [Method.binding, Class.success]);
    assert.ok(isSignedWith(message, PASSWORD));
    return decodeAddress(valueOf(message, Attribute.xorMappedAddress)!, message.transaction);
  });
  assert.deepEqual(addresses, [
    { ip: ipBytes(address("192.0.2.1")), port: 32853 },
    { ip: ipBytes(address("2001:db8:1234:5678:11:2233:4455:6677")), port: 32853 },
  ]);
});

Deno.test("STUN verifies the sample request with long-term credentials of RFC 5769", () => {
  const message = parseStun(LONG_TERM_REQUEST)!;
  assert.equal(textOf(valueOf(message, Attribute.nonce)!), "f//499k954d6OL34oL9FSTvy64sA");
  assert.ok(isSignedWith(message, integrityKey("マトリックス", "example.org", "TheMatrIX")));
  assert.ok(!isSignedWith(message, integrityKey("マトリックス", "example.org", "TheMatriX")));
});

Deno.test("STUN encodes messages as RFC 5769 does", () => {
  const { transaction } = parseStun(LONG_TERM_REQUEST)!;
  const attributes = [
    textAttribute(Attribute.username, "マトリックス"),
    textAttribute(Attribute.nonce, "f//499k954d6OL34oL9FSTvy64sA"),
    textAttribute(Attribute.realm, "example.org"),
  ];
  const content = { class: Class.request, method: Method.binding, transaction, attributes };
  const key = integrityKey("マトリックス", "example.org", "TheMatrIX");
  assert.deepEqual(encodeStun(content, key), LONG_TERM_REQUEST);
  const response = parseStun(IPV6_RESPONSE)!;
  const { ip, port } = decodeAddress(response.attributes[1]!.value, response.transaction)!;
  assert.deepEqual(
    encodeAddress({ ip, port }, response.transaction),
    response.attributes[1]!.value,
  );
});

Deno.test("STUN reads nothing after the signature, so nothing can be added to a signed message", () => {
  const forged = Uint8Array.from([...LONG_TERM_REQUEST, ...hex("000d0004 00000000")]);
  forged[3] = forged[3]! + 8;
  const message = parseStun(forged)!;
  assert.ok(isSignedWith(message, integrityKey("マトリックス", "example.org", "TheMatrIX")));
  assert.equal(valueOf(message, Attribute.lifetime), undefined);
});

Deno.test("STUN accepts FINGERPRINT before the signature as well, as a signed attribute", () => {
  const fingerprint = { type: Attribute.fingerprint, value: new Uint8Array(4) };
  const content = { class: Class.request, method: Method.refresh, transaction: new Uint8Array(12) };
  const message = parseStun(encodeStun({ ...content, attributes: [fingerprint] }, PASSWORD))!;
  assert.ok(isSignedWith(message, PASSWORD));
  assert.deepEqual(unknownTypes(message), []);
});

Deno.test("STUN rejects every change of a signed byte, and every wrong length of a signature", () => {
  const end = REQUEST.length - 8; // FINGERPRINT is not signed.
  for (let at = 0; at < end; at++) {
    const forged = REQUEST.slice();
    forged[at]! ^= 1;
    const message = parseStun(forged);
    const isLength = at === 2 || at === 3; // The signature covers another length.
    assert.ok(message === undefined || !isSignedWith(message, PASSWORD), `${at}`);
    if (isLength) assert.equal(message, undefined);
  }
  const short = binding({ type: Attribute.integrity, value: new Uint8Array(16) });
  assert.equal(parseStun(short), undefined);
});

Deno.test("STUN parses no part of a message, and none with more bytes", () => {
  for (const whole of [REQUEST, IPV4_RESPONSE, LONG_TERM_REQUEST]) {
    for (let length = 0; length < whole.length; length++) {
      assert.equal(parseStun(whole.subarray(0, length)), undefined);
    }
    assert.equal(parseStun(Uint8Array.from([...whole, 0, 0, 0, 0])), undefined);
  }
});

Deno.test("STUN rejects a wrong cookie, other protocols, and lengths that no message has", () => {
  const whole = binding();
  const changed = (at: number, ...bytes: number[]): Uint8Array => {
    const copy = whole.slice();
    copy.set(bytes, at);
    return copy;
  };
  assert.ok(parseStun(whole));
  assert.equal(parseStun(changed(4, 0x20)), undefined);
  assert.equal(parseStun(changed(0, 0x40)), undefined);
  assert.equal(parseStun(changed(0, 0x80)), undefined);
  assert.equal(parseStun(changed(2, 0, 4)), undefined);
  const unpadded = [...changed(2, 0, 6), 0x80, 0x22, 0, 2, 1, 2];
  assert.equal(parseStun(Uint8Array.from(unpadded)), undefined);
  assert.ok(parseStun(Uint8Array.from([...unpadded, 0, 0]).with(3, 8)));
});

Deno.test("STUN rejects an attribute that is longer than the message", () => {
  const bytes = binding({ type: SOFTWARE, value: new Uint8Array(4) });
  for (const length of [5, 8, 0xffff]) {
    bytes.set([length >>> 8, length], 22);
    assert.equal(parseStun(bytes), undefined, `${length}`);
  }
  bytes.set([0, 3], 22);
  assert.equal(parseStun(bytes)?.attributes[0]?.value.length, 3);
});

Deno.test("STUN accepts 32 attributes and no more", () => {
  const attributes = Array.from({ length: 32 }, () => ({ type: 0x8000, value: new Uint8Array(0) }));
  assert.equal(parseStun(binding(...attributes))?.attributes.length, 32);
  assert.equal(parseStun(binding(...attributes, ...attributes.slice(0, 1))), undefined);
});

Deno.test("STUN uses the first attribute of a type, and names each unknown type once", () => {
  const of = (type: number, byte: number) => ({ type, value: Uint8Array.of(byte) });
  const message = parseStun(binding(of(0x7fff, 1), of(0x7fff, 2), of(0x8001, 3), of(0x0018, 4)))!;
  assert.deepEqual(valueOf(message, 0x7fff), Uint8Array.of(1));
  assert.deepEqual(unknownTypes(message), [0x7fff, 0x0018]);
});

Deno.test("STUN tells the length of a message from its first four bytes", () => {
  assert.deepEqual(stunLength(hex("0001005821")), 108);
  assert.deepEqual(stunLength(hex("0001ffff")), 65555);
  for (const bytes of ["", "00", "0001", "000100"]) assert.equal(stunLength(hex(bytes)), undefined);
});

Deno.test("STUN attributes: error codes and addresses, also truncated", () => {
  assert.deepEqual(errorCode(438).value, Uint8Array.of(0, 0, 4, 38));
  for (const code of [300, 400, 437, 699]) assert.equal(decodeError(errorCode(code).value), code);
  assert.equal(decodeError(Uint8Array.of(0, 0, 4)), undefined);
  const transaction = hex("b7e7a701bc34d686fa87dfae");
  for (const text of ["192.0.2.1", "2001:db8::1"]) {
    const value = encodeAddress({ ip: ipBytes(text), port: 99 }, transaction);
    assert.deepEqual(decodeAddress(value, transaction), { ip: ipBytes(text), port: 99 });
    for (let length = 0; length < value.length; length++) {
      assert.equal(decodeAddress(value.subarray(0, length), transaction), undefined);
    }
  }
  assert.equal(ipBytes("::ffff:192.0.2.1").length, 4);
});
