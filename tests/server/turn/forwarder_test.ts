/** Data on its way through the relay: what arrives, in which form, and what is dropped. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { HEADROOM, TAILROOM } from "../../../server/turn/packet.ts";
import { MAX_MESSAGE_BYTES } from "../../../server/turn/turn_limits.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { SEED, seeded } from "../../support/repeats.ts";
import {
  channelData,
  FILL,
  sendIndication,
  TurnPage,
  TurnRelay,
} from "../../support/turn_relay.ts";

const DATA = Uint8Array.of(1, 2, 3, 4, 5);

/** Media packets have at most this many bytes. */
const MAX_MEDIA_BYTES = 1500;

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

/** Sends bytes to the partner, and returns the data that arrives. */
function arrived(bytes: Uint8Array, from: TurnPage, to: TurnPage): Uint8Array[] {
  from.send(bytes);
  return to.data().map(({ data }) => data);
}

Deno.test("TURN forwards a Send indication as a Data indication, byte by byte", () => {
  const [a, b] = new TurnRelay().pair();
  b.received.splice(0);
  a.indicate(DATA, b.port);
  const [sent] = b.received;
  const port = (a.port ^ 0x2112).toString(16).padStart(4, "0");
  assert.deepEqual(sent?.subarray(0, 8), hex("00170018 2112a442"));
  assert.deepEqual(
    sent?.subarray(20),
    hex(`00120008 0001 ${port} e112a643 00130005 0102030405 000000`),
  );
});

Deno.test("TURN forwards ChannelData as ChannelData, byte by byte, padded in a stream", () => {
  for (const [isStream, padding] of [[false, ""], [true, "000000"]] as const) {
    const [a, b] = new TurnRelay().pair([{}, { isStream }]);
    assert.deepEqual([a.bind(0x4000, b.port), b.bind(0x4001, a.port)], [0, 0]);
    b.received.splice(0);
    a.send(hex("40000005 0102030405"));
    assert.deepEqual(b.received, [hex(`40010005 0102030405 ${padding}`)]);
  }
});

Deno.test("TURN delivers exactly what was sent: every length, form and transport", () =>
  seeded(() => {
    const roll = seededRandom(SEED);
    const payload = Uint8Array.from({ length: MAX_MEDIA_BYTES }, () => roll() * 256);
    for (let variant = 0; variant < 16; variant++) {
      const [isChannel, hasChannel, fromStream, toStream] = [1, 2, 4, 8].map((bit) =>
        (variant & bit) !== 0
      );
      const relay = new TurnRelay();
      const [a, b] = relay.pair([{ isStream: fromStream! }, { isStream: toStream! }]);
      if (isChannel) assert.equal(a.bind(0x4000, b.port), 0);
      if (hasChannel) assert.equal(b.bind(0x4abc, a.port), 0);
      b.data();
      for (let length = 0; length <= MAX_MEDIA_BYTES; length++) {
        const sent = payload.subarray(payload.length - length);
        if (isChannel) a.channel(sent, 0x4000);
        else a.indicate(sent, b.port);
        const [got, ...more] = b.data();
        assert.ok(got && more.length === 0 && Buffer.compare(got.data, sent) === 0, `${length}`);
        assert.equal(got.via, hasChannel ? "channel" : "indication");
        assert.equal(got.from, hasChannel ? 0x4abc : a.port);
        relay.clock.advance(10);
      }
      assert.equal(relay.server.relayedBytes, MAX_MEDIA_BYTES * (MAX_MEDIA_BYTES + 1) / 2);
    }
  }));

Deno.test("TURN writes only to the message, and to the space before and after it", () => {
  for (let length = 0; length < 9; length++) {
    const [a, b] = new TurnRelay().pair();
    assert.equal(a.bind(0x4000, b.port), 0);
    const data = new Uint8Array(length).fill(9);
    for (const bytes of [channelData(data, 0x4000, false), sendIndication(data, b.port)]) {
      const wide = new Uint8Array(64 + HEADROOM + bytes.length + TAILROOM + 64).fill(FILL);
      const start = 64 + HEADROOM;
      wide.set(bytes, start);
      const { server } = new TurnRelay();
      server.receive(a.path, { buffer: wide, start, end: start + bytes.length });
      assert.ok(wide.subarray(0, 64).every((byte) => byte === FILL));
      assert.ok(wide.subarray(start + bytes.length + TAILROOM).every((byte) => byte === FILL));
    }
    assert.equal(b.data().length, 2);
  }
});

Deno.test("TURN delivers nothing unless both sides have permitted it", () => {
  for (const permits of [[], [0], [1], [0, 1]]) {
    const relay = new TurnRelay();
    const pages = [new TurnPage(relay), new TurnPage(relay, { side: 1 })] as const;
    for (const page of pages) assert.equal(page.allocate(), 0);
    for (const index of permits) assert.equal(pages[index]!.permit(), 0);
    pages[0].indicate(DATA, pages[1].port);
    pages[1].indicate(DATA, pages[0].port);
    const count = permits.length === 2 ? 1 : 0;
    assert.deepEqual(pages.map((page) => page.data().length), [count, count]);
    assert.equal(relay.server.drops["not-permitted"], 2 - 2 * count);
  }
});

Deno.test("TURN treats a bound channel as a permission, also for data in indications", () => {
  const relay = new TurnRelay();
  const [a, b] = [new TurnPage(relay), new TurnPage(relay, { side: 1 })];
  assert.deepEqual([a.allocate(), b.allocate()], [0, 0]);
  assert.deepEqual([a.bind(0x4000, b.port), b.bind(0x4000, a.port)], [0, 0]);
  assert.deepEqual(arrived(channelData(DATA, 0x4000, false), a, b), [DATA]);
  assert.deepEqual(arrived(sendIndication(DATA, a.port), b, a), [DATA]);
});

Deno.test("TURN delivers between several allocations of each person, by port", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  const [c, d] = relay.pair([{ address: "2001:db8::1" }, { port: 99, isStream: true }]);
  assert.deepEqual(arrived(sendIndication(DATA, d.port), a, d), [DATA]);
  assert.deepEqual(arrived(sendIndication(DATA, b.port), c, b), [DATA]);
  assert.deepEqual(arrived(sendIndication(DATA, c.port), a, c), []); // It is the same person.
  assert.equal(relay.server.drops["no-partner"], 1);
});

Deno.test("TURN drops truncated and oversized data, and counts it", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  assert.equal(a.bind(0x4000, b.port), 0);
  const whole = [channelData(DATA, 0x4000, false), sendIndication(DATA, b.port)];
  let count = 0;
  for (const bytes of whole) {
    for (let length = 0; length < bytes.length; length++) {
      assert.deepEqual(arrived(bytes.subarray(0, length), a, b), []);
      assert.equal(relay.server.drops.invalid, ++count);
    }
  }
  const longest = channelData(new Uint8Array(MAX_MESSAGE_BYTES - 4), 0x4000, false);
  assert.deepEqual(arrived(longest, a, b), [longest.subarray(4)]);
  const longer = channelData(new Uint8Array(MAX_MESSAGE_BYTES - 3), 0x4000, false);
  assert.deepEqual(arrived(longer, a, b), []);
  assert.equal(relay.server.drops.invalid, count + 1);
});

Deno.test("TURN drops indications that lack a peer or data, or have what it must understand", () => {
  const [a, b] = new TurnRelay().pair();
  const whole = sendIndication(DATA, b.port); // The peer is at 20, the data at 32.
  assert.deepEqual(arrived(whole, a, b), [DATA]);
  const changes: readonly (readonly [number, ...number[]])[] = [
    [20, 0x80, 0x12],
    [32, 0x80, 0x13],
    [20, 0x00, 0x18], // EVEN-PORT
    [25, 2], // IPv6
    [31, whole[31]! ^ 1], // 192.0.2.0
    [22, 0xff, 0xff],
    [34, 0x00, 0x09],
    [4, 0],
    [2, 0, 0x19],
  ];
  for (const [at, ...bytes] of changes) {
    const changed = whole.slice();
    changed.set(bytes, at);
    assert.deepEqual(arrived(changed, a, b), [], `${at}: ${bytes}`);
  }
});

Deno.test("TURN drops indications that are not padded, or have an attribute that it doesn't know", () => {
  const [a, b] = new TurnRelay().pair();
  const whole = sendIndication(DATA, b.port);
  const withAttribute = (...type: number[]): Uint8Array =>
    Uint8Array.from([...whole, ...type, 0, 0]).with(3, whole[3]! + 4);
  assert.deepEqual(arrived(withAttribute(0x00, 0x18), a, b), []);
  assert.deepEqual(arrived(withAttribute(0x00, 0x1a), a, b), [DATA]); // DONT-FRAGMENT
  assert.deepEqual(arrived(withAttribute(0x80, 0x22), a, b), [DATA]); // SOFTWARE
  assert.deepEqual(arrived(whole.slice(0, -3).with(3, whole[3]! - 3), a, b), []);
});

Deno.test("TURN ignores padding of ChannelData, whatever it is", () => {
  const [a, b] = new TurnRelay().pair();
  assert.equal(a.bind(0x4000, b.port), 0);
  assert.deepEqual(arrived(hex("40000005 0102030405 ffffff"), a, b), [DATA]);
});

Deno.test("TURN drops data of strangers, in channels that aren't bound, and to ports that don't exist", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  const stranger = new TurnPage(relay, { address: "198.51.100.9" });
  const other = b.port === 50_000 ? 50_001 : 50_000;
  assert.deepEqual(arrived(sendIndication(DATA, b.port), stranger, b), []);
  assert.deepEqual(arrived(channelData(DATA, 0x4000, false), stranger, b), []);
  assert.deepEqual(arrived(channelData(DATA, 0x4000, false), a, b), []);
  assert.equal(relay.server.drops.invalid, 3);
  assert.deepEqual(arrived(sendIndication(DATA, other), a, b), []);
  assert.equal(relay.server.drops["no-partner"], 1);
  assert.equal(relay.server.relayedBytes, 0);
});
