/** The embedded relay over real sockets, in a whole server. */

import assert from "node:assert/strict";
import type { CallServer } from "../../../protocol.ts";
import type { AddressRecord } from "../../../server/admission/address_record.ts";
import { parseAddress } from "../../../server/admission/address.ts";
import { FIRST_BYTES_TIMEOUT } from "../../../server/listener/pending_connections.ts";
import { Method, parseStun } from "../../../server/turn/stun_message.ts";
import { UDP_TRANSPORT } from "../../../server/turn/stun_attributes.ts";
import { MAX_STRANGER_MESSAGES } from "../../../server/turn/stream_transport.ts";
import {
  MIN_PACKET_COST,
  STRANGER_RATE,
  STREAM_DEADLINE,
  STREAM_RATE,
} from "../../../server/turn/turn_limits.ts";
import { BareClient, type ComingFrom } from "../../support/bare_client.ts";
import { CertificateFiles } from "../../support/certificate_files.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { RawClient } from "../../support/raw_client.ts";
import { RelayClient } from "../../support/relay_client.ts";
import { type ServerOptions, TestServer } from "../../support/server.ts";
import { channelData, codeOf } from "../../support/turn_relay.ts";
import { waitUntil } from "../../support/wait_until.ts";

const CHANNEL = 0x4000;

/** Two pages in a chat, and what each is told about calls. */
interface Pair {
  readonly pages: readonly [BareClient, BareClient];
  readonly servers: readonly [CallServer, CallServer];
}

async function start(options: ServerOptions = {}): Promise<TestServer> {
  return await TestServer.start({ ...options, args: ["--relay=on", ...options.args ?? []] });
}

async function pairUp({ socketUrl }: TestServer, from: ComingFrom = {}): Promise<Pair> {
  const pages = await BareClient.pair(socketUrl, from);
  const servers = await Promise.all(pages.map(serverFor));
  return { pages, servers: servers as [CallServer, CallServer] };
}

async function serverFor(page: BareClient): Promise<CallServer> {
  page.tell({ type: "ice" });
  const { servers, policy } = await page.next("ice");
  assert.equal(policy, "relay");
  return servers[0] ?? assert.fail("no relay");
}

/** Both clients of a call, with a channel to each other. */
async function call(
  { servers }: Pair,
  transports: readonly ["udp" | "tcp", "udp" | "tcp"],
  cert?: string,
): Promise<[RelayClient, RelayClient]> {
  const [a, b] = await Promise.all(
    servers.map((server, side) => RelayClient.open(server, transports[side]!, { cert })),
  ) as [RelayClient, RelayClient];
  assert.deepEqual([await a.allocate(), await b.allocate()], [0, 0]);
  assert.deepEqual([await a.bind(CHANNEL, b.port), await b.bind(CHANNEL, a.port)], [0, 0]);
  return [a, b];
}

const KINDS = [["udp", "udp", false], ["tcp", "tcp", false], ["udp", "tcp", true]] as const;

for (const [first, second, isTls] of KINDS) {
  Deno.test(`Call relay by ${first} and ${second}${isTls ? " over TLS" : ""}: data of every length arrives unchanged`, async () => {
    await using files = isTls ? new CertificateFiles() : undefined;
    await using server = await start(files === undefined ? {} : { certificate: files });
    const pair = await pairUp(server);
    const [a, b] = await call(pair, [first, second], server.certificate);
    using _a = a;
    using _b = b;
    for (const length of [0, 1, 2, 3, 4, 1200, 2000]) {
      const data = new Uint8Array(length).map((_, at) => at * 7 + length);
      await a.send(data, CHANNEL);
      assert.deepEqual(await b.data(), data);
      await b.send(data, CHANNEL);
      assert.deepEqual(await a.data(), data);
    }
    assert.equal(server.chat.callRelay?.relayedBytes, 2 * 3210);
    assert.equal(server.chat.callRelay?.calls, 1);
  });
}

Deno.test("Call relay takes many messages in one chunk, and messages in parts", async () => {
  await using server = await start();
  const [a, b] = await call(await pairUp(server), ["tcp", "tcp"]);
  using _a = a;
  using _b = b;
  const messages = Array.from({ length: 50 }, (_, n) => new Uint8Array(n * 13).fill(n));
  const bytes = Uint8Array.from(messages.flatMap((data) => [...channelData(data, CHANNEL, true)]));
  await a.write(bytes);
  for (const data of messages) assert.deepEqual(await b.data(), data);
  for (let at = 0; at < bytes.length; at += 77) await a.write(bytes.subarray(at, at + 77));
  for (const data of messages) assert.deepEqual(await b.data(), data);
});

Deno.test("Call relay recognizes STUN that arrives byte by byte, and HTTP as well", async () => {
  await using server = await start();
  const { servers } = await pairUp(server);
  using client = await RelayClient.open(servers[0], "tcp");
  const transaction = new Uint8Array(12).fill(5);
  const request = client.request(Method.allocate, [UDP_TRANSPORT], false, transaction);
  for (const byte of request) await client.write(Uint8Array.of(byte));
  assert.equal(codeOf(parseStun(await client.message())), 401);
  using http = await RawClient.connect(server.port);
  for (const request of ["GET /healthz HTTP/1.1", "GET /favicon.ico HTTP/1.1"]) {
    for (const byte of new TextEncoder().encode(`${request}\r\nHost: a\r\n\r\n`)) {
      await http.write(Uint8Array.of(byte));
    }
    assert.match(await http.readUntil("\r\n\r\n"), /HTTP\/1\.1 [24]/);
  }
});

Deno.test("Call relay ends allocations with the chat, and refuses new ones", async () => {
  await using server = await start();
  const pair = await pairUp(server);
  const [a, b] = await call(pair, ["tcp", "udp"]);
  using _a = a;
  using _b = b;
  pair.pages[1].tell({ type: "leave" });
  await a.ends();
  assert.equal(server.chat.callRelay?.calls, 0);
  assert.equal(await b.allocate(), 403);
  using again = await RelayClient.open(pair.servers[0], "tcp");
  assert.equal(await again.allocate(), 403);
});

Deno.test("Call relay ends the call of a chat that is reported", async () => {
  await using server = await start();
  const pair = await pairUp(server);
  const [a, b] = await call(pair, ["tcp", "tcp"]);
  using _a = a;
  using _b = b;
  pair.pages[0].tell({ type: "report", reason: "spam" });
  await Promise.all([a.ends(), b.ends()]);
  assert.equal(server.chat.callRelay?.calls, 0);
});

Deno.test("Call relay continues a call while the connection of a page is interrupted", async () => {
  await using server = await start();
  const pair = await pairUp(server);
  const [a, b] = await call(pair, ["udp", "tcp"]);
  using _a = a;
  using _b = b;
  pair.pages[0].vanish();
  await pair.pages[1].next("partner-away");
  await a.send(Uint8Array.of(1), CHANNEL);
  assert.deepEqual(await b.data(), Uint8Array.of(1));
  const resumed = await BareClient.enter(server.socketUrl);
  resumed.tell({ type: "resume", token: pair.pages[0].token });
  await resumed.next("resumed");
  await b.send(Uint8Array.of(2), CHANNEL);
  assert.deepEqual(await a.data(), Uint8Array.of(2));
  resumed.leave();
  await b.ends();
});

Deno.test("Call relay says 508 when it has as many calls as allowed", async () => {
  await using server = await start({ args: ["--max-calls=1"] });
  const [a, b] = await call(await pairUp(server), ["udp", "udp"]);
  using _a = a;
  using _b = b;
  const { servers } = await pairUp(server);
  using other = await RelayClient.open(servers[0], "udp");
  assert.equal(await other.allocate(), 508);
  for (const client of [a, b]) assert.equal(await client.release(), 0);
  assert.equal(await other.allocate(), 0);
});

/** Where pages connect from in tests about the address of the relay's clients, 127.0.0.1. */
const ELSEWHERE: ComingFrom = { localAddress: "127.0.0.2" };

Deno.test("Call relay does not answer a denied address by UDP, TCP or TLS", async () => {
  await using files = new CertificateFiles();
  for (const isTls of [false, true]) {
    const clock = new FakeClock();
    const options = { clock, args: ["--deny=127.0.0.1"] };
    await using server = await start(isTls ? { ...options, certificate: files } : options);
    const { servers } = await pairUp(server, ELSEWHERE);
    const cert = server.certificate;
    using denied = await RelayClient.open(servers[0], "udp");
    using stream = await RelayClient.open(servers[0], "tcp", { cert });
    for (const client of [denied, stream]) {
      await client.write(
        client.request(Method.allocate, [UDP_TRANSPORT], false, new Uint8Array(12)),
      );
    }
    using other = await RelayClient.open(servers[0], "udp", { from: "127.0.0.3" });
    assert.equal(await other.allocate(), 0); // It has come later.
    await waitUntil(() => server.chat.callRelay?.streams.clients === 1);
    clock.advance(STREAM_DEADLINE);
    await assert.rejects(() => stream.message(), /has ended/);
  }
});

Deno.test("Call relay ends the allocation of an address that is blocked or denied, and refuses it", async () => {
  await using server = await start();
  const pair = await pairUp(server, ELSEWHERE);
  const recordOf = (): AddressRecord => registry.find(parseAddress("127.0.0.1")!)!.record;
  const { registry } = server.chat;
  const ends = [
    () => recordOf().deny(),
    () => recordOf().blockedElsewhere("flooding", 60_000, performance.now()),
  ];
  for (const end of ends) {
    const [a, b] = await call(pair, ["tcp", "tcp"]);
    using _a = a;
    using _b = b;
    assert.equal(registry.connected, 2);
    end();
    await Promise.all([a.ends(), b.ends()]);
    assert.equal(registry.connected, 1);
    assert.equal(server.chat.callRelay?.calls, 0);
  }
  for (const transport of ["udp", "tcp"] as const) {
    using blocked = await RelayClient.open(pair.servers[0], transport);
    assert.equal(await blocked.allocate(), 403);
  }
});

Deno.test("Call relay holds the address of a client as long as its allocation", async () => {
  await using server = await start();
  const pair = await pairUp(server, ELSEWHERE);
  const { registry } = server.chat;
  const [a, b] = await call(pair, ["udp", "tcp"]);
  using _a = a;
  using _b = b;
  assert.deepEqual([registry.held, registry.connected], [2, 2]);
  assert.equal(await a.release(), 0);
  assert.equal(registry.connected, 2);
  pair.pages[0].tell({ type: "leave" });
  await b.ends();
  assert.deepEqual([registry.held, registry.connected], [2, 1]);
  assert.doesNotMatch(JSON.stringify(server.entries), /127\.0\.0\.[12]/);
});

Deno.test("Call relay leaves the places of an address to its pages, whatever calls they have", async () => {
  await using server = await start({ args: ["--max-connections-per-address=3"] });
  const pair = await pairUp(server);
  const clients = await call(pair, ["udp", "tcp"]);
  const more = await call(pair, ["udp", "tcp"]);
  await using _clients = new AsyncDisposableStack();
  for (const client of [...clients, ...more]) _clients.use(client);
  const third = await BareClient.enter(server.socketUrl);
  third.socket.close();
});

Deno.test("Call relay has separate connections: calls by TCP take none from the chat, and get 508 beyond their limit", async () => {
  await using server = await start({ args: ["--max-connections=8"] });
  const { servers } = await pairUp(server);
  await using clients = new AsyncDisposableStack();
  const open = async (transport: "udp" | "tcp"): Promise<number> =>
    await clients.use(await RelayClient.open(servers[0], transport)).allocate();
  for (let n = 0; n < 8; n++) assert.equal(await open("tcp"), 0);
  assert.deepEqual([await open("tcp"), await open("udp")], [508, 0]);
  assert.equal((await server.fetch("/healthz")).status, 200);
  const [third, fourth] = await BareClient.pair(server.socketUrl);
  third.leave();
  fourth.leave();
});

Deno.test("Call relay answers by TCP, even if somebody forges the address of a client by UDP", async () => {
  await using server = await start();
  const { servers } = await pairUp(server);
  using forger = await RelayClient.open(servers[0], "udp");
  const request = forger.request(Method.binding, [], false, new Uint8Array(12));
  for (let n = 0; n < 2 * STRANGER_RATE.burst; n++) await forger.write(request);
  for (let n = 0; n < STRANGER_RATE.burst; n++) await forger.message();
  using client = await RelayClient.open(servers[0], "tcp");
  assert.equal(await client.allocate(), 0);
});

Deno.test("Call relay cuts a person that floods it by TCP, also on the next connection, and others continue to chat", async () => {
  await using server = await start({ clock: new FakeClock() }); // Nobody's budget is refilled.
  const others = await BareClient.pair(server.socketUrl);
  const { servers } = await pairUp(server);
  const count = STREAM_RATE.burst / MIN_PACKET_COST + 1;
  const message = channelData(new Uint8Array(0), CHANNEL, true);
  const flood = new Uint8Array(count * message.length).map((_, at) => message[at % 4]!);
  for (const messages of [flood, message]) {
    using client = await RelayClient.open(servers[0], "tcp");
    assert.equal(await client.allocate(), 0);
    await client.write(messages);
    await client.ends();
  }
  others[0].send(Uint8Array.of(1, 65));
  assert.deepEqual(await others[1].frame(), Uint8Array.of(1, 65));
  for (const page of others) page.leave();
});

Deno.test("Call relay cuts a stream that does not allocate in time, sends invalid bytes, or asks too often", async () => {
  const clock = new FakeClock();
  await using server = await start({ clock });
  const { servers } = await pairUp(server);
  using slow = await RelayClient.open(servers[0], "tcp");
  await slow.ask(Method.binding, [], false);
  clock.advance(STREAM_DEADLINE - 1);
  await slow.ask(Method.binding, [], false);
  clock.advance(1);
  await slow.ends();
  for (
    const invalid of [[0, 1, 0, 2], [0, 1, 0xff, 0xfc], [
      0,
      1,
      0,
      0,
      ...Array(16).fill(0),
      0x99,
      0,
      0,
      0,
    ]]
  ) {
    using client = await RelayClient.open(servers[0], "tcp");
    await client.write(Uint8Array.from(invalid));
    await client.ends();
  }
  using busy = await RelayClient.open(servers[0], "tcp");
  const request = busy.request(Method.binding, [], false, new Uint8Array(12));
  const many = Array.from({ length: MAX_STRANGER_MESSAGES }, () => [...request]);
  await busy.write(Uint8Array.from(many.flat()));
  await busy.ends();
  clock.advance(STREAM_DEADLINE);
  using allocated = await RelayClient.open(servers[0], "tcp");
  assert.equal(await allocated.allocate(), 0);
  clock.advance(2 * STREAM_DEADLINE);
  assert.equal(await allocated.release(), 0);
  await allocated.ends();
});

Deno.test("Call relay tells pages the host name and the port that they use themselves", async () => {
  await using server = await start();
  const { servers } = await pairUp(server, { headers: { host: "chat.example" } });
  assert.deepEqual(servers[0].urls, [
    "turn:chat.example:80?transport=udp",
    "turn:chat.example:80?transport=tcp",
  ]);
});

Deno.test("Call relay and its calls end with the server", async () => {
  const server = await start();
  const [a, b] = await call(await pairUp(server), ["tcp", "udp"]);
  using _a = a;
  using _b = b;
  await server.end(0);
  await a.ends();
  assert.equal(server.chat.callRelay?.calls, 0);
});

Deno.test("Call relay's port cuts a connection that stays silent", async () => {
  await using server = await start();
  using silent = await RawClient.connect(server.port);
  const began = performance.now();
  await silent.readToEnd();
  const took = performance.now() - began;
  assert.ok(took > 0.8 * FIRST_BYTES_TIMEOUT && took < 4 * FIRST_BYTES_TIMEOUT, `${took} ms`);
});
