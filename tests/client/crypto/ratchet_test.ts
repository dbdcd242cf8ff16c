/** The keys of the frames: what a state opens, what it no longer opens, and how far it can skip. */

import assert from "node:assert/strict";
import fc from "fast-check";
import type { Bytes } from "../../../client/crypto/bytes.ts";
import { MAX_SKIP, Ratchet } from "../../../client/crypto/ratchet.ts";
import { open, seal } from "../../../client/crypto/sealed_frame.ts";
import { MAX_WAITING } from "../../../client/state/delivery.ts";
import { secured, type Side } from "../../support/channel_side.ts";
import { trials } from "../../support/repeats.ts";
import { waitUntil } from "../../support/wait_until.ts";

async function newRatchet(): Promise<Ratchet> {
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  const root = await crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
  return Ratchet.first(root, new Uint8Array(32), "caller");
}

/** A frame sealed with the key of a state. */
async function sealedAt(ratchet: Ratchet, text = "text"): Promise<Bytes> {
  return await seal(await ratchet.key(), 1, ratchet.counter, new TextEncoder().encode(text));
}

Deno.test("Ratchet has another key for each frame, and the same key for the same counter", async () => {
  const first = await newRatchet();
  const frames: Bytes[] = [];
  for (let state = first; state.counter < 5; state = await state.next()) {
    frames.push(await sealedAt(state));
  }
  for (let counter = 0; counter < 5; counter++) {
    const state = await first.at(counter);
    for (const [other, frame] of frames.entries()) {
      const opened = await open(await state!.key(), frame);
      assert.equal(opened !== undefined, other === counter, `frame ${other} with key ${counter}`);
    }
  }
});

Deno.test("Ratchet differs for each direction, root and salt", async () => {
  const import_ = (bytes: Bytes): Promise<CryptoKey> =>
    crypto.subtle.importKey("raw", bytes, "HKDF", false, ["deriveBits"]);
  const root = await import_(new Uint8Array(64));
  const [zeros, ones] = [new Uint8Array(32), new Uint8Array(32).fill(1)];
  const frame = await sealedAt(await Ratchet.first(root, zeros, "caller"));
  const others = [
    await Ratchet.first(root, zeros, "callee"),
    await Ratchet.first(root, ones, "caller"),
    await Ratchet.first(await import_(new Uint8Array(64).fill(1)), zeros, "caller"),
  ];
  for (const other of others) assert.equal(await open(await other.key(), frame), undefined);
});

Deno.test("Ratchet never returns to an earlier state, and skips up to its limit", async () => {
  const state = await (await newRatchet()).at(3);
  assert.equal(state!.counter, 3);
  for (const counter of [2, 0, 3 + MAX_SKIP + 1, 2 ** 32 - 1]) {
    assert.equal(await state!.at(counter), undefined, `${counter}`);
  }
  assert.equal((await state!.at(3))!.counter, 3);
  assert.equal((await state!.at(3 + MAX_SKIP))!.counter, 3 + MAX_SKIP);
});

Deno.test("Ratchet skips more frames than a page sends without knowing that its connection has dropped", () => {
  // Unconfirmed messages, the steps of a call with 100 candidates, and a typing indicator every two seconds for a minute.
  assert.ok(MAX_SKIP >= MAX_WAITING + 110 + 30);
});

/** What happens to a frame on its way. */
type Fate = "arrives" | "is lost" | "is altered" | "arrives twice" | "is forged ahead";

const FATES: readonly Fate[] = [
  "arrives",
  "is lost",
  "is altered",
  "arrives twice",
  "is forged ahead",
];

/** Delivers a frame as an attacker or a network would. Returns how many warnings that must cause. */
function deliver(frame: Bytes, fate: Fate, to: Side): number {
  switch (fate) {
    case "arrives":
      to.channel.receive(frame);
      return 0;
    case "is lost":
      return 0;
    case "is altered": {
      const altered = frame.slice();
      altered[frame.length - 1]! ^= 1;
      to.channel.receive(altered);
      return 1;
    }
    case "arrives twice":
      to.channel.receive(frame);
      to.channel.receive(frame);
      return 1;
    case "is forged ahead": {
      const ahead = frame.slice();
      const view = new DataView(ahead.buffer);
      view.setUint32(2, view.getUint32(2) + 7);
      to.channel.receive(ahead);
      to.channel.receive(frame);
      return 1;
    }
  }
}

Deno.test("Ratchet delivers what arrives intact, in order, whatever happens to other frames", async () => {
  const fates = fc.array(fc.constantFrom(...FATES), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fates, fc.boolean(), async (plan, isExcused) => {
      const [a, b] = await secured();
      const held: Bytes[] = [];
      a.wire = (frame) => held.push(frame);
      plan.forEach((_, index) => a.say(`text ${index}`));
      a.say("last");
      await waitUntil(() => held.length === plan.length + 1);
      let [warnings, gaps, isMissing] = [0, 0, false];
      const expected: string[] = [];
      for (const [index, fate] of plan.entries()) {
        const isDelivered = fate !== "is lost" && fate !== "is altered";
        if (isDelivered && isMissing && !isExcused) gaps++;
        isMissing = !isDelivered;
        if (isDelivered) expected.push(`text ${index}`);
        if (isExcused) b.channel.inTurn(() => b.channel.resync());
        warnings += deliver(held[index]!, fate, b);
        await b.settled();
      }
      if (isMissing && !isExcused) gaps++;
      if (isExcused) b.channel.inTurn(() => b.channel.resync());
      b.channel.receive(held.at(-1)!);
      await waitUntil(() => b.texts.at(-1) === "last");
      assert.deepEqual(b.texts, [...expected, "last"]);
      assert.deepEqual([b.tampered, b.failed], [warnings + gaps, 0]);
    }),
    trials({ sample: 40, long: 2_000 }),
  );
});

Deno.test("Ratchet of a channel stays where it is after a frame that jumps too far", async () => {
  const [a, b] = await secured();
  a.say("first");
  await waitUntil(() => b.opened.length === 1);
  for (const jump of [MAX_SKIP + 2, 2 ** 31]) {
    const forged = new Uint8Array(1024);
    forged.set([1, 3]);
    new DataView(forged.buffer).setUint32(2, jump);
    b.channel.receive(forged);
  }
  a.say("second");
  await waitUntil(() => b.opened.length === 2);
  assert.deepEqual([b.texts, b.tampered, b.failed], [["first", "second"], 2, 0]);
});

Deno.test("Ratchet takes each step once, however many frames are forged", async () => {
  const [a, b] = await secured();
  const { subtle } = crypto;
  const original = subtle.deriveBits.bind(subtle);
  let steps = 0;
  try {
    subtle.deriveBits = (...args) => {
      steps++;
      return original(...args);
    };
    for (let forged = 0; forged < 20; forged++) {
      const frame = new Uint8Array(1024);
      frame.set([2, 3]);
      new DataView(frame.buffer).setUint32(2, MAX_SKIP - forged);
      b.channel.receive(frame);
    }
    await waitUntil(() => b.tampered === 20);
    assert.equal(steps, MAX_SKIP);
  } finally {
    subtle.deriveBits = original;
  }
  a.say("opens all the same");
  await waitUntil(() => b.opened.length === 1);
});
