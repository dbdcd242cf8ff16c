import assert from "node:assert/strict";
import type { ConnectionRefusal } from "../../../protocol.ts";
import {
  CONNECTIONS_PER_ADDRESS,
  FLOOD_BLOCK_TIME,
  LIMITS,
  RETRIES,
} from "../../../server/limits/rate_limits.ts";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { Denials } from "../../../server/admission/denials.ts";
import { BROWSER_HANDSHAKE, newAddressRecord } from "../../support/fixtures.ts";
import { parseAddress, parseRange } from "../../../server/admission/address.ts";
import { HOUR, inSeconds, MINUTE, SECOND } from "../../../server/base/clock.ts";
import { Gate, type GateOptions, type LocalDecision } from "../../../server/admission/gate.ts";
import { IpRegistry } from "../../../server/admission/ip_registry.ts";
import { FakeClock } from "../../support/fake_clock.ts";

type Headers = Record<string, string | undefined>;

const VISITOR = "192.0.2.1";
const OTHER = "192.0.2.2";

type Outcome = "admitted" | [status: number, reason: string, retryAfter?: number];

/** A gate, and its answers to handshakes. */
class World {
  readonly clock = new FakeClock();
  readonly registry: IpRegistry<AddressRecord>;
  readonly #gate: Gate;

  constructor(options: Partial<GateOptions> & { deny?: string; perAddress?: number } = {}) {
    const { deny = "", perAddress: places = CONNECTIONS_PER_ADDRESS, ...given } = options;
    this.registry = new IpRegistry({
      clock: this.clock,
      retention: HOUR,
      newRecord: () => newAddressRecord(this.clock.now(), { places }),
    });
    this.#gate = new Gate({
      clock: this.clock,
      registry: this.registry,
      denials: new Denials({
        clock: this.clock,
        ranges: deny.split(",").filter(Boolean).map((text) => parseRange(text)!),
      }),
      roomIn: () => 0,
      ...given,
    });
  }

  ask(from: string = VISITOR, headers: Headers = {}, isSecure = false): LocalDecision {
    const sent = { ...BROWSER_HANDSHAKE, ...headers };
    const header = (name: string): string | undefined => sent[name];
    return this.#gate.evaluate({ address: parseAddress(from), isSecure, header });
  }

  refusal(from: string = VISITOR): ConnectionRefusal | undefined {
    return this.#gate.refusalFor(parseAddress(from));
  }

  outcome(from?: string, headers?: Headers): Outcome {
    const decision = this.ask(from, headers);
    if (decision.kind === "permitted") return "admitted";
    const { status, reason, retryAfter } = decision;
    return retryAfter === undefined ? [status, reason] : [status, reason, retryAfter];
  }

  /** Admits a client, which stays connected until the returned function is called. */
  enter(from?: string): () => void {
    const decision = this.ask(from);
    assert.ok(decision.kind === "permitted");
    return decision.entry.connect();
  }
}

const FOREIGN: Outcome = [403, "Cannot connect: the page is from another origin."];
const MUTE: Outcome = [400, "Cannot connect: the client does not speak anonymous-chat.v1."];
const NO_HANDSHAKE: Outcome = [
  400,
  "Cannot connect: not a WebSocket version 13 handshake.",
];
const NOBODY: Outcome = [400, "Cannot connect: the connection has closed."];
const DENIED: Outcome = [403, "Cannot connect: the operator has denied this address."];
const FULL: Outcome = [503, "Cannot connect: the server is full.", inSeconds(RETRIES.shortest)];

function tooFast(seconds: number): Outcome {
  return [429, "Cannot connect: too many attempts.", seconds];
}

function tooManyConnections(seconds = inSeconds(RETRIES.shortest)): Outcome {
  return [429, "Cannot connect: too many connections from one address.", seconds];
}

function blocked(seconds: number): Outcome {
  return [429, "Cannot connect: this address is blocked.", seconds];
}

Deno.test("Gate admits a page of the same origin, and a program without an origin", () => {
  const world = new World();
  for (
    const headers of [
      {},
      { host: "CHAT.example" },
      { host: "localhost:8000", origin: "http://localhost:8000" },
      { host: "[::1]:8000", origin: "http://[::1]:8000" },
      { origin: undefined },
      { origin: undefined, host: undefined },
    ]
  ) assert.equal(world.outcome(VISITOR, headers), "admitted", JSON.stringify(headers));
});

/** Spellings of one origin: those of a proxy, and that of the browser. */
const SAME: [host: string, origin: string, more?: Headers][] = [
  ["chat.example:443", "https://chat.example"],
  ["chat.example:80", "https://chat.example"],
  ["chat.example", "http://chat.example:80"],
  ["Chat.Example.", "https://chat.example"],
  ["chat.example", "https://chat.example."],
  ["b\u00c3\u00bccher.example", "https://xn--bcher-kva.example"], // UTF-8, as a listener decodes it.
  ["[0:0:0:0:0:0:0:1]:8000", "http://[::1]:8000"],
  ["127.0.0.1:8000", "https://chat.example", { "x-forwarded-host": "chat.example" }],
  ["a:8000", "https://chat.example", { "x-forwarded-host": "chat.example:443, b.internal" }],
  ["chat.example", "https://chat.example:8443", { "x-forwarded-port": "8443" }],
  ["127.0.0.1:8000", "https://www.example:444"],
];

Deno.test("Gate accepts every spelling of an origin, and the hosts that trusted proxies and the operator name", () => {
  const origins = { hops: 2, publicUrl: "https://www.example:444" };
  const world = new World({ origins });
  for (const [host, origin, more] of SAME) {
    assert.equal(
      world.outcome(VISITOR, { host, origin, ...more }),
      "admitted",
      `${host} ${origin}`,
    );
  }
});

Deno.test("Gate says in what an origin differs, and does not believe forwarded hosts without a trusted proxy", () => {
  const differenceOf = (headers: Headers, isSecure = false, hops = 0): string | undefined => {
    const decision = new World({ origins: { hops } }).ask(VISITOR, headers, isSecure);
    return decision.kind === "refused" ? decision.difference : "none";
  };
  assert.equal(differenceOf({ host: "127.0.0.1:8000" }), "host");
  assert.equal(differenceOf({ host: "127.0.0.1", "x-forwarded-host": "chat.example" }), "host");
  const tooFar = { host: "127.0.0.1", "x-forwarded-host": "chat.example, a.internal" };
  assert.equal(differenceOf(tooFar, false, 1), "host");
  assert.equal(differenceOf({ origin: "https://chat.example:8443" }), "port");
  const port = { origin: "https://chat.example:8443", "x-forwarded-port": "8443" };
  assert.equal(differenceOf(port), "port");
  assert.equal(differenceOf({ origin: "http://chat.example" }, true), "scheme");
  assert.equal(differenceOf({ origin: "null" }), "unnamed");
  for (
    const host of [
      "user@chat.example",
      "chat.example/a",
      "chat.example#",
      "chat.example chat.example",
    ]
  ) {
    assert.equal(differenceOf({ host }), "host", host);
  }
});

Deno.test("Gate refuses a page loaded without TLS where the handshake came over TLS", () => {
  const world = new World();
  const kindOf = (origin: string): string => world.ask(VISITOR, { origin }, true).kind;
  assert.equal(kindOf("https://chat.example"), "permitted");
  assert.equal(kindOf("http://chat.example"), "refused");
});

Deno.test("Gate refuses a page of another origin with 403", () => {
  const world = new World();
  for (
    const origin of [
      "https://evil.example",
      "https://chat.example:8443",
      "https://chat.example.evil.example",
      "https://evil.chat.example",
      "https://evilchat.example",
      "https://evil.example/chat.example",
      "https://chat.example@evil.example",
      "https://evil.example#chat.example",
      "https://chat.example https://evil.example",
      "null",
      "",
      "chat.example",
      "//chat.example",
      "file:///chat.example",
    ]
  ) assert.deepEqual(world.outcome(VISITOR, { origin }), FOREIGN, origin);
});

Deno.test("Gate refuses a page without a Host header", () => {
  const world = new World();
  assert.deepEqual(world.outcome(VISITOR, { host: undefined }), FOREIGN);
  assert.deepEqual(world.outcome(VISITOR, { host: "" }), FOREIGN);
  assert.deepEqual(world.outcome(VISITOR, { host: "", origin: "file:///" }), FOREIGN);
  assert.deepEqual(world.outcome(VISITOR, { host: "null", origin: "null" }), FOREIGN);
});

Deno.test("Gate refuses a client of another protocol with 400", () => {
  const world = new World();
  for (
    const protocols of [
      undefined,
      "",
      "chat",
      "anonymous-chat.v2",
      "anonymous-chat.v11",
      "Anonymous-Chat.v1",
      "anonymous-chat.v1;q=1",
    ]
  ) assert.deepEqual(world.outcome(VISITOR, { "sec-websocket-protocol": protocols }), MUTE);
  for (const protocols of ["chat, anonymous-chat.v1", "anonymous-chat.v1,chat"]) {
    assert.equal(world.outcome(VISITOR, { "sec-websocket-protocol": protocols }), "admitted");
  }
});

Deno.test("Gate refuses with 400 anything but a handshake of version 13 with a key of 16 bytes", () => {
  const world = new World();
  for (const version of [undefined, "", "8", "12", "14", "013", "13, 8", "13.0"]) {
    const outcome = world.outcome(VISITOR, { "sec-websocket-version": version });
    assert.deepEqual(outcome, NO_HANDSHAKE, String(version));
  }
  for (
    const key of [
      undefined,
      "",
      "dGhlIHNhbXBsZSBub25jZQ",
      "dGhlIHNhbXBsZSBub25jZ===",
      "dGhlIHNhbXBsZSBub25jZQ== ",
      "dGhlIHNhbXBsZSBub25jZSE=",
      "dGhlIHNhbXBsZSBub25j",
      "dGhlIHNhbXBsZSBub25j-_==",
      "dGhlIHNhbXBsZSBub25jZQ==\ndGhlIHNhbXBsZSBub25jZQ==",
    ]
  ) {
    const outcome = world.outcome(VISITOR, { "sec-websocket-key": key });
    assert.deepEqual(outcome, NO_HANDSHAKE, String(key));
  }
});

Deno.test("Gate refuses with 400 a request without an upgrade, and accepts the upgrade among other options", () => {
  const world = new World();
  const connecting = (connection: string | undefined): Outcome =>
    world.outcome(VISITOR, { connection });
  for (const connection of ["upgrade", "keep-alive, Upgrade", "Upgrade,keep-alive"]) {
    assert.equal(connecting(connection), "admitted", connection);
  }
  for (const connection of [undefined, "", "close", "upgrades", "no-upgrade"]) {
    assert.deepEqual(connecting(connection), NO_HANDSHAKE, String(connection));
  }
  assert.deepEqual(world.outcome(VISITOR, { upgrade: "h2c" }), NO_HANDSHAKE);
});

Deno.test("Gate refuses with 400 a connection that has already ended", () => {
  assert.deepEqual(new World().outcome(""), NOBODY);
});

Deno.test("Gate refuses with 403 an address that the operator denies", () => {
  const world = new World({ deny: "198.51.100.0/24,203.0.113.9,2001:db8:bad::/48" });
  for (
    const [from, outcome] of Object.entries({
      "198.51.100.0": DENIED,
      "198.51.100.255": DENIED,
      "::ffff:198.51.100.1": DENIED,
      "198.51.101.1": "admitted",
      "203.0.113.9": DENIED,
      "203.0.113.10": "admitted",
      "2001:db8:bad::1": DENIED,
      "2001:db8:bad:ffff:ffff::1": DENIED,
      "2001:db8:bae::1": "admitted",
    })
  ) assert.deepEqual(world.outcome(from), outcome, from);
});

Deno.test("Gate can deny a single IPv6 address, although its /64 counts as one visitor", () => {
  const world = new World({ deny: "2001:db8::bad" });
  assert.deepEqual(world.outcome("2001:db8::bad"), DENIED);
  assert.equal(world.outcome("2001:db8::1"), "admitted");
});

Deno.test("Gate refuses with 429 at the connection limit of an address, until a connection closes", () => {
  const world = new World({ perAddress: 2 });
  const leave = world.enter();
  world.enter();
  assert.deepEqual(world.outcome(), tooManyConnections());
  assert.equal(world.outcome(OTHER), "admitted");
  leave();
  assert.equal(world.outcome(), "admitted");
});

Deno.test("Gate counts the addresses of one IPv6 /64 together, and those of another separately", () => {
  const world = new World({ perAddress: 2 });
  world.enter("2001:db8:0:1::1");
  world.enter("2001:db8:0:1:ffff::2");
  assert.deepEqual(world.outcome("2001:db8:0:1::3"), tooManyConnections());
  assert.equal(world.outcome("2001:db8:0:2::1"), "admitted");
});

Deno.test("Gate counts neighbouring IPv4 addresses separately, and IPv4 in IPv6 as the same address", () => {
  const world = new World({ perAddress: 1 });
  world.enter("192.0.2.1");
  assert.deepEqual(world.outcome("::ffff:192.0.2.1"), tooManyConnections());
  assert.equal(world.outcome("192.0.2.2"), "admitted");
});

Deno.test("Gate refuses with 429 an address that connects too fast, and states the wait in whole seconds", () => {
  const world = new World();
  for (let n = 0; n < LIMITS.connections.burst; n++) assert.equal(world.outcome(), "admitted");
  const next = MINUTE / LIMITS.connections.perMinute;
  assert.deepEqual(world.outcome(), tooFast(1));
  world.clock.advance(next - 1);
  assert.deepEqual(world.outcome(), tooFast(1));
  world.clock.advance(1);
  assert.equal(world.outcome(), "admitted");
  assert.equal(world.outcome(OTHER), "admitted");
});

Deno.test("Gate blocks with 429 an address that keeps trying, states for how long, and admits it after that", () => {
  const world = new World();
  const minutes = FLOOD_BLOCK_TIME / SECOND;
  for (let n = 0; n < LIMITS.connections.burst + LIMITS.refusals.burst; n++) world.ask();
  assert.deepEqual(world.outcome(), blocked(minutes));
  assert.equal(world.outcome(OTHER), "admitted");
  world.clock.advance(FLOOD_BLOCK_TIME - 1);
  assert.deepEqual(world.outcome(), blocked(1));
  world.clock.advance(1);
  assert.equal(world.outcome(), "admitted");
});

Deno.test("Gate blocks a whole IPv6 /64, and leaves open connections alone", () => {
  const world = new World();
  const leave = world.enter("2001:db8::1");
  for (let n = 0; n < LIMITS.connections.burst + LIMITS.refusals.burst; n++) {
    world.ask("2001:db8::1");
  }
  assert.equal(world.outcome("2001:db8::2")[0], 429);
  assert.equal(world.registry.connected, 1);
  leave();
  assert.equal(world.registry.connected, 0);
});

Deno.test("Gate refuses an address at its connection limit on every attempt, and does not block it for that", () => {
  const world = new World({ perAddress: 1 });
  world.enter();
  for (let n = 0; n < 1000; n++) {
    world.clock.advance(SECOND);
    assert.deepEqual(world.outcome(), tooManyConnections());
  }
});

Deno.test("Gate states why an address is refused, and the question is not an attempt", () => {
  let full = false;
  const world = new World({
    perAddress: 1,
    deny: "198.51.100.0/24",
    roomIn: () => full ? RETRIES.shortest : 0,
  });
  assert.equal(world.refusal(), undefined);
  assert.equal(world.registry.held, 0);
  const leave = world.enter();
  assert.deepEqual(world.refusal(), {
    code: "too-many-connections",
    seconds: inSeconds(RETRIES.shortest),
  });
  leave();
  assert.equal(world.refusal(""), undefined);
  assert.deepEqual(world.refusal("198.51.100.1"), { code: "denied", seconds: 3600 });
  full = true;
  assert.deepEqual(world.refusal(OTHER), { code: "full", seconds: inSeconds(RETRIES.shortest) });
  for (let n = 0; n < LIMITS.connections.burst + LIMITS.refusals.burst; n++) world.ask();
  assert.deepEqual(world.refusal(), { code: "flooding", seconds: FLOOD_BLOCK_TIME / SECOND });
  world.clock.advance(FLOOD_BLOCK_TIME);
  assert.deepEqual(world.refusal(), { code: "full", seconds: inSeconds(RETRIES.shortest) });
});

Deno.test("Gate refuses with 503 and a wait when the server is full", () => {
  let full = false;
  const world = new World({ roomIn: () => full ? RETRIES.shortest : 0 });
  assert.equal(world.outcome(), "admitted");
  full = true;
  assert.deepEqual(world.outcome(), FULL);
  full = false;
  assert.equal(world.outcome(), "admitted");
});

Deno.test("Gate names the wait of a server that will soon have room again", () => {
  const world = new World({ roomIn: () => RETRIES.whileStopping });
  const seconds = inSeconds(RETRIES.whileStopping);
  assert.ok(seconds < inSeconds(RETRIES.shortest));
  assert.deepEqual(world.refusal(), { code: "full", seconds });
  assert.deepEqual(world.outcome(), [503, "Cannot connect: the server is full.", seconds]);
  assert.deepEqual(world.refusal(), { code: "full", seconds });
});

Deno.test("Gate passes on the record of the admitted address, which counts from connection to disconnection", () => {
  const world = new World();
  const decision = world.ask();
  assert.ok(decision.kind === "permitted");
  const { entry } = decision;
  assert.deepEqual([entry.connections, world.registry.connected], [0, 0]);
  const leave = entry.connect();
  assert.deepEqual([entry.connections, world.registry.connected], [1, 1]);
  leave();
  assert.deepEqual([entry.connections, world.registry.connected], [0, 0]);
  const again = world.ask();
  assert.ok(again.kind === "permitted");
  assert.equal(again.entry.record, entry.record);
});

Deno.test("Gate charges a visitor's address nothing for requests of a foreign page, and remembers nothing", () => {
  const world = new World({ perAddress: 1 });
  for (let n = 0; n < 1000; n++) {
    assert.deepEqual(world.outcome(VISITOR, { origin: "https://evil.example" }), FOREIGN);
    assert.deepEqual(world.outcome(VISITOR, { "sec-websocket-protocol": "chat" }), MUTE);
    assert.deepEqual(world.outcome(VISITOR, { "sec-websocket-key": "" }), NO_HANDSHAKE);
  }
  assert.equal(world.registry.held, 0);
  assert.equal(world.outcome(), "admitted");
});

Deno.test("Gate remembers neither a denied address nor a missing one", () => {
  const world = new World({ deny: `${VISITOR}/24` });
  for (let n = 0; n < 1000; n++) {
    assert.deepEqual(world.outcome(VISITOR), DENIED);
    assert.deepEqual(world.outcome(""), NOBODY);
  }
  assert.equal(world.registry.held, 0);
});

Deno.test("Gate remembers an address with a refused handshake once, for an hour after the last attempt", () => {
  const world = new World({ roomIn: () => RETRIES.shortest });
  world.clock.every(world.registry.purgeInterval, () => world.registry.purge());
  for (let n = 0; n < 500; n++) world.ask("2001:db8::1");
  world.clock.advance(HOUR / 2);
  world.ask("2001:db8::2");
  assert.equal(world.registry.held, 1);
  world.clock.advance(HOUR / 2);
  assert.equal(world.registry.held, 1);
  world.clock.advance(HOUR / 2);
  assert.equal(world.registry.held, 0);
});

Deno.test("Gate reports the first of several errors", () => {
  const deny = `${VISITOR}/32`;
  const world = new World({ deny, perAddress: 0, roomIn: () => RETRIES.shortest });
  const headers: Headers = {
    "origin": "null",
    "sec-websocket-protocol": "chat",
    "sec-websocket-version": "8",
  };
  const mend = (name: string): void => void (headers[name] = BROWSER_HANDSHAKE[name]);
  assert.deepEqual(world.outcome(VISITOR, headers), FOREIGN);
  mend("origin");
  assert.deepEqual(world.outcome(VISITOR, headers), MUTE);
  mend("sec-websocket-protocol");
  assert.deepEqual(world.outcome(VISITOR, headers), NO_HANDSHAKE);
  mend("sec-websocket-version");
  assert.deepEqual(world.outcome(VISITOR, headers), DENIED);
  assert.deepEqual(world.outcome(OTHER, headers), tooManyConnections());
});

Deno.test("Gate never reveals an address in a refusal", () => {
  const reasons = new Set<string>();
  for (const from of ["192.0.2.1", "2001:db8::1", "198.51.100.1", ""]) {
    for (
      const headers of [
        {},
        { origin: "null" },
        { "sec-websocket-protocol": "chat" },
        { "sec-websocket-key": "" },
      ]
    ) {
      for (const lacking of ["places", "room", "tokens"]) {
        const deny = "198.51.100.0/24";
        const perAddress = lacking === "places" ? 0 : CONNECTIONS_PER_ADDRESS;
        const world = new World({
          deny,
          perAddress,
          roomIn: () => lacking === "room" ? RETRIES.shortest : 0,
        });
        for (let n = 0; n < LIMITS.connections.burst + LIMITS.refusals.burst + 1; n++) {
          const decision = world.ask(from, headers);
          if (decision.kind === "refused") reasons.add(decision.reason);
        }
      }
    }
  }
  assert.equal(reasons.size, 9, [...reasons].join("\n"));
  for (const reason of reasons) {
    assert.match(reason, /^Cannot connect: [\w .-]+\.$/);
    assert.doesNotMatch(reason, /\d\.\d|192|198|2001|db8/);
  }
});
