import assert from "node:assert/strict";
import { Offered } from "../../../client/crypto/key_agreement.ts";
import type { Kem } from "../../../client/crypto/kem.ts";
import { LIBRARY_KEM } from "../../../client/crypto/library_kem.ts";
import { PreparedOffers } from "../../../client/crypto/prepared_offers.ts";
import { SealedChannel } from "../../../client/crypto/sealed_channel.ts";
import { connect, FIRST_FRAMES, Side } from "../../support/channel_side.ts";
import { waitUntil } from "../../support/wait_until.ts";

const ROLES = ["caller", "callee"] as const;

/** Offers for both roles that are ready, with a count of the private keys that were forgotten. */
async function ready(): Promise<{ readonly offers: PreparedOffers; readonly forgotten: number }> {
  const counts = { forgotten: 0 };
  const kem: Kem = {
    ...LIBRARY_KEM,
    generate: async () => {
      const own = await LIBRARY_KEM.generate();
      return { ...own, forget: () => [counts.forgotten++, own.forget()] };
    },
  };
  const offers = new PreparedOffers(() => Promise.resolve(kem));
  const { caller, callee } = offers.prepare();
  await Promise.all([caller.made, callee.made]);
  return Object.assign(counts, { offers });
}

for (const role of ROLES) {
  Deno.test(`Prepared offer of a ${role} is sent as soon as the chat begins, before anything is awaited`, async () => {
    const { offers } = await ready();
    const offer = offers.take(role);
    assert.ok(offer instanceof Offered);
    const sent: Uint8Array[] = [];
    const channel = new SealedChannel({
      onFrame: (frame) => sent.push(frame),
      onSecured: () => {},
      onOpened: () => {},
      onTampered: () => {},
      onFailed: () => {},
    }, offer);
    assert.deepEqual(sent, [offer.frame]);
    channel.close();
  });

  Deno.test(`Prepared offer of a ${role} is used for one chat only`, async () => {
    const { offers } = await ready();
    const [first, second, third] = [
      await offers.take(role),
      await offers.take(role),
      await offers.take(role),
    ];
    const frames = new Set([first, second, third].map(({ frame }) => frame.join()));
    assert.equal(frames.size, 3);
  });
}

Deno.test("Prepared offers are forgotten when the other role is needed", async () => {
  const counts = await ready();
  counts.offers.take("callee");
  await waitUntil(() => counts.forgotten === 1);
});

Deno.test("Prepared offers are made once until one is taken, however often they are asked for", async () => {
  const { offers } = await ready();
  const { caller } = offers.prepare();
  assert.equal(await offers.take("caller"), await caller.made);
  assert.notEqual(await offers.prepare().caller.made, await caller.made);
});

Deno.test("Prepared offer that isn't ready is sent when it is", async () => {
  const offers = new PreparedOffers();
  const [side, partner] = [new Side("caller", {}, offers.take("caller")), new Side("callee")];
  connect(side, partner);
  side.say("first");
  await waitUntil(() => partner.texts.length === 1);
  assert.equal(side.sent.length, FIRST_FRAMES + 1);
});

Deno.test("Prepared offers that could not be made are made again for the next chat", async () => {
  let attempts = 0;
  const generate = (): ReturnType<Kem["generate"]> => {
    if (++attempts === 1) throw new Error("no randomness yet");
    return LIBRARY_KEM.generate();
  };
  const offers = new PreparedOffers(() => Promise.resolve({ ...LIBRARY_KEM, generate }));
  await assert.rejects(offers.prepare().caller.made);
  assert.ok(await offers.take("caller") instanceof Offered);
});

Deno.test("Prepared offers survive a drop that loses the first frames, and a drop in between", async () => {
  for (const lost of [1, 2]) {
    const { offers: callers } = await ready();
    const { offers: callees } = await ready();
    const caller = new Side("caller", {}, callers.take("caller"));
    const callee = new Side("callee", {}, callees.take("callee"));
    assert.deepEqual([caller.sent.length, callee.sent.length], [1, 1]);
    if (lost === 2) {
      caller.channel.receive(callee.sent[0]!);
      await caller.hasSent(2);
    }
    connect(caller, callee);
    for (const side of [caller, callee]) side.channel.resync();
    caller.say("from the caller");
    callee.say("from the callee");
    await waitUntil(() => caller.opened.length + callee.opened.length === 2);
    assert.deepEqual([caller.names, caller.texts, callee.texts, caller.failed + callee.failed], [
      callee.names,
      ["from the callee"],
      ["from the caller"],
      0,
    ]);
  }
});

Deno.test("Prepared offer's channel delivers nothing after it was closed by what it has delivered", async () => {
  const { offers } = await ready();
  const side = new Side("caller", {}, offers.take("caller"));
  const partner = new Side("callee");
  connect(side, partner);
  partner.channel.receive(side.sent[0]!);
  side.onOpened = () => side.channel.close();
  partner.say("the last one");
  partner.say("too late");
  await waitUntil(() => side.opened.length === 1);
  await side.settled();
  assert.deepEqual([side.texts, side.failed, side.tampered], [["the last one"], 0, 0]);
});

Deno.test("Prepared offers without any ML-KEM fail in the chat that needs one, and nowhere else", async () => {
  const offers = new PreparedOffers(() => Promise.reject(new Error("no ML-KEM")));
  offers.prepare();
  const side = new Side("caller", {}, offers.take("caller"));
  await waitUntil(() => side.failed === 1);
  assert.equal(side.sent.length, 0);
});
