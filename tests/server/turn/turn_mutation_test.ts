/** Mutated messages: no message throws, changes anything without a signature, or causes a longer reply. */

import assert from "node:assert/strict";
import { HEADROOM, TAILROOM } from "../../../server/turn/packet.ts";
import {
  Attribute,
  isSignedWith,
  Method,
  parseStun,
  type StunAttribute,
  uint16,
} from "../../../server/turn/stun_message.ts";
import { UDP_TRANSPORT } from "../../../server/turn/stun_attributes.ts";
import {
  MAX_ALLOCATIONS_PER_PERSON,
  MAX_CHANNELS,
  MAX_MESSAGE_BYTES,
  MAX_STRANGER_REPLY_BYTES,
} from "../../../server/turn/turn_limits.ts";
import { repeats, seeded } from "../../support/repeats.ts";
import { oneOf, seededRandom } from "../../support/seeded_random.ts";
import {
  channelData,
  channelNumber,
  peerAddress,
  sendIndication,
  TurnPage,
  TurnRelay,
  VIRTUAL,
} from "../../support/turn_relay.ts";

const COUNT = { sample: 5_000, long: 100_000 };

type Roll = () => number;

function whole(roll: Roll, limit: number): number {
  return Math.floor(roll() * limit);
}

/** Attributes of each request, with random numbers. */
function attributesOf(method: number, roll: Roll, transaction: Uint8Array): StunAttribute[] {
  const peer = peerAddress({ ip: VIRTUAL, port: 49_152 + whole(roll, 64) }, transaction);
  const number = channelNumber(0x4000 + whole(roll, 64));
  const lifetime = { type: Attribute.lifetime, value: Uint8Array.of(0, 0, 0, whole(roll, 4)) };
  switch (method) {
    case Method.allocate:
      return [UDP_TRANSPORT, lifetime];
    case Method.refresh:
      return [lifetime];
    case Method.createPermission:
      return [peer];
    case Method.channelBind:
      return [number, peer];
    default:
      return [];
  }
}

const METHODS = [
  ...[Method.binding, Method.allocate, Method.refresh, Method.createPermission],
  ...[Method.channelBind, Method.send, Method.data, 0x0a, 0xfff],
] as [number, ...number[]];

/** A valid message of any kind. */
function message(page: TurnPage, roll: Roll): Uint8Array {
  const data = Uint8Array.from({ length: whole(roll, 64) }, () => whole(roll, 256));
  if (roll() < 0.1) return sendIndication(data, 49_152 + whole(roll, 16_384));
  if (roll() < 0.1) return channelData(data, 0x4000 + whole(roll, 3), roll() < 0.5);
  const [method, transaction] = [oneOf(METHODS, roll), page.newTransaction()];
  const attributes = attributesOf(method, roll, transaction);
  return page.request(method, attributes, { transaction, isSigned: roll() < 0.8 });
}

/** Changes to bytes: flipped bits, numbers at a limit, truncation, insertion, repetition, pure noise. */
const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, roll) => bytes.map((byte) => roll() < 0.02 ? byte ^ 1 << whole(roll, 8) : byte),
  (bytes, roll) => bytes.with(whole(roll, bytes.length), oneOf([0, 1, 4, 127, 128, 255], roll)),
  (bytes, roll) => bytes.subarray(0, whole(roll, bytes.length)),
  (bytes, roll) => withLength(bytes.subarray(0, whole(roll, bytes.length))),
  (bytes) => withLength(Uint8Array.from([...bytes, ...bytes.subarray(20)])),
  (bytes, roll) => withLength(withNoise(bytes, 20 + 4 * whole(roll, 8), roll)),
  (bytes, roll) => withNoise(bytes, bytes.length, roll),
  (bytes, roll) => bytes.map(() => whole(roll, 256)),
  (bytes) => bytes,
];
type Mutation = (bytes: Uint8Array, roll: Roll) => Uint8Array;

/** The bytes with random words at an offset. */
function withNoise(bytes: Uint8Array, at: number, roll: Roll): Uint8Array {
  const noise = Array.from({ length: 4 * whole(roll, 16) }, () => whole(roll, 256));
  return Uint8Array.from([...bytes.subarray(0, at), ...noise, ...bytes.subarray(at)]);
}

/** A message with the right length in its head, so that its attributes are parsed. */
function withLength(bytes: Uint8Array): Uint8Array {
  if (bytes.length < 4) return bytes;
  const copy = bytes.slice();
  copy.set([bytes.length - 20 >>> 8, bytes.length - 20], 2);
  return copy;
}

function mutated(page: TurnPage, roll: Roll): Uint8Array {
  const bytes = message(page, roll);
  return bytes.length === 0 ? bytes : oneOf(MUTATIONS, roll)(bytes, roll);
}

/** Whether a page with these credentials has signed the message. */
function isAuthentic(bytes: Uint8Array, { key }: TurnPage): boolean {
  const parsed = parseStun(bytes);
  return parsed !== undefined && isSignedWith(parsed, key);
}

/** A page that has a nonce and no allocation, at another port. */
function stranger(relay: TurnRelay, like: TurnPage, port: number): TurnPage {
  const page = new TurnPage(relay, { port });
  [page.realm, page.nonce] = [like.realm, like.nonce];
  return page;
}

Deno.test("TURN gives mutated messages of strangers no allocation without a signature, and short replies", () =>
  seeded((seed) => {
    const roll = seededRandom(seed);
    const relay = new TurnRelay();
    const known = new TurnPage(relay);
    assert.equal(known.allocate(), 0);
    let [granted, replies] = [0, 0];
    for (let n = 0; n < repeats(COUNT); n++) {
      const page = stranger(relay, known, n % 65_536);
      const bytes = mutated(page, roll);
      page.send(bytes);
      const longest = isAuthentic(bytes, page) ? bytes.length : MAX_STRANGER_REPLY_BYTES;
      for (const { length } of page.received) assert.ok(length <= longest, `${length}`);
      replies += page.received.length;
      if (page.path.allocation === undefined) continue;
      assert.ok(isAuthentic(bytes, page));
      granted++;
      page.path.allocation.end();
    }
    assert.ok(granted > 0 && replies > granted);
    assert.deepEqual([relay.admitted, relay.server.calls], [1, 1]);
  }));

Deno.test("TURN changes nothing of an allocation for a mutated message without its signature", () =>
  seeded((seed) => {
    const roll = seededRandom(seed);
    const relay = new TurnRelay();
    const [a, b] = relay.pair();
    const data = Uint8Array.of(1, 2, 3);
    const permitted = new TurnPage(relay, { side: 1, port: 9 });
    assert.equal(permitted.allocate(), 0); // It has not permitted anything.
    for (let n = 0; n < repeats(COUNT); n++) {
      const bytes = mutated(permitted, roll);
      if (isAuthentic(bytes, permitted)) continue;
      relay.clock.advance(100); // Otherwise it would send too many requests.
      if (n % 1000 === 0) { for (const page of [a, b, permitted]) assert.equal(page.refresh(), 0); }
      if (n % 1000 === 0) { for (const page of [a, b]) assert.equal(page.permit(), 0); }
      permitted.received.splice(0);
      permitted.send(bytes);
      for (const { length } of permitted.received) {
        assert.ok(length <= Math.max(bytes.length, MAX_STRANGER_REPLY_BYTES));
      }
      permitted.received.splice(0);
      a.indicate(data, permitted.port);
      assert.deepEqual(permitted.received, []);
    }
    assert.deepEqual([permitted.ends, relay.admitted], [0, 3]);
    a.indicate(data, b.port);
    assert.equal(b.data().length, 1);
  }));

Deno.test("TURN bounds what mutated messages of both people of a chat can occupy, and what they send", () =>
  seeded((seed) => {
    const roll = seededRandom(seed);
    const relay = new TurnRelay();
    const [a, b] = relay.pair();
    const pages = [a, b];
    for (let port = 0; port < 40; port++) {
      for (const [side, like] of [a, b].entries()) {
        const page = new TurnPage(relay, {
          port,
          side: side === 0 ? 0 : 1,
          isStream: port % 2 === 1,
        });
        [page.realm, page.nonce] = [like.realm, like.nonce];
        pages.push(page);
      }
    }
    const [first, ...others] = pages as [TurnPage, ...TurnPage[]];
    for (let n = 0; n < repeats(COUNT); n++) {
      const page = oneOf([first, ...others], roll);
      const bytes = mutated(page, roll);
      assert.ok(bytes.length <= MAX_MESSAGE_BYTES);
      page.send(bytes);
      const longest = Math.max(bytes.length, MAX_STRANGER_REPLY_BYTES) + HEADROOM + TAILROOM;
      for (const { received } of pages) {
        for (const reply of received.splice(0)) assert.ok(reply.length <= longest, `${n}`);
      }
      assert.ok(relay.admitted <= 2 * MAX_ALLOCATIONS_PER_PERSON && relay.server.calls <= 1);
      relay.clock.advance(20);
    }
    const channels = [...pages.keys()].map((index) => boundChannels(pages[index]!, relay));
    assert.ok(Math.max(...channels) <= MAX_CHANNELS && Math.max(...channels) > 0);
    relay.server.end("0123456789abcdef");
    assert.deepEqual([relay.admitted, relay.server.calls], [0, 0]);
    assert.ok(pages.every(({ path }) => path.allocation === undefined));
  }));

/** How many channels of a page are bound. */
function boundChannels({ path: { allocation } }: TurnPage, { clock }: TurnRelay): number {
  const numbers = Array.from({ length: 0x1000 }, (_, index) => 0x4000 + index);
  return numbers.filter((number) => allocation?.portOf(number, clock.now()) !== undefined).length;
}

Deno.test("TURN mutations include messages that are parsed, and some that are not", () =>
  seeded((seed) => {
    const roll = seededRandom(seed);
    const page = new TurnPage(new TurnRelay());
    const parsed = Array.from({ length: 1000 }, () => parseStun(mutated(page, roll)));
    const known = parsed.filter((one) => one !== undefined).length;
    assert.ok(known > 200 && known < 900, `${known}`);
    assert.equal(uint16(withLength(new Uint8Array(24)), 2), 4);
  }));
