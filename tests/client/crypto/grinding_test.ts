/**
 * The attack that the pictures must withstand: an attacker in the middle who tries ciphertexts until the two visitors see
 * the same pictures. The visitors of these tests compare only the first 8 of their 24 bits, so that the attack takes 256
 * attempts instead of 16,777,216.
 *
 *     caller <── the attacker as callee        the attacker as caller ──> callee
 *                2. sees the caller's key,     1. completes this side,
 *                   and tries ciphertexts         and knows its pictures
 *
 * It is mounted twice: against the page's derivation, and against one that lets the ciphertext in. It must succeed
 * against the second one, or else the test of the first one would prove nothing.
 *
 * The last test has a limit of the pictures. A server decides who is paired, and can decide it late.
 */

import assert from "node:assert/strict";
import { concat } from "../../../client/crypto/bytes.ts";
import {
  type Agreed,
  type AgreementParts,
  agreementParts,
  makeOffer,
} from "../../../client/crypto/key_agreement.ts";
import { counterOf, open } from "../../../client/crypto/sealed_frame.ts";
import { pictureBits, type Transcript } from "../../../client/crypto/transcript.ts";
import type { Role } from "../../../protocol.ts";
import { connect, FIRST_FRAMES, Side } from "../../support/channel_side.ts";
import { waitUntil } from "../../support/wait_until.ts";

type PictureBits = AgreementParts["pictureBits"];

/** Bits that the visitors compare. */
const COMPARED_BITS = 8;

/** Attempts of the attacker. It fails to find a match among 256 so often with a probability of 2^-28. */
const ATTEMPTS = 5_000;

/** Attempts where none can help, so that the test is quick. */
const VAIN_ATTEMPTS = 300;

/** Pictures of everything that was sent, as a careless design would have them. */
async function carelessBits({ offers, reveals }: Transcript): Promise<Uint8Array> {
  const hash = await crypto.subtle.digest("SHA-256", concat(...offers, ...reveals));
  return new Uint8Array(hash).slice(0, 3);
}

/** What the visitors compare of their pictures. */
function compared(pictures: readonly number[]): number {
  return pictures.reduce((bits, picture) => bits << 6 | picture, 0) >> 24 - COMPARED_BITS;
}

/** The outcome of an attack. */
interface Attack {
  /** Whether the visitors see the same pictures while the attacker reads what the caller writes. */
  readonly hasSucceeded: boolean;
  /** How many different pictures the attacker could choose from for the caller. */
  readonly choices: number;
}

async function attack(bits: PictureBits, attempts: number): Promise<Attack> {
  const [caller, callee] = [
    new Side("caller", { pictureBits: bits }),
    new Side("callee", { pictureBits: bits }),
  ];
  const toCallee = new Side("caller", { pictureBits: bits });
  connect(toCallee, callee);
  await waitUntil(() => callee.pictures !== undefined && toCallee.pictures !== undefined);
  const wanted = compared(callee.pictures!);

  // The offer to the caller is fixed now. The caller answers it with its key.
  const toCaller = await makeOffer({ ...agreementParts("callee"), pictureBits: bits });
  await caller.hasSent(1);
  caller.channel.receive(toCaller.frame);
  await caller.hasSent(FIRST_FRAMES);
  const [offer, reveal] = caller.sent;

  const choices = new Set<number>();
  let best: { readonly frame: Uint8Array<ArrayBuffer>; readonly agreed: Agreed } | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const revealed = await toCaller.reveal(offer!); // Encapsulates again, so the ciphertext is another one.
    const agreed = await revealed!.agree(reveal!);
    best = { frame: revealed!.frame, agreed: agreed! };
    choices.add(compared(agreed!.pictures));
    if (compared(agreed!.pictures) === wanted) break;
  }
  caller.channel.receive(best!.frame);
  caller.say("meant for the callee");
  await caller.hasSent(FIRST_FRAMES + 1);
  const sealed = caller.sent[FIRST_FRAMES]!;
  assert.equal(counterOf(sealed), 0);
  const read = await open(await best!.agreed.receiving.key(), sealed);
  assert.equal(new TextDecoder().decode(read?.content), "meant for the callee");
  return { hasSucceeded: compared(caller.pictures!) === wanted, choices: choices.size };
}

Deno.test("Grinding ciphertexts makes pictures match that depend on the ciphertext", async () => {
  const { hasSucceeded } = await attack(carelessBits, ATTEMPTS);
  assert.ok(hasSucceeded);
});

Deno.test("Grinding ciphertexts gives an attacker no choice of the page's pictures", async () => {
  const attacks: Attack[] = [];
  for (let chat = 0; chat < 4; chat++) attacks.push(await attack(pictureBits, VAIN_ATTEMPTS));
  assert.deepEqual(attacks.map(({ choices }) => choices), [1, 1, 1, 1]);
  // One trial in 256 for each chat, so all four match with a probability of 2^-32.
  assert.ok(!attacks.every(({ hasSucceeded }) => hasSucceeded));
});

/** Pages of each role that a hostile server holds back. All pairs that it could form are 4,096 trials of 2^-8. */
const HELD = 64;

/** A page in a handshake with an attacker, who has not revealed its key yet but knows the pictures that will be shown. */
async function held(role: Role): Promise<{ readonly page: Side; readonly picture: number }> {
  const page = new Side(role);
  const attacker = await makeOffer(agreementParts(role === "caller" ? "callee" : "caller"));
  await page.hasSent(1);
  const revealed = await attacker.reveal(page.sent[0]!);
  page.channel.receive(attacker.frame);
  await page.hasSent(FIRST_FRAMES);
  const agreed = await revealed!.agree(page.sent[1]!);
  assert.equal(page.pictures, undefined, "the page has shown nothing yet");
  page.channel.receive(revealed!.frame);
  await page.settled();
  assert.deepEqual(page.pictures, agreed!.pictures, "the attacker knew what it would show");
  return { page, picture: compared(agreed!.pictures) };
}

Deno.test("Pictures don't stop a server that waits until two of many pages have the same ones", async () => {
  const callers = await Promise.all(Array.from({ length: HELD }, () => held("caller")));
  const callees = await Promise.all(Array.from({ length: HELD }, () => held("callee")));
  const matches = callers.flatMap(({ picture }) =>
    callees.filter((callee) => callee.picture === picture)
  );
  // 16 are expected. The attacker pairs these, and the others meet a stranger who leaves at once.
  assert.ok(matches.length > 0);
});
