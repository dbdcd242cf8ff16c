/** What an attacker's page can't do with the relay. */

import assert from "node:assert/strict";
import { CREDENTIAL_LIFETIME, credentialOf } from "../../../server/turn/credentials.ts";
import { Attribute, Method } from "../../../server/turn/stun_message.ts";
import { UDP_TRANSPORT } from "../../../server/turn/stun_attributes.ts";
import { REQUEST_RATE } from "../../../server/turn/turn_limits.ts";
import { type PageOptions, TurnPage, TurnRelay } from "../../support/turn_relay.ts";

const DATA = Uint8Array.of(1, 2, 3);
const OTHER_CHAT = "fedcba9876543210";
const [FIRST_PORT, LAST_PORT] = [49_152, 65_535];

/** A page with an allocation and a permission, in any chat. */
function allowed(relay: TurnRelay, options: PageOptions): TurnPage {
  const page = new TurnPage(relay, options);
  assert.equal(page.allocate(), 0);
  assert.equal(page.permit(), 0);
  return page;
}

/** Two chats that have nothing to do with each other. */
function twoChats(): { relay: TurnRelay; victims: [TurnPage, TurnPage]; attacker: TurnPage } {
  const relay = new TurnRelay();
  relay.open.add(OTHER_CHAT);
  const victims = relay.pair();
  const attacker = allowed(relay, { chat: OTHER_CHAT, address: "198.51.100.1" });
  for (const victim of victims) victim.data();
  return { relay, victims, attacker };
}

Deno.test("Attacker gets no permission and no channel for a foreign address, and can't send to one", () => {
  const { relay, victims, attacker } = twoChats();
  const foreign = [[203, 0, 113, 1], [127, 0, 0, 1], [10, 0, 0, 1], [192, 0, 2, 2], [0, 0, 0, 0]];
  for (const ip of foreign.map((bytes) => Uint8Array.from(bytes))) {
    assert.equal(attacker.permit(ip), 403);
    assert.equal(attacker.bind(0x4000, victims[0].port, ip), 403);
    attacker.indicate(DATA, victims[0].port, ip);
  }
  attacker.channel(DATA, 0x4000);
  assert.deepEqual(victims.map((victim) => victim.data()), [[], []]);
  assert.equal(relay.server.relayedBytes, 0);
});

Deno.test("Attacker who forges the address of a client can't use up the requests of its allocation", () => {
  const relay = new TurnRelay();
  const [victim] = relay.pair();
  const forged = [
    victim.request(Method.binding, [], { isSigned: false }),
    victim.request(Method.refresh, [], { isSigned: false }),
    victim.request(Method.refresh, [], { username: "1:0123456789abcdef.0", credential: "guessed" }),
  ];
  for (let n = 0; n < REQUEST_RATE.burst; n++) forged.forEach((request) => victim.ask(request));
  assert.equal(victim.ask(forged[0]!), undefined); // These have a separate limit.
  assert.deepEqual([victim.refresh(), victim.permit()], [0, 0]);
});

Deno.test("Attacker who guesses every port reaches no allocation of another chat", () => {
  const { relay, victims, attacker } = twoChats();
  for (let port = FIRST_PORT; port <= LAST_PORT; port++) {
    attacker.indicate(DATA, port);
    relay.clock.advance(1);
  }
  for (const [index, { port }] of victims.entries()) {
    assert.equal(attacker.bind(0x4000 + index, port), 0); // Ports mean nothing outside of a chat.
    attacker.channel(DATA, 0x4000 + index);
  }
  assert.deepEqual(victims.map((victim) => victim.data()), [[], []]);
  assert.equal(relay.server.drops["no-partner"], LAST_PORT - FIRST_PORT + 3);
});

Deno.test("Attacker can't replay credentials after the chat ended, and its allocation is gone", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  relay.open.clear();
  relay.server.end("0123456789abcdef");
  assert.deepEqual([a.ends, b.ends, relay.admitted, relay.server.calls], [1, 1, 0, 0]);
  b.received.splice(0);
  a.indicate(DATA, 50_000);
  assert.deepEqual(b.received, []);
  assert.deepEqual([a.refresh(), a.permit(), a.allocate()], [437, 437, 403]);
  const elsewhere = new TurnPage(relay, { address: "198.51.100.1", isStream: true });
  assert.equal(elsewhere.allocate(), 403);
});

Deno.test("Attacker can't use credentials that have expired, or extend them", () => {
  const relay = new TurnRelay();
  const page = new TurnPage(relay);
  const [expiry = "", name] = page.username.split(":");
  relay.clock.advance(CREDENTIAL_LIFETIME);
  assert.equal(page.allocate(), 401);
  assert.equal(page.allocate([], { username: `${Number(expiry) + 600}:${name}` }), 401);
});

Deno.test("Attacker can't take the partner's side, or enter another chat", () => {
  const relay = new TurnRelay();
  relay.open.add(OTHER_CHAT);
  const page = new TurnPage(relay);
  const partner = page.username.replace(/0$/, "1");
  const other = page.username.replace(/:.{16}/, `:${OTHER_CHAT}`);
  for (const username of [partner, other]) {
    assert.equal(page.allocate([], { username }), 401);
    assert.equal(page.allocate([], { username, credential: credentialOf(username, "") }), 401);
  }
  assert.equal(relay.admitted, 0);
});

Deno.test("Attacker's forged signatures change nothing of an allocation", () => {
  const relay = new TurnRelay();
  const [a, b] = relay.pair();
  const forged = { credential: "forged" };
  assert.equal(
    a.code(Method.refresh, [{ type: Attribute.lifetime, value: new Uint8Array(4) }], forged),
    401,
  );
  for (const method of [Method.createPermission, Method.channelBind, Method.allocate]) {
    assert.equal(a.code(method, [], forged), 401);
  }
  b.data();
  a.indicate(DATA, b.port);
  assert.equal(b.data().length, 1);
});

Deno.test("Attacker with another's username and path can't end or use that allocation", () => {
  const { victims: [victim], attacker } = twoChats();
  const { username, credential } = attacker;
  const end = [{ type: Attribute.lifetime, value: new Uint8Array(4) }];
  assert.equal(victim.code(Method.refresh, end, { username, credential }), 441);
  assert.equal(victim.ends, 0);
});

Deno.test("Attacker with a forged source address can't allocate there: the nonce belongs to another", () => {
  const relay = new TurnRelay();
  const attacker = new TurnPage(relay, { address: "198.51.100.1" });
  assert.equal(attacker.allocate(), 0);
  const victim = new TurnPage(relay, { address: "203.0.113.9" });
  const { nonce, realm } = attacker;
  assert.equal(victim.code(Method.allocate, [UDP_TRANSPORT], { nonce, realm }), 438);
  assert.ok(victim.received.every(({ length }) => length <= 64));
  assert.equal(relay.admitted, 1);
});

Deno.test("Attacker learns nothing from ports: they are spread and not counted", () => {
  const ports = Array.from({ length: 64 }, (_, index) => {
    const relay = new TurnRelay();
    const page = new TurnPage(relay, { port: index });
    for (let n = 0; n < index; n++) page.newTransaction();
    assert.equal(page.allocate(), 0);
    return page.port;
  });
  const steps = ports.slice(1).map((port, index) => Math.abs(port - ports[index]!));
  assert.ok(new Set(ports).size > 60);
  assert.ok(steps.filter((step) => step > 100).length > 56);
});
