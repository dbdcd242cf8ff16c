/**
 * The key agreement against an attacker who controls everything between two pages: one who swaps, replays, reflects,
 * delays or withholds each flight, on each side. `grinding_test.ts` has the one who tries ciphertexts.
 */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bytes } from "../../../client/crypto/bytes.ts";
import {
  handshakeFrame,
  OPENING_BYTES,
  readOffer,
  readReveal,
  TAG_OFFER,
  TAG_REVEAL,
  termsOf,
} from "../../../client/crypto/handshake_frame.ts";
import { agreementParts, chooseSuite, makeOffer } from "../../../client/crypto/key_agreement.ts";
import { EK_BYTES, type Kem } from "../../../client/crypto/kem.ts";
import { LIBRARY_KEM } from "../../../client/crypto/library_kem.ts";
import { HANDSHAKE_SIZE } from "../../../client/crypto/padding.ts";
import { commitmentOf, mask } from "../../../client/crypto/transcript.ts";
import { WEB_CRYPTO_KEM } from "../../../client/crypto/web_crypto_kem.ts";
import { MAX_SUITES, type Role, Suite, SUITES } from "../../../protocol.ts";
import { connect, FIRST_FRAMES, pair, secured, Side } from "../../support/channel_side.ts";
import { trials } from "../../support/repeats.ts";
import { waitUntil } from "../../support/wait_until.ts";

const ROLES = ["caller", "callee"] as const;

function partnerOf(role: Role): Role {
  return role === "caller" ? "callee" : "caller";
}

/** A pair in the order of a chat, whichever role is examined. */
function newPair(role: Role): [examined: Side, partner: Side] {
  return [new Side(role), new Side(partnerOf(role))];
}

/**
 * Two pages whose frames the attacker may change. `change` gets the number of each frame of a side, and what to forward
 * instead is what it returns.
 */
function tamperedPair(
  from: Role,
  change: (frame: Bytes, flight: number) => Bytes | Promise<Bytes>,
): { readonly sender: Side; readonly receiver: Side } {
  const [sender, receiver] = newPair(from);
  let turn = Promise.resolve();
  sender.wire = (frame) => {
    const flight = sender.sent.length;
    turn = turn.then(async () => receiver.channel.receive(await change(frame, flight)));
  };
  receiver.wire = (frame) => sender.channel.receive(frame);
  return { sender, receiver };
}

/** A frame with some bytes replaced. */
function patched(frame: Bytes, at: number, bytes: Uint8Array): Bytes {
  const copy = frame.slice();
  copy.set(bytes, at);
  return copy;
}

/** Offsets of what a frame contains. */
const AT = { suites: 2, ek: 7, commitment: 1191, key: 2, ciphertext: 67, masked: 1155 } as const;

Deno.test("Key agreement with a server that swaps all keys shows different pictures", async () => {
  const [a, b] = [new Side("caller"), new Side("callee")];
  // The attacker is a complete callee to the caller and a complete caller to the callee, and forwards all messages.
  const [toA, toB] = [new Side("callee"), new Side("caller")];
  connect(a, toA);
  connect(toB, b);
  await waitUntil(() => [a, b, toA, toB].every(({ pictures }) => pictures !== undefined));
  a.say("read by the one between");
  await waitUntil(() => toA.opened.length === 1);
  // Nothing in the protocol stops this attacker, so the pictures must. They match once in 16,777,216 attempts, and the
  // attacker has only one, because it must commit before it sees a key.
  assert.equal(a.names, toA.names);
  assert.equal(b.names, toB.names);
  assert.notEqual(a.names, b.names);
});

for (const [name, kem] of [["library", LIBRARY_KEM], ["WebCrypto", WEB_CRYPTO_KEM]] as const) {
  Deno.test(`Key agreement of a page with the KEM of the ${name} works with either role and the other KEM`, async () => {
    for (const other of [LIBRARY_KEM, WEB_CRYPTO_KEM]) {
      const [a, b] = await secured({ kem: Promise.resolve(kem) }, { kem: Promise.resolve(other) });
      a.say("from the caller");
      b.say("from the callee");
      await waitUntil(() => a.opened.length === 1 && b.opened.length === 1);
      assert.deepEqual([a.names, a.texts, b.texts], [b.names, ["from the callee"], [
        "from the caller",
      ]]);
    }
  });

  Deno.test(`Key agreement fails on an encapsulation key that is not reduced, with the KEM of the ${name}`, async () => {
    const invalid = new Uint8Array(EK_BYTES).fill(255);
    const cheating: Kem = {
      ...LIBRARY_KEM,
      generate: async () => ({ ...await LIBRARY_KEM.generate(), ek: invalid }),
    };
    const [, b] = pair({ kem: Promise.resolve(cheating) }, { kem: Promise.resolve(kem) });
    await waitUntil(() => b.failed === 1);
    assert.deepEqual([b.pictures, b.sent.length], [undefined, 1], "it has revealed nothing");
  });
}

Deno.test("Key agreement fails when the encapsulation key alone is swapped: the caller has committed to it", async () => {
  const { ek } = await LIBRARY_KEM.generate();
  const { receiver } = tamperedPair(
    "caller",
    (frame, flight) => flight === 1 ? patched(frame, AT.ek, ek) : frame,
  );
  await waitUntil(() => receiver.failed === 1);
  assert.equal(receiver.pictures, undefined);
});

Deno.test("Key agreement fails when the suites of an offer are changed: each side has committed to its own", async () => {
  for (const from of ROLES) {
    for (
      const suites of [[Suite.hybrid, Suite.p256], [Suite.p256, Suite.hybrid], [9, Suite.hybrid]]
    ) {
      const terms = termsOf(suites).subarray(0, 1 + MAX_SUITES);
      const { receiver } = tamperedPair(
        from,
        (frame, flight) => flight === 1 ? patched(frame, AT.suites, terms) : frame,
      );
      await waitUntil(() => receiver.failed === 1);
      assert.equal(receiver.pictures, undefined);
    }
  }
});

Deno.test("Key agreement fails when a commitment or a key is swapped, so no key can be chosen late", async () => {
  for (const from of ROLES) {
    const other = await makeOffer(agreementParts(from));
    const { commitment } = readOffer(other.frame);
    const { key } = readReveal((await reveal(other, from)).frame);
    for (const [flight, at, bytes] of [[1, AT.commitment, commitment], [2, AT.key, key]] as const) {
      const { receiver } = tamperedPair(
        from,
        (frame, number) => number === flight ? patched(frame, at, bytes) : frame,
      );
      await waitUntil(() => receiver.failed === 1);
      assert.equal(receiver.pictures, undefined, `${from}, flight ${flight}`);
    }
  }
});

/** The second step of a side, with any partner. */
async function reveal(
  offered: Awaited<ReturnType<typeof makeOffer>>,
  role: Role,
): Promise<{ readonly frame: Bytes }> {
  const partner = await makeOffer(agreementParts(partnerOf(role)));
  const revealed = await offered.reveal(partner.frame);
  assert.ok(revealed);
  return revealed;
}

Deno.test("Key agreement fails at once when the ciphertext is swapped, whatever comes with it", async () => {
  const attempts: ((masked: Bytes, secret: Bytes) => Bytes | Promise<Bytes>)[] = [
    (masked) => masked,
    () => crypto.getRandomValues(new Uint8Array(OPENING_BYTES)),
    (_masked, secret) => mask(new Uint8Array(OPENING_BYTES), secret),
    (masked, secret) => mask(masked, secret),
  ];
  for (const attempt of attempts) {
    let ek: Bytes;
    const { sender, receiver } = tamperedPair("callee", async (frame, flight) => {
      if (flight !== 2) return frame;
      ({ ek } = readOffer(receiver.sent[0]!));
      const { secret, ciphertext } = await LIBRARY_KEM.encapsulate(ek);
      const { masked } = readReveal(frame);
      const opening = await attempt(masked, secret);
      return patched(patched(frame, AT.ciphertext, ciphertext), AT.masked, opening);
    });
    receiver.say("never sealed");
    await waitUntil(() => receiver.failed === 1);
    assert.equal(receiver.pictures, undefined);
    assert.equal(receiver.sent.length, FIRST_FRAMES, "it has sealed nothing");
    assert.equal(sender.opened.length, 0);
  }
});

Deno.test("Key agreement fails with an attacker who knows both private keys of ECDH and swaps the ciphertext", async () => {
  // Such an attacker has a quantum computer during the chat. The opening is still a secret of the two pages.
  const parts = agreementParts("caller");
  const keys = [await parts.newKeys(), await parts.newKeys()] as const;
  const [a, b] = [
    new Side("caller", { newKeys: () => Promise.resolve(keys[0]) }),
    new Side("callee", { newKeys: () => Promise.resolve(keys[1]) }),
  ];
  a.wire = (frame) => b.channel.receive(frame);
  await b.hasSent(1);
  a.channel.receive(b.sent[0]!);
  await b.hasSent(FIRST_FRAMES);
  const attacker = await makeOffer({
    ...parts,
    role: "callee",
    newKeys: () => Promise.resolve(keys[1]),
  });
  const swapped = await attacker.reveal(a.sent[0]!);
  assert.deepEqual(readReveal(swapped!.frame).key, readReveal(b.sent[1]!).key);
  a.channel.receive(swapped!.frame);
  await waitUntil(() => a.failed === 1);
  assert.equal(a.pictures, undefined);
});

Deno.test("Key agreement shows different pictures if the callee got another offer, and the ciphertext was then swapped", async () => {
  const [a, b] = [new Side("caller"), new Side("callee")];
  // To the callee, the attacker is a caller with another encapsulation key. So it learns the opening.
  let secret = new Uint8Array();
  const spying: Kem = {
    ...LIBRARY_KEM,
    generate: async () => {
      const keys = await LIBRARY_KEM.generate();
      const decapsulate = async (ciphertext: Bytes): Promise<Bytes> => {
        const found = await keys.decapsulate(ciphertext);
        secret = found.slice();
        return found;
      };
      return { ...keys, decapsulate };
    },
  };
  const toB = new Side("caller", { kem: Promise.resolve(spying) });
  connect(toB, b);
  await waitUntil(() => b.pictures !== undefined && toB.pictures !== undefined);
  const [offer, revealed] = b.sent as [Bytes, Bytes];
  const opening = await mask(readReveal(revealed).masked, secret);
  // To the caller, it is the real callee, with the real key and another ciphertext.
  a.channel.receive(offer);
  await a.hasSent(FIRST_FRAMES);
  const swapped = await LIBRARY_KEM.encapsulate(readOffer(a.sent[0]!).ek);
  const frame = patched(revealed, AT.ciphertext, swapped.ciphertext);
  a.channel.receive(patched(frame, AT.masked, await mask(opening, swapped.secret)));
  await waitUntil(() => a.pictures !== undefined);
  assert.notEqual(a.names, b.names);
});

Deno.test("Key agreement shows different pictures when the caller's key is kept, and the encapsulation key and the ciphertext are swapped", async () => {
  const [a, b] = newPair("caller");
  await a.hasSent(1);
  await b.hasSent(1);
  // The caller reveals its key first, because it gets the real offer. The attacker then commits to that key.
  a.channel.receive(b.sent[0]!);
  await a.hasSent(FIRST_FRAMES);
  const { key } = readReveal(a.sent[1]!);
  const keys = await LIBRARY_KEM.generate();
  const terms = termsOf(SUITES, keys.ek);
  const opening = new Uint8Array(OPENING_BYTES);
  const commitment = await commitmentOf("caller", terms, key, opening);
  b.channel.receive(handshakeFrame(TAG_OFFER, terms, commitment));
  await b.hasSent(FIRST_FRAMES);
  b.channel.receive(a.sent[1]!);
  // The attacker learns the opening, and so can swap the ciphertext.
  const { ciphertext, masked } = readReveal(b.sent[1]!);
  const learnt = await mask(masked, await keys.decapsulate(ciphertext));
  const swapped = await LIBRARY_KEM.encapsulate(readOffer(a.sent[0]!).ek);
  const frame = patched(b.sent[1]!, AT.ciphertext, swapped.ciphertext);
  a.channel.receive(patched(frame, AT.masked, await mask(learnt, swapped.secret)));
  // Both pages are content, and the attacker lacks nothing but the secret of P-256. Only the pictures tell.
  await waitUntil(() => a.pictures !== undefined && b.pictures !== undefined);
  assert.notEqual(a.names, b.names);
  // It didn't break P-256, so it can't seal anything either: nothing opens.
  a.say("never read");
  await a.hasSent(FIRST_FRAMES + 1);
  b.channel.receive(a.sent[FIRST_FRAMES]!);
  await waitUntil(() => b.tampered === 1);
  assert.deepEqual(b.opened, []);
});

Deno.test("Key agreement whose padding is altered gives the pages different keys, and both are told", async () => {
  for (const from of ROLES) {
    for (const flight of [1, 2]) {
      const { sender, receiver } = tamperedPair(
        from,
        (frame, number) =>
          number === flight ? patched(frame, HANDSHAKE_SIZE - 1, Uint8Array.of(1)) : frame,
      );
      await waitUntil(() => sender.pictures !== undefined && receiver.pictures !== undefined);
      assert.equal(
        sender.names === receiver.names,
        flight === 2,
        "pictures cover the first flight",
      );
      sender.say("never read");
      receiver.say("never read, either");
      await waitUntil(() => sender.tampered === 1 && receiver.tampered === 1);
      assert.deepEqual([sender.opened, receiver.opened], [[], []]);
    }
  }
});

Deno.test("Key agreement refuses its own frames when they are sent back to it", async () => {
  for (const role of ROLES) {
    const side = new Side(role);
    side.wire = (frame) => side.channel.receive(frame);
    await waitUntil(() => side.failed === 1);
    assert.equal(side.pictures, undefined);
  }
});

Deno.test("Key agreement refuses a partner with its own role, even if that is honest", async () => {
  for (const role of ROLES) {
    const [one, other] = [new Side(role), new Side(role)];
    connect(one, other);
    await waitUntil(() => one.failed === 1 && other.failed === 1);
    assert.deepEqual([one.pictures, other.pictures], [undefined, undefined]);
  }
});

Deno.test("Key agreement gains nothing from the frames of an earlier chat", async () => {
  for (const role of ROLES) {
    const [earlier, partner] = newPair(role);
    connect(earlier, partner);
    await waitUntil(() => earlier.pictures !== undefined && partner.pictures !== undefined);
    partner.say("said before");
    await waitUntil(() => earlier.opened.length === 1);
    const side = new Side(role);
    for (const frame of partner.sent) side.channel.receive(frame);
    // The caller notices at once, because it decapsulates other bytes than the callee has committed to.
    await waitUntil(() => role === "caller" ? side.failed === 1 : side.tampered === 1);
    assert.deepEqual(side.opened, []);
    assert.notEqual(side.names, earlier.names);
  }
});

Deno.test("Key agreement reveals nothing while the partner's offer is withheld", async () => {
  for (const role of ROLES) {
    const side = new Side(role);
    side.say("waits for the keys");
    await side.hasSent(1);
    side.channel.resync();
    side.channel.resync();
    await side.settled();
    assert.ok(side.sent.every((frame) => frame[1] === TAG_OFFER), "offers, and nothing else");
    assert.deepEqual([side.pictures, side.failed], [undefined, 0]);
  }
});

Deno.test("Key agreement seals nothing while the partner's reveal is withheld, and continues when it is late", async () => {
  for (const role of ROLES) {
    const [side, partner] = newPair(role);
    const held: Bytes[] = [];
    side.wire = (frame) => partner.channel.receive(frame);
    partner.wire = (frame) =>
      partner.sent.length === 1 ? side.channel.receive(frame) : held.push(frame);
    side.say("waits for the keys");
    await waitUntil(() => held.length === 1);
    await side.settled();
    assert.deepEqual([side.sent.length, side.pictures], [FIRST_FRAMES, undefined]);
    side.channel.receive(held[0]!);
    await waitUntil(() => partner.opened.length === 1);
    assert.equal(side.names, partner.names);
  }
});

Deno.test("Key agreement fails on a reveal before an offer, on two offers, and on a sealed frame too early", async () => {
  for (const role of ROLES) {
    const [, partner] = newPair(role);
    const other = new Side(partnerOf(role));
    connect(partner, new Side(role));
    partner.say("sealed");
    await partner.hasSent(FIRST_FRAMES + 1);
    await other.hasSent(1);
    const [offer, revealed, sealed] = partner.sent as [Bytes, Bytes, Bytes];
    const sequences = [[revealed], [offer, offer], [offer, other.sent[0]!], [sealed], [
      offer,
      sealed,
    ]];
    for (const sequence of sequences) {
      const side = new Side(role);
      for (const frame of sequence) side.channel.receive(frame);
      await waitUntil(() => side.failed === 1);
      assert.equal(side.pictures, undefined);
    }
  }
});

Deno.test("Key agreement never takes a second offer or reveal, even after a drop", async () => {
  for (const role of ROLES) {
    const late = new Side(partnerOf(role));
    await late.hasSent(1);
    const [side, partner] = newPair(role);
    const isNew = (frame: Bytes): boolean => side.sent.indexOf(frame) === side.sent.length - 1;
    side.wire = (frame) => isNew(frame) && partner.channel.receive(frame);
    partner.wire = (frame) => {
      side.channel.receive(frame);
      side.channel.inTurn(() => side.channel.resync());
      side.channel.receive(late.sent[0]!);
    };
    await waitUntil(() => [side, partner].every(({ pictures }) => pictures !== undefined));
    assert.deepEqual([side.names, side.failed], [partner.names, 0]);
  }
});

Deno.test("Key agreement fails on a key that is not on the curve, even if the partner has committed to it", async () => {
  for (const role of ROLES) {
    const side = new Side(role);
    const [offer, second] = await cheating(partnerOf(role), side);
    side.channel.receive(offer);
    await side.hasSent(2);
    side.channel.receive(second);
    await waitUntil(() => side.failed === 1);
    assert.equal(side.pictures, undefined);
  }
});

/** The frames of a side that commits to a key off the curve. */
async function cheating(role: Role, victim: Side): Promise<[offer: Bytes, reveal: Bytes]> {
  const off = new Uint8Array(65).fill(1);
  off[0] = 4;
  await victim.hasSent(1);
  const opening = new Uint8Array(OPENING_BYTES);
  const { ek } = await LIBRARY_KEM.generate();
  const terms = termsOf(SUITES, role === "caller" ? ek : undefined);
  const offer = handshakeFrame(TAG_OFFER, terms, await commitmentOf(role, terms, off, opening));
  if (role === "caller") return [offer, handshakeFrame(TAG_REVEAL, off)];
  const { secret, ciphertext } = await LIBRARY_KEM.encapsulate(readOffer(victim.sent[0]!).ek);
  return [offer, handshakeFrame(TAG_REVEAL, off, ciphertext, await mask(opening, secret))];
}

Deno.test("Suite is the caller's best that the callee accepts, and there is no fallback", async () => {
  assert.equal(chooseSuite([3, 2], [2]), 2);
  assert.equal(chooseSuite([2, 3], [3, 2]), 2);
  assert.equal(chooseSuite([3, 2], [2, 3]), 3);
  assert.equal(chooseSuite([2], [1]), undefined);
  assert.deepEqual(SUITES, [Suite.hybrid]);
  for (const theirs of [[Suite.p256], [3, 4], []]) {
    const [a, b] = pair({}, { suites: theirs });
    await waitUntil(() => a.failed === 1 && b.failed === 1);
    assert.deepEqual([a.sent.length, b.sent.length], [1, 1], "neither has revealed anything");
  }
});

Deno.test("Suite is chosen alike by both sides, and the pictures cover what both have offered", async () => {
  for (const [callers, callees, chosen] of [[[3, 2], [2, 3], 3], [[3, 2], [2], 2]] as const) {
    const [a, b] = await secured({ suites: callers }, { suites: callees });
    assert.deepEqual([a.suite, b.suite, a.names], [chosen, chosen, b.names]);
  }
});

Deno.test("Key agreement fails on an offer with no suites or too many, and on the previous release's", async () => {
  for (const role of ROLES) {
    const partner = new Side(partnerOf(role));
    await partner.hasSent(1);
    const [offer] = partner.sent as [Bytes];
    const counts = [0, MAX_SUITES + 1, 255].map((count) =>
      patched(offer, AT.suites, Uint8Array.of(count))
    );
    const previous = new Uint8Array(256);
    previous.set([2, 1]);
    for (const frame of [...counts, previous]) {
      const side = new Side(role);
      side.channel.receive(frame);
      await waitUntil(() => side.failed === 1);
      assert.equal(side.sent.length, 1, "it has revealed nothing");
    }
  }
});

/** One thing that an attacker does to a frame. */
const mutations = fc.oneof(
  fc.record({ kind: fc.constant("flip" as const), bit: fc.nat(HANDSHAKE_SIZE * 8 - 1) }),
  fc.record({ kind: fc.constant("cut" as const), length: fc.nat(HANDSHAKE_SIZE - 1) }),
  fc.record({ kind: fc.constant("random" as const), bytes: fc.uint8Array({ maxLength: 2_000 }) }),
  fc.record({
    kind: fc.constant("fill" as const),
    at: fc.nat(HANDSHAKE_SIZE - 1),
    byte: fc.nat(255),
  }),
);

function mutated(
  frame: Bytes,
  mutation: typeof mutations extends fc.Arbitrary<infer T> ? T : never,
): Bytes {
  switch (mutation.kind) {
    case "flip":
      return patched(
        frame,
        mutation.bit >> 3,
        Uint8Array.of(frame[mutation.bit >> 3]! ^ 1 << (mutation.bit & 7)),
      );
    case "cut":
      return frame.slice(0, mutation.length);
    case "random":
      return Uint8Array.from(mutation.bytes);
    case "fill":
      return patched(
        frame,
        mutation.at,
        new Uint8Array(frame.length - mutation.at).fill(mutation.byte),
      );
  }
}

Deno.test("Key agreement with any flight of either side mutated delivers no message, and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ROLES),
      fc.constantFrom(1, 2),
      mutations,
      async (from, flight, mutation) => {
        let isChanged = false;
        const { sender, receiver } = tamperedPair(from, (frame, number) => {
          if (number !== flight) return frame;
          const result = mutated(frame, mutation);
          isChanged = result.length !== frame.length ||
            result.some((byte, at) => byte !== frame[at]);
          return result;
        });
        sender.say("to the receiver");
        receiver.say("to the sender");
        await waitUntil(() =>
          receiver.failed + receiver.tampered > 0 ||
          receiver.pictures !== undefined &&
            (!isChanged || sender.pictures === undefined || sender.failed === 1)
        );
        if (!isChanged) return;
        assert.deepEqual([sender.opened, receiver.opened], [[], []]);
        assert.ok(sender.failed <= 1 && receiver.failed <= 1);
      },
    ),
    trials({ sample: 150, long: 5_000 }),
  );
});

Deno.test("Key agreement overwrites its secrets, and keeps nothing that can be exported", async () => {
  const { subtle } = crypto;
  const [results, inputs]: [ArrayBuffer[], Uint8Array[]] = [[], []];
  const keys: CryptoKey[] = [];
  const kem: Kem = {
    generate: async () => {
      const own = await LIBRARY_KEM.generate();
      return {
        ...own,
        decapsulate: async (ciphertext) => {
          const secret = await own.decapsulate(ciphertext);
          inputs.push(secret);
          return secret;
        },
      };
    },
    encapsulate: async (ek) => {
      const sent = await LIBRARY_KEM.encapsulate(ek);
      inputs.push(sent.secret);
      return sent;
    },
  };
  const original = {
    deriveBits: subtle.deriveBits.bind(subtle),
    importKey: subtle.importKey.bind(subtle),
    deriveKey: subtle.deriveKey.bind(subtle),
  };
  try {
    subtle.deriveBits = async (...args) => {
      const bits = await original.deriveBits(...args);
      results.push(bits);
      return bits;
    };
    subtle.importKey = (async (...args: Parameters<SubtleCrypto["importKey"]>) => {
      if (args[2] === "HKDF") inputs.push(args[1] as unknown as Uint8Array);
      const key = await original.importKey(...args);
      keys.push(key);
      return key;
    }) as SubtleCrypto["importKey"];
    subtle.deriveKey = async (...args) => {
      const key = await original.deriveKey(...args);
      keys.push(key);
      return key;
    };
    const [a, b] = await secured({ kem: Promise.resolve(kem) });
    a.say("one");
    b.say("two");
    await waitUntil(() => a.opened.length === 1 && b.opened.length === 1);
    await Promise.all([a.settled(), b.settled()]);
    for (const side of [a, b]) side.channel.close();
    assert.ok(results.length >= 10 && inputs.length >= 10, "everything was seen");
    const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);
    assert.ok(results.every((bits) => isZero(new Uint8Array(bits))), "what was derived");
    assert.ok(inputs.every(isZero), "what keys were made of");
    assert.ok(
      keys.filter(({ type }) => type === "secret").every(({ extractable }) => !extractable),
    );
  } finally {
    Object.assign(subtle, original);
  }
});

Deno.test("Key agreement that is closed or fails forgets the private key and the secret", async () => {
  for (const step of [1, 2]) {
    let forgotten = 0;
    const secrets: Bytes[] = [];
    const kem: Kem = {
      generate: async () => {
        const own = await LIBRARY_KEM.generate();
        return { ...own, forget: () => [forgotten++, own.forget()] };
      },
      encapsulate: async (ek) => {
        const sent = await LIBRARY_KEM.encapsulate(ek);
        secrets.push(sent.secret);
        return sent;
      },
    };
    const [a, b] = [
      new Side("caller", { kem: Promise.resolve(kem) }),
      new Side("callee", { kem: Promise.resolve(kem) }),
    ];
    await a.hasSent(1);
    await b.hasSent(1);
    if (step === 2) {
      a.channel.receive(b.sent[0]!);
      b.channel.receive(a.sent[0]!);
      await a.hasSent(2);
      await b.hasSent(2);
    }
    a.channel.close();
    b.channel.close();
    assert.equal(forgotten, 1);
    assert.equal(secrets.length, step - 1);
    assert.ok(secrets.every((secret) => secret.every((byte) => byte === 0)));
  }
});
