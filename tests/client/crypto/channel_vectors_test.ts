/** The recorded chat of docs/channel_vectors.json: the page records the same one, and an independent decoder opens it. */

import assert from "node:assert/strict";
import fc from "fast-check";
import recorded from "../../../docs/channel_vectors.json" with { type: "json" };
import { trials } from "../../support/repeats.ts";
import { recordChannel } from "./channel_vectors.ts";
import {
  type DecodedFrame,
  decodeHandshake,
  type Handshake,
  openFrames,
  type OwnSecrets,
} from "./independent_decoder.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const { random, derived } = recorded;

function hex(digits: string): Bytes {
  return Uint8Array.fromHex(digits);
}

/** The random values of each side, with which it derives the keys. */
const OWN: readonly OwnSecrets[] = [
  { role: "caller", scalar: hex(random.callerPrivateKey), kemSeed: hex(random.kemSeed) },
  { role: "callee", scalar: hex(random.calleePrivateKey), kemMessage: hex(random.kemMessage) },
];

const HANDSHAKE = Object.fromEntries(
  Object.entries(recorded.handshake).map(([name, digits]) => [name, hex(digits)]),
) as unknown as Handshake;

function framesFrom(role: string): Bytes[] {
  return recorded.sealed.filter(({ from }) => from === role).map(({ frame }) => hex(frame));
}

Deno.test("Vectors of the channel are what two pages send each other", async () => {
  assert.deepEqual(await recordChannel(), recorded);
});

Deno.test("Vectors of the channel are opened by a decoder that shares no code with the page", async () => {
  const source = await Deno.readTextFile(new URL("independent_decoder.ts", import.meta.url));
  assert.deepEqual([...source.matchAll(/ from "(.+)"/g)].map(([, name]) => name), ["mlkem"]);
  for (const own of OWN) {
    const keys = await decodeHandshake(HANDSHAKE, own);
    assert.deepEqual([keys.suite, keys.emoji], [recorded.suites.chosen, recorded.emoji]);
    assert.equal(keys.shared.toHex(), derived.Z);
    assert.equal(keys.secret.toHex(), derived.K);
    assert.equal(keys.salt.toHex(), derived.salt);
    assert.equal(keys.callersChain.toHex(), derived.callerChain0);
    assert.equal(keys.calleesChain.toHex(), derived.calleeChain0);
    const opened = {
      caller: await openFrames(keys.callersChain, framesFrom("caller")),
      callee: await openFrames(keys.calleesChain, framesFrom("callee")),
    };
    for (const role of ["caller", "callee"] as const) {
      const expected = recorded.sealed.filter(({ from }) => from === role);
      const found = opened[role].map(({ envelope, ...rest }: DecodedFrame) => ({
        ...rest,
        envelope: envelope.toHex(),
      }));
      assert.deepEqual(
        found,
        expected.map(({ kind, counter, envelope }) => ({ kind, counter, envelope })),
      );
    }
  }
});

Deno.test("Vectors of the channel contain a gap, both directions, and a frame of more than the smallest size", () => {
  const counters = recorded.sealed.filter(({ from }) => from === "callee").map(({ counter }) =>
    counter
  );
  assert.deepEqual(counters, [0, 2]);
  assert.ok(recorded.sealed.some(({ frame }) => frame.length / 2 > 1024));
});

Deno.test("Vectors of the channel state each field of the frames", () => {
  const { callersOffer, calleesOffer, callersReveal, calleesReveal } = recorded.handshake;
  const at = (frame: string, begin: number, end: number): string => frame.slice(2 * begin, 2 * end);
  assert.equal(at(callersOffer, 0, 7), "02010102000000");
  assert.equal(at(callersOffer, 7, 1191), derived.ek);
  assert.equal(at(callersOffer, 1191, 1223), derived.callerCommitment);
  assert.equal(at(calleesOffer, 1191, 1223), derived.calleeCommitment);
  assert.equal(at(callersReveal, 2, 67), derived.callerPublicKey);
  assert.equal(at(calleesReveal, 2, 67), derived.calleePublicKey);
  assert.equal(at(calleesReveal, 67, 1155), derived.ciphertext);
  assert.equal(at(calleesReveal, 1155, 1187), derived.maskedOpening);
  assert.match(at(callersReveal, 67, 1280) + at(calleesOffer, 7, 1191), /^0+$/);
});

Deno.test("Vectors of the channel with any bit of the handshake changed open nothing", async () => {
  const names = Object.keys(HANDSHAKE) as (keyof Handshake)[];
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.nat(1280 * 8 - 1),
      fc.constantFrom(...OWN),
      async (name, bit, own) => {
        const frame = HANDSHAKE[name].slice();
        frame[bit >> 3]! ^= 1 << (bit & 7);
        await assert.rejects(async () => {
          const keys = await decodeHandshake({ ...HANDSHAKE, [name]: frame }, own);
          await openFrames(keys.callersChain, framesFrom("caller"));
        });
      },
    ),
    trials({ sample: 60, long: 5_000 }),
  );
});
