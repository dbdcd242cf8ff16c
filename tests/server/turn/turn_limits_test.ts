/** The bounds of the TURN server. The transports test those of streams and strangers. */

import assert from "node:assert/strict";
import { MINUTE } from "../../../server/base/clock.ts";
import { Calls } from "../../../server/turn/calls.ts";
import { Method } from "../../../server/turn/stun_message.ts";
import {
  ALLOCATION_LIFETIME,
  GRACE,
  MAX_ALLOCATIONS_PER_PERSON,
  MAX_CHANNELS,
  MAX_STRANGER_REPLY_BYTES,
  MAX_UNKNOWN_ATTRIBUTES,
  MIN_CALLS_PER_ADDRESS,
  MIN_PACKET_COST,
  PERMISSION_LIFETIME,
  PERSON_RATE,
  REQUEST_RATE,
} from "../../../server/turn/turn_limits.ts";
import { address, codeOf, TurnPage, TurnRelay } from "../../support/turn_relay.ts";

const DATA = new Uint8Array(1000);

/** Pages of one person, with an allocation each. */
function allocatedPages(relay: TurnRelay, count: number, options = {}): TurnPage[] {
  return Array.from({ length: count }, (_, index) => {
    const page = new TurnPage(relay, { ...options, port: 1000 + index });
    assert.equal(page.allocate(), 0);
    return page;
  });
}

/** How many of many messages of `DATA` arrive. */
function countArrived(from: TurnPage, to: TurnPage, sent: number): number {
  to.data();
  for (let n = 0; n < sent; n++) from.indicate(DATA, to.port);
  return to.data().length;
}

Deno.test("TURN 486: a person has up to 16 allocations in a chat, and the partner as many", () => {
  const relay = new TurnRelay();
  const [first] = allocatedPages(relay, MAX_ALLOCATIONS_PER_PERSON);
  allocatedPages(relay, MAX_ALLOCATIONS_PER_PERSON, { side: 1 });
  const late = new TurnPage(relay, { port: 1 });
  assert.equal(late.allocate(), 486);
  assert.equal(first!.refresh(0), 0);
  assert.equal(late.allocate(), 0);
  assert.equal(relay.admitted, 2 * MAX_ALLOCATIONS_PER_PERSON);
});

Deno.test("TURN 508: calls are limited, but not the allocations of a call that has begun", () => {
  const relay = new TurnRelay({ maxCalls: 2 });
  const chats = ["a", "b", "c"].map((letter) => letter.repeat(16));
  for (const chat of chats) relay.open.add(chat);
  const pages = chats.map((chat) => new TurnPage(relay, { chat }));
  assert.deepEqual(pages.map((page) => page.allocate()), [0, 0, 508]);
  assert.equal(new TurnPage(relay, { chat: chats[0]!, side: 1 }).allocate(), 0);
  assert.equal(pages[1]!.refresh(0), 0);
  assert.equal(relay.server.calls, 1);
  assert.deepEqual([pages[2]!.allocate(), relay.server.calls], [0, 2]);
});

Deno.test("TURN 508: an address can't have all calls, unless many people share it", () => {
  const calls = (relay: TurnRelay, address: string, from = 0): number => {
    const codes = Array.from({ length: 50 }, (_, index) => {
      const chat = (from + index).toString(16).padStart(16, "0");
      relay.open.add(chat);
      return new TurnPage(relay, { chat, address, port: 1000 + index }).allocate();
    });
    assert.ok(codes.every((code) => code === 0 || code === 508));
    return codes.filter((code) => code === 0).length;
  };
  const relay = new TurnRelay({ maxCalls: 40 });
  const shared = (one: string): number => one === address("192.0.2.1") ? 5 : 1;
  assert.equal(calls(relay, "203.0.113.1"), 20);
  assert.equal(calls(relay, "2001:db8::1", 100), 10);
  assert.equal(calls(relay, "2001:db8::2", 200), 0); // The same network.
  assert.equal(calls(relay, "203.0.113.2", 300), 10);
  assert.equal(calls(new TurnRelay({ maxCalls: 40, factorOf: shared }), "192.0.2.1"), 40);
  assert.equal(calls(new TurnRelay({ maxCalls: MIN_CALLS_PER_ADDRESS }), "203.0.113.1"), 8);
});

Deno.test("TURN 508: an allocation has a limited number of channels, which can be renewed", () => {
  const relay = new TurnRelay();
  const [page] = allocatedPages(relay, 1) as [TurnPage];
  const bind = (index: number): number | undefined => {
    relay.clock.advance(100); // So that it doesn't send too many requests.
    return page.bind(0x4000 + index, 50_000 + index);
  };
  for (let index = 0; index < MAX_CHANNELS; index++) assert.equal(bind(index), 0);
  assert.deepEqual([bind(MAX_CHANNELS), bind(0), bind(MAX_CHANNELS - 1)], [508, 0, 0]);
  relay.clock.advance(ALLOCATION_LIFETIME);
  assert.equal(page.refresh(), 0);
  relay.clock.advance(GRACE);
  assert.equal(bind(MAX_CHANNELS), 0); // All others have expired.
});

Deno.test("TURN frees channel and port when a channel expires, with a grace period", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  assert.equal(a.bind(0x4000, b.port), 0);
  const left = ALLOCATION_LIFETIME + GRACE - 1;
  relay.clock.advance(left - PERMISSION_LIFETIME);
  for (const page of [a, b]) assert.deepEqual([page.refresh(), page.permit()], [0, 0]);
  relay.clock.advance(PERMISSION_LIFETIME);
  b.data();
  a.channel(DATA, 0x4000);
  assert.equal(b.data().length, 1);
  relay.clock.advance(1);
  a.channel(DATA, 0x4000);
  assert.equal(b.data().length, 0);
  assert.equal(a.bind(0x4000, b.port + 1), 0);
  assert.equal(a.bind(0x4001, b.port), 0);
});

Deno.test("TURN ends a permission five minutes after its last renewal, with a grace period", () => {
  for (const index of [0, 1]) {
    const relay = new TurnRelay();
    const pages = relay.pair();
    relay.clock.advance(MINUTE);
    assert.equal(pages[index]!.permit(), 0);
    relay.clock.advance(PERMISSION_LIFETIME + GRACE - MINUTE - 1);
    assert.equal(countArrived(...pages, 1), 1);
    relay.clock.advance(1); // The permission of the other page ends.
    assert.equal(countArrived(...pages, 1), 0);
    assert.equal(pages[1 - index]!.permit(), 0);
    assert.equal(countArrived(...pages, 1), 1);
    relay.clock.advance(MINUTE); // The permission of this page ends.
    assert.equal(countArrived(...pages, 1), 0);
  }
});

Deno.test("TURN ends an allocation ten minutes after its last refresh, with a grace period", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  relay.clock.advance(ALLOCATION_LIFETIME);
  assert.deepEqual([b.refresh(), a.permit(), b.permit()], [0, 0, 0]);
  relay.clock.advance(GRACE - 1);
  relay.server.sweep();
  assert.equal(countArrived(a, b, 1), 1);
  relay.clock.advance(1);
  assert.deepEqual([countArrived(a, b, 1), countArrived(b, a, 1)], [0, 0]);
  assert.deepEqual([a.ends, b.ends], [0, 0]);
  relay.server.sweep();
  assert.deepEqual([a.ends, b.ends, relay.admitted, relay.server.calls], [1, 0, 1, 1]);
});

Deno.test("TURN forwards a burst and then a steady rate of each person, over all allocations", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  const [more] = allocatedPages(relay, 1) as [TurnPage];
  assert.equal(more.permit(), 0);
  const burst = PERSON_RATE.burst / DATA.length;
  assert.equal(countArrived(a, b, burst + 100), burst);
  assert.equal(countArrived(more, b, 1), 0);
  assert.equal(relay.server.drops["too-fast"], 101);
  assert.equal(countArrived(b, a, 1), 1); // The partner has its own budget.
  relay.clock.advance(1000);
  const second = PERSON_RATE.perMinute / 60 / DATA.length;
  assert.equal(countArrived(a, b, second + 100), second);
});

Deno.test("TURN charges a person for the number of messages, however short they are", () => {
  for (const data of [new Uint8Array(0), new Uint8Array(1), new Uint8Array(MIN_PACKET_COST)]) {
    const [a, b] = new TurnRelay().pair();
    const burst = PERSON_RATE.burst / MIN_PACKET_COST;
    for (let n = 0; n < burst + 10; n++) a.indicate(data, b.port);
    assert.equal(b.data().length, burst, `${data.length} bytes`);
  }
});

Deno.test("TURN charges a person for data that nobody receives", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  for (let n = 0; n < PERSON_RATE.burst / DATA.length; n++) a.indicate(DATA, b.port ^ 1);
  assert.equal(countArrived(a, b, 1), 0);
});

Deno.test("TURN doesn't renew the budget of people that release everything and allocate again", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  const burst = PERSON_RATE.burst / DATA.length;
  assert.equal(countArrived(a, b, burst), burst);
  for (const page of [a, b]) assert.equal(page.refresh(0), 0);
  assert.equal(relay.server.calls, 0);
  relay.server.sweep();
  const again = relay.pair();
  assert.equal(countArrived(...again, 1), 0);
  for (const page of again) assert.equal(page.refresh(0), 0);
  relay.clock.advance(MINUTE);
  relay.server.sweep(); // Now the call is forgotten, because a new one would be the same.
  assert.equal(countArrived(...relay.pair(), burst + 1), burst);
});

Deno.test("TURN gives the place of a call to another when its last allocation ends", () => {
  const relay = new TurnRelay({ maxCalls: 1 });
  const other = "f".repeat(16);
  relay.open.add(other);
  const [a, b] = relay.pair();
  countArrived(a, b, 100); // So that the call is remembered for its budget.
  for (const page of [a, b]) assert.equal(page.refresh(0), 0);
  assert.equal(new TurnPage(relay, { chat: other }).allocate(), 0);
  assert.deepEqual([a.allocate(), relay.server.calls], [508, 1]);
});

Deno.test("TURN forgets a call without allocations when its budgets are full", () => {
  const [calls, now] = [new Calls(), 1000];
  const call = calls.of("a", now);
  call.budgets[0].charge(1, now);
  calls.sweep(now);
  assert.equal(calls.find("a"), call);
  calls.sweep(now + 1000);
  assert.equal(calls.find("a"), undefined);
});

Deno.test("TURN answers a limited number of requests of an allocation, and then a steady rate", () => {
  const relay = new TurnRelay();
  const [page] = allocatedPages(relay, 1) as [TurnPage];
  const count = (requests: number): number => {
    const codes = Array.from({ length: requests }, () => page.refresh());
    return codes.filter((code) => code === 0).length;
  };
  assert.equal(count(REQUEST_RATE.burst + 20), REQUEST_RATE.burst);
  relay.clock.advance(MINUTE / REQUEST_RATE.perMinute);
  assert.equal(count(20), 1);
});

Deno.test("TURN replies to strangers are at most 64 bytes long, whatever they ask", () => {
  const unknown = Array.from({ length: 31 }, (_, index) => ({
    type: 0x7000 + index,
    value: new Uint8Array(0),
  }));
  const relay = new TurnRelay();
  const page = new TurnPage(relay, { address: "2001:db8::1" });
  for (const method of [Method.binding, Method.allocate]) {
    for (let count = 0; count <= unknown.length; count++) {
      page.ask(page.request(method, unknown.slice(0, count), { isSigned: false }));
    }
  }
  const lengths = page.received.map(({ length }) => length);
  assert.equal(lengths.length, 64);
  assert.equal(Math.max(...lengths), MAX_STRANGER_REPLY_BYTES);
  const forged = page.request(Method.allocate, unknown.slice(0, 20));
  assert.equal(codeOf(page.ask(forged)), 401);
  assert.ok(page.received.at(-1)!.length <= MAX_STRANGER_REPLY_BYTES);
  assert.ok(MAX_UNKNOWN_ATTRIBUTES < unknown.length);
});
