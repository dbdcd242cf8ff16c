/** The sealed channel against public vectors, drops, and every flipped bit. `key_agreement_test.ts` has the attackers. */

import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Bytes } from "../../../client/crypto/bytes.ts";
import { HANDSHAKE_SIZE, SEALED_SIZES } from "../../../client/crypto/padding.ts";
import { MAX_PENDING } from "../../../client/crypto/sealed_channel.ts";
import { counterOf, open, seal } from "../../../client/crypto/sealed_frame.ts";
import { Suite } from "../../../protocol.ts";
import { connect, FIRST_FRAMES, pair, secured, Side } from "../../support/channel_side.ts";
import { waitUntil } from "../../support/wait_until.ts";
import { trials } from "../../support/repeats.ts";

function hex(digits: string): Bytes {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Opens a frame as the channel does. */
async function openWith(key: CryptoKey, frame: Bytes): ReturnType<typeof open> {
  return counterOf(frame) === undefined ? undefined : await open(key, frame);
}

/** Real randomness, which doesn't compress. */
function randomKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

Deno.test("Sealed channel carries text in both directions, in order, with the relay's frame kind", async () => {
  const [a, b] = await secured();
  for (let n = 0; n < 20; n++) a.say(`message ${n}`);
  b.say("typing", 2);
  await waitUntil(() => b.opened.length === 20 && a.opened.length === 1);
  assert.deepEqual(b.opened, Array.from({ length: 20 }, (_, n) => [1, `message ${n}`]));
  assert.deepEqual(a.opened, [[2, "typing"]]);
  assert.deepEqual([a.tampered, b.tampered, a.failed, b.failed], [0, 0, 0, 0]);
});

Deno.test("Sealed channel queues text until the keys are agreed, and then sends it sealed", async () => {
  const [a, b] = pair();
  a.say("early");
  await waitUntil(() => b.opened.length === 1);
  assert.deepEqual(b.opened, [[1, "early"]]);
  assert.deepEqual(a.sent.map(({ length }) => length), [
    ...[HANDSHAKE_SIZE, HANDSHAKE_SIZE],
    SEALED_SIZES[0],
  ]);
});

Deno.test("Sealed channel needs one round trip before the first message, with two frames from each side", async () => {
  const sides = [new Side("caller"), new Side("callee")] as const;
  const [a, b] = sides;
  a.say("the first message");
  const flights = [[1, 1], [2, 2], [FIRST_FRAMES + 1, FIRST_FRAMES]] as const; // What each has sent by then.
  for (const [flight, [callers, callees]] of flights.entries()) {
    await a.hasSent(callers);
    await b.hasSent(callees);
    assert.deepEqual([a.sent.length, b.sent.length, b.texts], [callers, callees, []]);
    for (const frame of a.sent.slice(flight)) b.channel.receive(frame);
    for (const frame of b.sent.slice(flight)) a.channel.receive(frame);
    for (const side of sides) await side.settled();
  }
  assert.deepEqual(b.texts, ["the first message"]);
  assert.deepEqual(a.sent.slice(0, 2).map(({ length }) => length), [
    HANDSHAKE_SIZE,
    HANDSHAKE_SIZE,
  ]);
});

Deno.test("Sealed channel shows both sides the same four pictures, and different ones in another chat", async () => {
  const [a, b] = await secured();
  const [c] = await secured();
  assert.deepEqual([a.suite, b.suite], [Suite.hybrid, Suite.hybrid]);
  assert.equal(a.pictures?.length, 4);
  assert.equal(a.names, b.names);
  assert.notEqual(a.names, c.names);
});

Deno.test("Sealed channel refuses repeated, late and altered frames, reports them, and continues", async () => {
  const [a, b] = await secured();
  const held: Bytes[] = [];
  a.wire = (frame) => held.push(frame);
  for (const text of ["one", "two", "three", "four"]) a.say(text);
  await waitUntil(() => held.length === 4);
  const [one, two, three, four] = held as [Bytes, Bytes, Bytes, Bytes];
  const altered = three.slice();
  altered[100]! ^= 1;
  for (const frame of [one, one, altered, two, one]) b.channel.receive(frame);
  await waitUntil(() => b.tampered === 3);
  for (const frame of [four, three]) b.channel.receive(frame); // Out of order: one is missing, then arrives late.
  await waitUntil(() => b.tampered === 5);
  assert.deepEqual(b.opened.map(([, text]) => text), ["one", "two", "four"]);
  assert.equal(b.failed, 0);
});

Deno.test("Sealed channel agrees on keys after the commitments were lost with a connection", async () => {
  const [a, b] = [new Side("caller"), new Side("callee")];
  a.say("said before the keys were agreed");
  await waitUntil(() => a.sent.length === 1 && b.sent.length === 1);
  connect(a, b);
  for (const side of [a, b, a]) side.channel.resync(); // Once too often: a repeated resync is harmless.
  await waitUntil(() => b.opened.length === 1);
  assert.deepEqual([a.names, a.failed, b.failed, a.tampered, b.tampered], [b.names, 0, 0, 0, 0]);
});

Deno.test("Sealed channel agrees on keys after one of them was lost, and skips frames that it can't open yet", async () => {
  const [a, b] = pair();
  a.wire = (frame) => a.sent.length === FIRST_FRAMES || b.channel.receive(frame);
  await waitUntil(() => a.pictures !== undefined);
  assert.equal(b.pictures, undefined);
  b.channel.resync();
  a.say("sealed, and too early");
  await a.hasSent(FIRST_FRAMES + 1);
  a.channel.resync();
  a.say("in time");
  await waitUntil(() => b.opened.length === 1);
  assert.deepEqual([b.opened, b.failed, b.tampered], [[[1, "in time"]], 0, 0]);
});

Deno.test("Sealed channel accepts one gap after a drop, and no replay", async () => {
  const [a, b] = await secured();
  const held: Bytes[] = [];
  a.wire = (frame) => held.push(frame);
  for (const text of ["one", "two", "three", "four"]) a.say(text);
  await waitUntil(() => held.length === 4);
  const [one, two, three, four] = held as [Bytes, Bytes, Bytes, Bytes];
  b.channel.receive(one);
  b.channel.inTurn(() => b.channel.resync());
  b.channel.receive(one); // Received before the drop, and again after it.
  b.channel.receive(three);
  await waitUntil(() => b.opened.length === 2);
  assert.equal(b.tampered, 1, "the replay is told of, the gap is not");
  b.channel.receive(two);
  b.channel.receive(three);
  await waitUntil(() => b.tampered === 3);
  b.channel.inTurn(() => b.channel.resync());
  b.channel.receive(four);
  await waitUntil(() => b.opened.length === 3);
  assert.deepEqual(b.opened.map(([, text]) => text), ["one", "three", "four"]);
});

Deno.test("Sealed channel never seals two frames with the same counter, even when a message is sent again", async () => {
  const [a, b] = await secured();
  for (let n = 0; n < 5; n++) {
    a.say("the same");
    a.channel.resync();
  }
  await waitUntil(() => b.opened.length === 5);
  const sealed = a.sent.filter(({ length }) => length !== HANDSHAKE_SIZE);
  assert.equal(new Set(sealed.map((frame) => toHex(frame.subarray(0, 6)))).size, 5);
});

Deno.test("Sealed channel neither sends nor receives once it is closed", async () => {
  const [a, b] = await secured();
  const sent = a.sent.length;
  a.channel.close();
  a.say("after the end");
  b.say("to nobody");
  await b.hasSent(sent + 1);
  a.channel.receive(b.sent[sent]!);
  await a.settled();
  a.channel.resync();
  assert.deepEqual([a.sent.length, a.opened, a.tampered, a.failed], [sent, [], 0, 0]);
});

Deno.test("Sealed channel ends when more frames arrive than it can open", async () => {
  const [a] = await secured();
  for (let n = 0; n <= MAX_PENDING; n++) a.channel.receive(new Uint8Array(1024));
  await waitUntil(() => a.failed === 1);
});

Deno.test("Sealed channel refuses a frame with any single bit flipped", async () => {
  const key = await randomKey();
  const frame = await seal(key, 1, 7, new TextEncoder().encode("a message"));
  assert.ok(await openWith(key, frame));
  for (let bit = 0; bit < frame.length * 8; bit++) {
    const flipped = frame.slice();
    flipped[bit >> 3]! ^= 1 << (bit & 7);
    assert.equal(await openWith(key, flipped), undefined, `bit ${bit}`);
  }
});

Deno.test("Sealed channel opens whatever was sealed, and nothing that was shortened or extended", async () => {
  const key = await randomKey();
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 9000 }),
      fc.nat(2 ** 32 - 1),
      async (content, counter) => {
        const frame = await seal(key, 2, counter, content);
        assert.ok(SEALED_SIZES.some((size) => size === frame.length));
        assert.equal(counterOf(frame), counter);
        assert.deepEqual(await open(key, frame), { kind: 2, content });
        assert.equal(counterOf(frame.subarray(1)), undefined);
        assert.equal(counterOf(Uint8Array.of(...frame, 0)), undefined);
      },
    ),
    trials({ sample: 50, long: 2_000 }),
  );
});

Deno.test("Sealed frames of 200 characters in any script are as long as a typing mark", async () => {
  const key = await randomKey();
  const lengths = await Promise.all(
    ["", "a", "a".repeat(200), "ж".repeat(200), "語".repeat(200), "🙂".repeat(200)]
      .map(async (text) => (await seal(key, 1, 0, new TextEncoder().encode(text))).length),
  );
  assert.deepEqual(new Set(lengths), new Set([1024]));
});

Deno.test("Sealed frames of the same text differ, and don't compress", async () => {
  const [a] = await secured();
  a.say("aaaaaaaaaaaaaaaa".repeat(20));
  a.say("aaaaaaaaaaaaaaaa".repeat(20));
  await a.hasSent(FIRST_FRAMES + 2);
  const [first, second] = a.sent.slice(FIRST_FRAMES) as [Bytes, Bytes];
  assert.notDeepEqual(first.subarray(6), second.subarray(6));
  assert.ok(gzipSync(first.subarray(6)).length >= first.length - 6);
});

Deno.test("ECDH produces the NIST CAVS vector (ECC CDH, P-256, count 0)", async () => {
  const d = hex("7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534");
  const own = hex(
    "ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230" +
      "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
  );
  const theirs = hex(
    "04700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287" +
      "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
  );
  const shared = "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b";
  const privateKey = await importPrivate(d, own);
  const publicKey = await crypto.subtle.importKey(
    "raw",
    theirs,
    { name: "ECDH", namedCurve: "P-256" },
    false,
    [],
  );
  assert.equal(
    toHex(await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256)),
    shared,
  );
});

Deno.test("HKDF produces test case 1 of RFC 5869, with HMAC alone", async () => {
  const okm = await hkdf(
    hex("0b".repeat(22)),
    hex("000102030405060708090a0b0c").buffer,
    hex("f0f1f2f3f4f5f6f7f8f9"),
    32,
  );
  assert.equal(toHex(okm), "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
});

Deno.test("AES-256-GCM produces test case 14 of the GCM specification", async () => {
  const key = await crypto.subtle.importKey("raw", new Uint8Array(32), "AES-GCM", false, [
    "encrypt",
  ]);
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: new Uint8Array(12) },
    key,
    new Uint8Array(16),
  );
  assert.equal(toHex(sealed), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
});

function importPrivate(d: Bytes, point: Bytes): Promise<CryptoKey> {
  const encode = (bytes: Uint8Array): string =>
    btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace(
      /=+$/,
      "",
    );
  const jwk = {
    kty: "EC",
    crv: "P-256",
    d: encode(d),
    x: encode(point.subarray(0, 32)),
    y: encode(point.subarray(32)),
  };
  return crypto.subtle.importKey("jwk", jwk, { name: "ECDH", namedCurve: "P-256" }, false, [
    "deriveKey",
    "deriveBits",
  ]);
}

/** RFC 5869 for up to 32 bytes, built from HMAC, so that it checks the platform's HKDF and our use of it. */
async function hkdf(ikm: Bytes, salt: ArrayBuffer, info: Bytes, length: number): Promise<Bytes> {
  const prk = await hmac(new Uint8Array(salt), ikm);
  return (await hmac(prk, Uint8Array.of(...info, 1))).slice(0, length);
}

async function hmac(key: Bytes, data: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey(
    "raw",
    key,
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["sign"],
  );
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, data));
}
