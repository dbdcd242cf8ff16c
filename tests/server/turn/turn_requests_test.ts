/** Every request of the TURN server, and every error. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { SECOND } from "../../../server/base/clock.ts";
import { CREDENTIAL_LIFETIME, credentialOf } from "../../../server/turn/credentials.ts";
import { NONCE_PERIOD } from "../../../server/turn/nonces.ts";
import { decodeAddress, textOf } from "../../../server/turn/stun_attributes.ts";
import {
  Attribute,
  Method,
  type StunAttribute,
  type StunMessage,
  uint32,
  valueOf,
} from "../../../server/turn/stun_message.ts";
import { ALLOCATION_LIFETIME, GRACE } from "../../../server/turn/turn_limits.ts";
import { REALM } from "../../../server/turn/authenticator.ts";
import {
  channelNumber,
  CHAT,
  codeOf,
  isSigned,
  peerAddress,
  SECRET,
  sendIndication,
  TurnPage,
  TurnRelay,
  VIRTUAL,
} from "../../support/turn_relay.ts";

const UDP: StunAttribute = { type: Attribute.transport, value: Uint8Array.of(17, 0, 0, 0) };
const OTHER_CHAT = "fedcba9876543210";

function hex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ""), "hex"));
}

function lifetimeOf(message: StunMessage | undefined): number | undefined {
  const value = message && valueOf(message, Attribute.lifetime);
  return value && uint32(value, 0);
}

/** A page with an allocation. */
function allocated(relay = new TurnRelay()): TurnPage {
  const page = new TurnPage(relay);
  assert.equal(page.allocate(), 0);
  return page;
}

/** An Allocate request with a transaction, ready to be repeated. */
function allocateRequest(page: TurnPage, transaction = page.newTransaction()): Uint8Array {
  return page.request(Method.allocate, [UDP], { transaction });
}

/** A page that has a nonce, and no allocation. */
function challenged(relay = new TurnRelay(), options = {}): TurnPage {
  const page = new TurnPage(relay, options);
  page.heed(page.ask(page.request(Method.allocate, [UDP], { isSigned: false }))!);
  return page;
}

Deno.test("TURN Binding tells a client its address, byte by byte, without credentials", () => {
  const page = new TurnPage(new TurnRelay(), { address: "192.0.2.1", port: 32853 });
  page.send(hex("00010000 2112a442 b7e7a701bc34d686fa87dfae"));
  assert.deepEqual(page.received, [
    hex("0101000c 2112a442 b7e7a701bc34d686fa87dfae 00200008 0001a147e112a643"),
  ]);
});

Deno.test("TURN Allocate without credentials is answered with realm and nonce, in 56 bytes", () => {
  const page = new TurnPage(new TurnRelay());
  page.send(hex("00030008 2112a442 000102030405060708090a0b 00190004 11000000"));
  const [challenge] = page.received;
  assert.deepEqual(challenge?.length, 56);
  assert.deepEqual(
    challenge.subarray(0, 40),
    hex(`01130024 2112a442 000102030405060708090a0b
         00090004 00000401 00140004 63686174 00150010`),
  );
});

Deno.test("TURN Allocate with credentials is granted: relayed and mapped address, lifetime, signed", () => {
  const page = challenged();
  const response = page.ask(allocateRequest(page))!;
  assert.equal(codeOf(response), 0);
  assert.ok(isSigned(response, page));
  const [relayed, mapped] = [Attribute.relayedAddress, Attribute.xorMappedAddress]
    .map((type) => decodeAddress(valueOf(response, type)!, response.transaction));
  assert.deepEqual(relayed, { ip: VIRTUAL, port: page.port });
  assert.ok(page.port >= 49_152 && page.port <= 65_535);
  assert.deepEqual(mapped, { ip: Uint8Array.of(203, 0, 113, 1), port: 4000 });
  assert.equal(lifetimeOf(response), ALLOCATION_LIFETIME / SECOND);
});

Deno.test("TURN grants ten minutes, whatever lifetime is asked for, as Firefox asks for an hour", () => {
  const relay = new TurnRelay();
  for (const [index, seconds] of [0, 1, 600, 3600].entries()) {
    const page = challenged(relay, { port: 1000 + index });
    const lifetime = {
      type: Attribute.lifetime,
      value: Uint8Array.of(0, 0, seconds >> 8, seconds),
    };
    const response = page.ask(page.request(Method.allocate, [UDP, lifetime]));
    assert.equal(lifetimeOf(response), 600);
  }
});

Deno.test("TURN answers a repeated Allocate the same, and allocates once", () => {
  const relay = new TurnRelay();
  const page = challenged(relay);
  const request = allocateRequest(page);
  for (let n = 0; n < 3; n++) page.send(request);
  const [, first, ...others] = page.received;
  for (const other of others) assert.deepEqual(other, first);
  assert.equal(relay.admitted, 1);
});

Deno.test("TURN answers a repeated Allocate even if its credentials expire in between", () => {
  const relay = new TurnRelay();
  const page = challenged(relay);
  const request = allocateRequest(page);
  relay.clock.advance(CREDENTIAL_LIFETIME - 1);
  assert.equal(codeOf(page.ask(request)), 0);
  relay.clock.advance(1);
  assert.equal(codeOf(page.ask(request)), 0);
});

Deno.test("TURN 437: a second Allocate on the same path, signed", () => {
  const page = allocated();
  const response = page.ask(allocateRequest(page));
  assert.equal(codeOf(response), 437);
  assert.ok(isSigned(response, page));
});

Deno.test("TURN 437: an Allocate with the transaction, but not the username, of the allocation", () => {
  const relay = new TurnRelay();
  const page = challenged(relay);
  const transaction = page.newTransaction();
  assert.equal(codeOf(page.ask(allocateRequest(page, transaction))), 0);
  const { username, credential } = new TurnPage(relay, { side: 1 });
  const other = page.request(Method.allocate, [UDP], { transaction, username, credential });
  assert.equal(codeOf(page.ask(other)), 437);
});

Deno.test("TURN 437: Refresh, CreatePermission and ChannelBind without an allocation, signed", () => {
  for (const method of [Method.refresh, Method.createPermission, Method.channelBind]) {
    const page = challenged();
    const response = page.ask(page.request(method));
    assert.equal(codeOf(response), 437);
    assert.ok(isSigned(response, page));
  }
});

Deno.test("TURN 437: a request after the allocation expired, when its client has been forgotten", () => {
  const relay = new TurnRelay();
  const page = allocated(relay);
  relay.clock.advance(ALLOCATION_LIFETIME + GRACE);
  assert.equal(page.refresh(), undefined); // The path is released.
  assert.deepEqual([page.ends, relay.admitted], [1, 0]);
  assert.equal(page.refresh(), 437);
});

Deno.test("TURN Refresh continues the allocation for ten minutes, as Chromium and as Firefox ask", () => {
  const relay = new TurnRelay();
  const page = allocated(relay);
  for (const seconds of [undefined, 3600, undefined]) {
    relay.clock.advance(ALLOCATION_LIFETIME);
    assert.equal(page.refresh(seconds), 0);
    relay.server.sweep();
    assert.equal(relay.admitted, 1);
  }
});

Deno.test("TURN Refresh with lifetime 0 is answered, and then the allocation ends", () => {
  const relay = new TurnRelay();
  const page = allocated(relay);
  const lifetime = { type: Attribute.lifetime, value: new Uint8Array(4) };
  const response = page.ask(page.request(Method.refresh, [lifetime]));
  assert.deepEqual([codeOf(response), lifetimeOf(response)], [0, 0]);
  assert.ok(isSigned(response, page));
  assert.deepEqual([page.ends, relay.admitted, relay.server.calls], [1, 0, 0]);
  assert.equal(page.refresh(0), 437); // A repeated request. Browsers accept either answer.
});

Deno.test("TURN CreatePermission is granted for the virtual address, with any port", () => {
  const page = allocated();
  const transaction = page.newTransaction();
  const peers = [9, 50_000].map((port) => peerAddress({ ip: VIRTUAL, port }, transaction));
  const response = page.ask(page.request(Method.createPermission, peers, { transaction }));
  assert.equal(codeOf(response), 0);
  assert.ok(isSigned(response, page));
});

Deno.test("TURN 403: CreatePermission for any other address, even beside the virtual one, signed", () => {
  const page = allocated();
  const foreign = [
    Uint8Array.of(192, 0, 2, 2),
    Uint8Array.of(127, 0, 0, 1),
    Uint8Array.of(203, 0, 113, 2),
    new Uint8Array(16),
  ];
  for (const ip of foreign) {
    const transaction = page.newTransaction();
    const both = [VIRTUAL, ip].map((one) => peerAddress({ ip: one, port: 9 }, transaction));
    const response = page.ask(page.request(Method.createPermission, both, { transaction }));
    assert.equal(codeOf(response), 403);
    assert.ok(isSigned(response, page));
  }
});

Deno.test("TURN 400: CreatePermission without a peer; 403: with a truncated one", () => {
  const page = allocated();
  assert.equal(page.code(Method.createPermission), 400);
  for (let length = 0; length < 8; length++) {
    const { type, value } = peerAddress({ ip: VIRTUAL, port: 9 }, new Uint8Array(12));
    const cut = { type, value: value.subarray(0, length) };
    assert.equal(page.code(Method.createPermission, [cut]), 403);
  }
});

Deno.test("TURN ChannelBind is granted, and granted again, for the channels 0x4000 to 0x4fff", () => {
  const page = allocated();
  for (const number of [0x4000, 0x4fff]) {
    for (let n = 0; n < 2; n++) assert.equal(page.bind(number, 50_000 + number), 0);
  }
  for (const number of [0x3fff, 0x5000, 0x7fff, 0, 0xffff]) {
    assert.equal(page.bind(number, 60_000), 400, number.toString(16));
  }
});

Deno.test("TURN 400: ChannelBind of a bound channel or port to another, or without one of them", () => {
  const page = allocated();
  assert.deepEqual([page.bind(0x4000, 50_000), page.bind(0x4001, 50_001)], [0, 0]);
  assert.equal(page.bind(0x4000, 50_002), 400);
  assert.equal(page.bind(0x4002, 50_000), 400);
  assert.equal(page.bind(0x4000, 50_001), 400);
  assert.equal(page.code(Method.channelBind, [channelNumber(0x4005)]), 400);
  const peer = peerAddress({ ip: VIRTUAL, port: 9 }, new Uint8Array(12));
  assert.equal(page.code(Method.channelBind, [peer]), 400);
  const short = { type: Attribute.channelNumber, value: Uint8Array.of(0x40, 5) };
  assert.equal(page.code(Method.channelBind, [short, peer]), 400);
});

Deno.test("TURN 403: ChannelBind to any other address than the virtual one", () => {
  const page = allocated();
  assert.equal(page.bind(0x4000, 50_000, Uint8Array.of(203, 0, 113, 2)), 403);
  assert.equal(page.bind(0x4000, 50_000), 0);
});

Deno.test("TURN 400: Allocate without a transport; 442: TCP; 440: IPv6; each signed", () => {
  const relay = new TurnRelay();
  const family = (...value: number[]): StunAttribute => ({
    type: Attribute.addressFamily,
    value: Uint8Array.from(value),
  });
  const cases: readonly (readonly [number, readonly StunAttribute[]])[] = [
    [400, []],
    [400, [{ ...UDP, value: Uint8Array.of(17) }]],
    [442, [{ ...UDP, value: Uint8Array.of(6, 0, 0, 0) }]],
    [440, [UDP, family(2, 0, 0, 0)]],
    [440, [UDP, family(1)]],
    [0, [UDP, family(1, 0, 0, 0)]],
  ];
  const page = challenged(relay);
  for (const [code, attributes] of cases) {
    const response = page.ask(page.request(Method.allocate, attributes));
    assert.equal(codeOf(response), code);
    assert.ok(isSigned(response, page));
  }
});

Deno.test("TURN 420: unknown attributes that must be understood are named, and signed if asked so", () => {
  const page = challenged();
  const unknown = [0x0018, 0x0022].map((type) => ({ type, value: new Uint8Array(8) }));
  const signed = page.ask(page.request(Method.allocate, [UDP, ...unknown]));
  const open = page.ask(page.request(Method.binding, unknown, { isSigned: false }));
  for (const response of [signed, open]) {
    assert.equal(codeOf(response), 420);
    assert.deepEqual(valueOf(response!, Attribute.unknownAttributes), hex("00180022"));
  }
  assert.deepEqual([isSigned(signed, page), isSigned(open, page)], [true, false]);
  const optional = { type: 0x8000, value: Uint8Array.of(2, 0, 0, 0) };
  assert.equal(page.code(Method.allocate, [UDP, optional]), 0);
});

Deno.test("TURN 401: a wrong signature, realm, username or secret; with realm and nonce, unsigned", () => {
  const page = challenged();
  const end = page.username.indexOf(":");
  const later = `${Number(page.username.slice(0, end)) + 1}${page.username.slice(end)}`;
  const strange = ["", "x", "1:x", `${later}.`, `${later}\0`, `1e9:${CHAT}.0`, `9:${CHAT}.2`];
  const changes = [
    { credential: "" },
    { credential: credentialOf(page.username, `${SECRET}.`) },
    { username: later },
    { username: page.username.replace(/.$/, "1") },
    { realm: "chat.example" },
    ...strange.map((username) => ({ username, credential: credentialOf(username, SECRET) })),
  ];
  for (const change of changes) {
    const response = page.ask(page.request(Method.allocate, [UDP], change))!;
    assert.equal(codeOf(response), 401, JSON.stringify(change));
    assert.equal(response.signature, undefined);
    assert.equal(textOf(valueOf(response, Attribute.realm)!), REALM);
    assert.equal(textOf(valueOf(response, Attribute.nonce)!), page.nonce);
  }
  assert.equal(page.path.allocation, undefined);
});

Deno.test("TURN 401: credentials that have expired, but only for Allocate", () => {
  const relay = new TurnRelay();
  const [early, late] = [allocated(relay), challenged(relay, { port: 9 })];
  relay.clock.advance(CREDENTIAL_LIFETIME);
  assert.equal(late.code(Method.allocate, [UDP]), 401);
  assert.deepEqual([early.refresh(), early.permit(), early.bind(0x4000, 9)], [0, 0, 0]);
});

Deno.test("TURN 400: a signed request without username, realm or nonce", () => {
  const page = challenged();
  const whole = page.request(Method.allocate, [UDP]);
  for (const type of [Attribute.username, Attribute.realm, Attribute.nonce]) {
    const request = whole.slice();
    const at = request.findIndex((_, index) =>
      index >= 20 && index % 4 === 0 && request[index] === 0 && request[index + 1] === type
    );
    request.set([0x80, 0x99], at); // Another type.
    const response = page.ask(request);
    assert.deepEqual([codeOf(response), response?.signature], [400, undefined]);
  }
});

Deno.test("TURN 400: an unknown method of a client with an allocation, signed", () => {
  const page = allocated();
  const response = page.ask(page.request(0x00a));
  assert.equal(codeOf(response), 400);
  assert.ok(isSigned(response, page));
});

Deno.test("TURN 441: another username on a path with an allocation, signed with its own key", () => {
  const relay = new TurnRelay();
  const page = allocated(relay);
  const other = new TurnPage(relay, { side: 1 });
  const { username, credential } = other;
  for (const method of [Method.refresh, Method.createPermission, Method.channelBind]) {
    assert.equal(page.code(method, [], { username, credential }), 441);
  }
  assert.equal(page.code(Method.allocate, [UDP], { username, credential }), 437);
  assert.equal(page.ends, 0);
});

Deno.test("TURN 438: a stale nonce is replaced, and the request is then accepted", () => {
  const relay = new TurnRelay();
  const page = challenged(relay);
  relay.clock.advance(2 * NONCE_PERIOD);
  const fresh = new TurnPage(relay);
  assert.equal(fresh.allocate(), 0);
  fresh.nonce = page.nonce;
  const response = fresh.ask(fresh.request(Method.refresh))!;
  assert.deepEqual([codeOf(response), response.signature], [438, undefined]);
  fresh.heed(response);
  assert.equal(fresh.refresh(), 0);
});

Deno.test("TURN 403: a chat that isn't open, and an address that is refused; both signed", () => {
  const relay = new TurnRelay();
  const stranger = challenged(relay, { chat: OTHER_CHAT });
  const page = challenged(relay);
  relay.mayEnter = false;
  for (const one of [stranger, page]) {
    const response = one.ask(allocateRequest(one));
    assert.equal(codeOf(response), 403);
    assert.ok(isSigned(response, one));
  }
  assert.equal(relay.server.calls, 0);
});

Deno.test("TURN ends the allocation of an address that is denied later", () => {
  const relay = new TurnRelay();
  const page = allocated(relay);
  const deny = relay.deny;
  deny();
  deny();
  assert.deepEqual([page.ends, relay.admitted, relay.server.calls], [1, 0, 0]);
  assert.equal(page.allocate(), 0);
  deny(); // It belongs to the first allocation.
  assert.deepEqual([page.ends, relay.admitted], [1, 1]);
});

Deno.test("TURN challenges a request without a signature on a path with an allocation", () => {
  const page = allocated();
  for (const method of [Method.refresh, Method.createPermission, Method.channelBind]) {
    assert.equal(page.code(method, [], { isSigned: false }), 401);
  }
  assert.equal(page.ends, 0);
});

Deno.test("TURN doesn't answer strangers that ask for anything but an address or an allocation", () => {
  const page = challenged();
  page.received.splice(0);
  for (const method of [Method.refresh, Method.createPermission, Method.channelBind, 0x00a]) {
    page.send(page.request(method, [], { isSigned: false }));
    page.send(page.request(method, [], { credential: "forged" }));
  }
  const whole = page.request(Method.allocate, [UDP], { isSigned: false });
  for (let length = 0; length < whole.length; length++) page.send(whole.subarray(0, length));
  for (const [at, byte] of [[0, 1], [1, 0x13], [4, 0x22]] as const) {
    page.send(whole.with(at, byte)); // A response, an indication, another protocol.
  }
  page.send(sendIndication(new Uint8Array(9), 50_000));
  assert.deepEqual(page.received, []);
});

Deno.test("TURN doesn't answer strangers if its owner doesn't allow it", () => {
  const relay = new TurnRelay();
  const page = challenged(relay);
  relay.mayReply = false;
  page.received.splice(0);
  page.send(page.request(Method.binding, [], { isSigned: false }));
  page.send(allocateRequest(page));
  assert.deepEqual(page.received, []);
  relay.mayReply = true;
  assert.equal(codeOf(page.ask(allocateRequest(page))), 0);
  relay.mayReply = false;
  assert.equal(page.refresh(), 0); // It is no stranger now.
});
