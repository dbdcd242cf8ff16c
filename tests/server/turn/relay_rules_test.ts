/** What the relay's transports decide: where it is reached, who gets a reply, and what a slow reader misses. */

import assert from "node:assert/strict";
import { TokenBucket } from "../../../server/base/token_bucket.ts";
import { KeyedHash } from "../../../server/base/keyed_hash.ts";
import type { ByteStream } from "../../../server/transport.ts";
import type { Allocation, TurnPath } from "../../../server/turn/allocation.ts";
import { locateRelay, relayUrls } from "../../../server/turn/relay_location.ts";
import { SLOTS } from "../../../server/admission/address_buckets.ts";
import { StrangerBudget } from "../../../server/turn/stranger_budget.ts";
import { StreamTransport } from "../../../server/turn/stream_transport.ts";
import {
  MAX_STREAM_BACKLOG,
  MIN_PACKET_COST,
  PERSON_RATE,
  STRANGER_RATE,
  STREAM_RATE,
} from "../../../server/turn/turn_limits.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { address, channelData } from "../../support/turn_relay.ts";

const PAGE = { host: "", port: 0, isTls: false };

Deno.test("Relay location is that of the page, unless the operator says another", () => {
  const urls = (header: string | undefined, more: Partial<typeof PAGE> = {}): string[] => {
    const location = locateRelay(header, { ...PAGE, ...more });
    return location === undefined ? [] : relayUrls(location);
  };
  assert.deepEqual(urls("chat.example:8000"), [
    "turn:chat.example:8000?transport=udp",
    "turn:chat.example:8000?transport=tcp",
  ]);
  assert.deepEqual(urls("[2001:db8::1]", { isTls: true }), [
    "turn:[2001:db8::1]:443?transport=udp",
    "turns:[2001:db8::1]:443?transport=tcp",
  ]);
  assert.equal(urls("chat.example", { port: 3478 })[0], "turn:chat.example:3478?transport=udp");
  assert.equal(urls("cdn.example", { host: "a.example" })[0], "turn:a.example:80?transport=udp");
  const fixed = { host: "a.example", port: 3478 };
  assert.equal(urls(undefined, fixed)[0], "turn:a.example:3478?transport=udp");
  for (const invalid of [undefined, "", "a b", "a?transport=tcp", "a:", "a:123456", "a/b", "é"]) {
    assert.deepEqual(urls(invalid), [], `${invalid}`);
  }
});

Deno.test("Stranger budget limits the replies of an address, and keeps none", () => {
  const clock = new FakeClock();
  const budget = new StrangerBudget({
    ...{ clock, hash: new KeyedHash(1, 2) },
    factorOf: (one) => one === address("203.0.113.9") ? 3 : 1,
  });
  const replies = (from: string): number => {
    let count = 0;
    while (budget.take(address(from))) count++;
    return count;
  };
  assert.equal(replies("203.0.113.7"), STRANGER_RATE.burst);
  assert.equal(replies("203.0.113.9"), 3 * STRANGER_RATE.burst);
  assert.equal(replies("2001:db8::1"), STRANGER_RATE.burst);
  assert.equal(replies("2001:db8::2"), 0); // The same network.
  clock.advance(1000);
  assert.equal(replies("203.0.113.7"), STRANGER_RATE.perMinute / 60);
  assert.equal(budget.size, 3);
  for (let n = 0; n < 3000; n++) {
    budget.take(address(`10.${n >> 16}.${n >> 8 & 255}.${n & 255}`));
  }
  assert.ok(budget.size <= Math.min(SLOTS, 3003));
});

/** A connection whose reader is as slow as a test says. */
class FakeStream implements ByteStream {
  readonly remoteAddress = "203.0.113.7";
  readonly remotePort = 4000;
  readonly written: Uint8Array[] = [];
  backlog = 0;
  isOpen = true;
  receive: (bytes: Uint8Array) => void = () => {};
  #closed = (): void => {};

  onData(receive: (bytes: Uint8Array) => void): void {
    this.receive = receive;
  }

  onClose(closed: () => void): void {
    this.#closed = closed;
  }

  write(bytes: Uint8Array): void {
    this.written.push(bytes);
  }

  served(): void {}

  end(): void {
    this.destroy();
  }

  destroy(): void {
    this.isOpen = false;
    this.#closed();
  }
}

Deno.test("Relay stream writes what is sent together at once, and drops what a slow reader has no room for", async () => {
  const paths: TurnPath[] = [];
  const server = { receive: (path: TurnPath) => void paths.push(path) };
  const transport = new StreamTransport({ server, clock: new FakeClock(), capacity: 1 });
  const stream = new FakeStream();
  transport.accept(stream);
  stream.receive(channelData(Uint8Array.of(1), 0x4000, true));
  const bytes = Uint8Array.of(1, 2, 3, 4);
  for (let n = 0; n < 3; n++) paths[0]!.send(bytes);
  bytes.fill(9);
  await Promise.resolve();
  assert.deepEqual(stream.written.map((one) => [...one]), [[1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]]);
  stream.backlog = MAX_STREAM_BACKLOG - 3;
  for (let n = 0; n < 3; n++) paths[0]!.send(bytes);
  await Promise.resolve();
  assert.deepEqual([stream.written.length, transport.dropped], [2, 2]);
  transport.close();
  assert.deepEqual([transport.clients, stream.isOpen], [0, false]);
});

/** A relay that counts the messages of one stream. */
function countingRelay(): {
  clock: FakeClock;
  stream: FakeStream;
  path: () => TurnPath;
  count: () => number;
} {
  const [clock, stream, paths] = [new FakeClock(), new FakeStream(), [] as TurnPath[]];
  const inflow = new TokenBucket(STREAM_RATE, clock.now());
  const allocation = { inflow, end: () => {} } as Allocation;
  const receive = (path: TurnPath): void => void paths.push(Object.assign(path, { allocation }));
  new StreamTransport({ server: { receive }, clock, capacity: 1 }).accept(stream);
  return { clock, stream, path: () => paths[0]!, count: () => paths.length };
}

Deno.test("Relay stream is cut when it sends much more than is relayed, in bytes or in messages", () => {
  for (const length of [0, 1000]) {
    const message = channelData(new Uint8Array(length), 0x4000, true);
    const cost = Math.max(message.length, MIN_PACKET_COST);
    const { clock, stream, count } = countingRelay();
    stream.receive(message);
    for (let second = 0; second < 20; second++) { // An honest client never notices.
      for (let n = 0; n < PERSON_RATE.perMinute / 60 / cost; n++) stream.receive(message);
      clock.advance(1000);
    }
    const before = count();
    const most = Math.floor(STREAM_RATE.burst / cost);
    for (let n = 0; n < most + 10; n++) stream.receive(message);
    assert.deepEqual([count() - before, stream.isOpen], [most, false]);
  }
});

Deno.test("Relay stream that is being closed takes no further message", () => {
  const { stream, path, count } = countingRelay();
  stream.end = () => void (stream.isOpen = false);
  stream.receive(channelData(Uint8Array.of(1), 0x4000, true));
  path().ended();
  stream.receive(channelData(Uint8Array.of(1), 0x4000, true));
  assert.equal(count(), 1);
});
