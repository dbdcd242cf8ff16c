/**
 * Misbehaving sockets: silent, slow, never reading, or vanishing. Mostly against the hardened listener, because
 * `Deno.serve` has no timeouts and can't cut off a client that doesn't read (docs/privacy.md admits it).
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import {
  type ClientMessage,
  MAX_FRAGMENTS,
  MAX_FRAME_BYTES,
  RESUME_WINDOW,
} from "../../protocol.ts";
import { SECOND } from "../../server/base/clock.ts";
import { delay } from "../../server/base/timeout.ts";
import { MAX_BACKLOG_BYTES, MAX_STALL } from "../../server/chat/relay.ts";
import { BareClient } from "../support/bare_client.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { residentBytes } from "../support/process_memory.ts";
import { Program } from "../support/program.ts";
import { frame, HANDSHAKE, RawClient } from "../support/raw_client.ts";
import { repeats } from "../support/repeats.ts";
import { inProcess, serve } from "../support/server_under_test.ts";
import { LISTENERS, NO_RATES, TestServer } from "../support/server.ts";
import { Stopwatch } from "../support/stopwatch.ts";
import { reaches, waitUntil, waitUntilStable } from "../support/wait_until.ts";

const SEARCH: ClientMessage = { type: "find", mode: "text", interests: [] };
const FIND = new TextEncoder().encode(JSON.stringify(SEARCH));

Deno.test("Attack on node: 2,000 clients that don't finish a request are disconnected within 10 s, and a new client is served meanwhile", async () => {
  await using server = await serve();
  const attempts: readonly (readonly string[])[] = [
    [""],
    ["GET / HTTP/1.1", "Host: x"],
    HANDSHAKE.slice(0, 5),
    ["POST / HTTP/1.1", "Host: x", "Content-Length: 100", "", "half"],
    ["GET /healthz HTTP/1.1", "Host: x", "", ""],
  ];
  const many = Array.from({ length: 400 }, () => attempts).flat();
  let ended = 0;
  const endings = many.map(async (lines) => {
    using client = await RawClient.connect(server.port);
    await client.writeLines(...lines);
    await client.readToEnd();
    ended++;
  });
  (await BareClient.enter(server.socketUrl)).leave(); // All earlier connections are accepted by now.
  await reaches(many.length, () => ended, 10 * SECOND);
  await Promise.all(endings);
});

Deno.test("Attack on node: headers above the limit are refused with 431", async () => {
  await using server = await serve();
  using client = await RawClient.connect(server.port);
  await client.writeLines("GET / HTTP/1.1", "Host: x", `X-Large: ${"a".repeat(20_000)}`, "", "")
    .catch(() => {}); // The server may refuse it before everything is sent.
  assert.match(await client.readToEnd(), /^HTTP\/1\.1 431 /);
});

for (const listener of Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]) {
  Deno.test(`Attack on ${listener}: a bad key, a bad version and a bad method are refused with 400 and 405`, async () => {
    await using server = await serve({ listener });
    const changes: [was: string, is: string, status: number][] = [
      ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Key: short", 400],
      ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12", 400],
      ["GET /ws HTTP/1.1", "POST /ws HTTP/1.1", 405],
    ];
    for (const [was, is, status] of changes) {
      using client = await RawClient.connect(server.port);
      await client.writeLines(...HANDSHAKE.map((line) => line === was ? is : line), "", "");
      assert.match(await client.readUntil("\r\n"), new RegExp(`^HTTP/1\\.1 ${status} `), is);
    }
    await server.has(0);
  });
}

inProcess.test("Attack on node: a socket that never answers is closed by the second heartbeat", async () => {
  await using server = await TestServer.start();
  using silent = await RawClient.open(server.port);
  const [a, b] = await BareClient.pair(server.socketUrl);
  assert.equal(server.chat.sessions.online, 3);
  server.heartbeat();
  await Promise.all([a, b].map(answerHeartbeat));
  server.heartbeat();
  await silent.readToEnd();
  await waitUntil(() => server.chat.sessions.online === 2);
});

inProcess.test("Attack on node: a partner that vanishes without FIN is noticed by the second heartbeat, and reported once", async () => {
  const clock = new FakeClock();
  await using server = await TestServer.start({ clock });
  using vanishing = await RawClient.open(server.port);
  const partner = await BareClient.enter(server.socketUrl);
  await vanishing.write(frame(0x81, FIND));
  partner.tell(SEARCH);
  await partner.next("paired");
  server.heartbeat();
  await answerHeartbeat(partner);
  server.heartbeat();
  const told: string[] = [];
  partner.socket.on("message", (data: Uint8Array) => told.push(JSON.parse(String(data)).type));
  await partner.next("partner-away");
  clock.advance(RESUME_WINDOW + SECOND);
  await partner.next("partner-left");
  partner.tell(SEARCH);
  await partner.next("waiting");
  assert.deepEqual(told, ["partner-away", "partner-left", "online", "waiting"]);
  assert.deepEqual([server.chat.sessions.online, server.chat.sessions.disconnected], [1, 0]);
});

Deno.test("Attack on node: endless fragments cost less than 1 MiB per attacker", async () => {
  await using program = await Program.start("--trust-proxy=1", "--proof-of-work=off", "--relay=on");
  const attackers = 200;
  const attack = async (n: number): Promise<RawClient> => {
    const client = await RawClient.open(program.port, `X-Forwarded-For: 10.9.8.${n}`);
    const fragment = new Uint8Array(MAX_FRAME_BYTES / MAX_FRAGMENTS).fill(1);
    await client.write(frame(0x02, fragment));
    for (let sent = 2; sent < MAX_FRAGMENTS; sent++) await client.write(frame(0x00, fragment));
    return client;
  };
  (await attack(0)).reset();
  const before = await residentBytes(program.pid);
  const clients = await Promise.all(Array.from({ length: attackers }, (_, n) => attack(n)));
  const pair = await BareClient.pair(program.socketUrl);
  const perAttacker = (await residentBytes(program.pid) - before) / attackers;
  assert.ok(perAttacker < 1024 ** 2, `${perAttacker} bytes`);
  for (const client of clients) { // In turn, because each must read its response before the server cuts it.
    await client.write(frame(0x00, new Uint8Array(MAX_FRAME_BYTES).fill(1)));
    assert.ok([1008, 1009].includes(await client.closeCode() ?? 0));
    client.reset();
  }
  for (const client of pair) client.vanish();
});

for (const isTls of [false, true]) {
  inProcess.test(`Attack on node${isTls ? " by TLS" : ""}: a reader that never reads is disconnected, its partner is notified, and memory stays bounded`, async () => {
    const clock = new FakeClock();
    await using files = new CertificateFiles();
    const certificate = isTls ? { certificate: files } : {};
    await using server = await TestServer.start({ clock, rates: NO_RATES, ...certificate });
    await neverRead(server, clock);
  });
}

async function neverRead(server: TestServer, clock: FakeClock): Promise<void> {
  using reader = await RawClient.open(server);
  const flooder = await BareClient.enter(server.socketUrl);
  await reader.write(frame(0x81, FIND));
  flooder.tell(SEARCH);
  await flooder.next("paired");
  const large = new Uint8Array(32 * 1024).fill(1);
  for (let sent = 0; sent < 20_000_000; sent += large.length) flooder.send(large);
  await waitUntil(() => backlogOf(server) > 0);
  await waitUntilStable(() => flooder.socket.bufferedAmount);
  assert.ok(flooder.socket.bufferedAmount > 0, "the sender is not slowed down");
  assert.ok(backlogOf(server) <= MAX_BACKLOG_BYTES, `${backlogOf(server)} bytes wait`);
  clock.advance(MAX_STALL + 1000);
  await flooder.next("partner-left");
  await waitUntil(() => server.chat.sessions.online === 1);
  clock.advance(SECOND);
  assert.equal(server.chat.relay.slowReaders, 0);
}

/** There are addresses for more than sixty thousand. */
const RESETS = repeats({ sample: 10_000, long: 50_000 });

Deno.test(`Attack on node: ${RESETS.toLocaleString("en")} upgrades and resets leave no session, and no descriptor after 10 s`, async () => {
  await using program = await Program.start("--trust-proxy=1", "--proof-of-work=off", "--relay=on"); // Many addresses.
  const descriptors = async (): Promise<number> => {
    let count = 0;
    for await (const _ of Deno.readDir(`/proc/${program.pid}/fd`)) count++;
    return count;
  };
  (await BareClient.enter(program.socketUrl)).vanish();
  const before = await descriptors();
  for (let n = 0; n < RESETS; n++) {
    const address = `X-Forwarded-For: 10.9.${n >> 8}.${n & 255}`;
    (await RawClient.open(program.port, address)).reset();
  }
  const watch = new Stopwatch([program.pid]);
  await waitUntil(async () => await descriptors() <= before + 2);
  assert.ok(watch.ms < 10 * SECOND, `${watch.ms} ms`);
  const [a, b] = await BareClient.pair(program.socketUrl);
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  for (const client of [a, b]) client.vanish();
});

Deno.test("Attack on node: a client that sends requests and reads no responses is slowed down, and disconnected within 20 s", async () => {
  await using server = await serve();
  using client = await RawClient.connect(server.port);
  const many = new TextEncoder().encode("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(40_000));
  const watch = new Stopwatch();
  let sent = 0;
  while (await client.write(many).then(() => true, () => false)) sent += many.length;
  assert.ok(sent < 32 * 1024 ** 2, `${sent} bytes were read`);
  assert.ok(watch.ms < 20 * SECOND, `${watch.ms} ms`);
});

for (const isTls of [false, true]) {
  inProcess.test(`Attack on node${isTls ? " by TLS" : ""}: a client that requests large files and never reads them is disconnected within 20 s`, async () => {
    await using files = new CertificateFiles();
    await using server = await TestServer.start(isTls ? { certificate: files } : {});
    const listening = Array.from({ length: 4 }, () => RawClient.connect(server));
    const clients = await Promise.all(listening);
    const ask = "GET /languages.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(60); // More than the system buffers.
    for (const client of clients) await client.write(new TextEncoder().encode(ask));
    const watch = new Stopwatch();
    await waitUntil(async () => await server.sockets() === 0, 60);
    assert.ok(watch.ms < 20 * SECOND, `${watch.ms} ms`);
    for (const client of clients) client.reset();
  });
}

/** Waits until the server has received this client's pong. */
async function answerHeartbeat(client: BareClient): Promise<void> {
  await new Promise((resolve) => client.socket.once("ping", resolve));
  client.tell({ type: "report", reason: "spam" });
  await client.next("reported");
}

/** Bytes that wait for this server's clients to read them. */
function backlogOf(server: TestServer): number {
  return [...server.outlets].reduce((sum, { backlog }) => sum + backlog, 0);
}

for (const [parser, before] of [["handshakes", ""], ["all requests", "\r\n"]] as const) {
  inProcess.test(`Attack on node: a handshake read by the parser of ${parser} causes no error if it is reset while other nodes are asked`, async () => {
    const asked = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    await using server = await TestServer.start({
      service: ({ answer, admit }) => ({
        answer,
        admit: async (request) => {
          asked.resolve();
          await answered.promise;
          return await admit(request);
        },
      }),
    });
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(before + [...HANDSHAKE, "", ""].join("\r\n"));
    await asked.promise;
    socket.resetAndDestroy();
    await waitUntil(async () => await server.sockets() === 0);
    answered.resolve();
  });
}

inProcess.test("Attack on node: frames behind a pipelined handshake are read after other nodes were asked", async () => {
  await using server = await TestServer.start({
    service: ({ answer, admit }) => ({
      answer,
      admit: async (request) => {
        await delay(1); // Not the same turn of the event loop.
        return await admit(request);
      },
    }),
  });
  const request = ["GET /healthz HTTP/1.1", "Host: localhost", "", ""];
  const head = new TextEncoder().encode([...request, ...HANDSHAKE, "", ""].join("\r\n"));
  using client = await RawClient.connect(server.port);
  await client.write(Uint8Array.of(...head, ...frame(0x88, Uint8Array.of(3, 0xE8))));
  await client.readUntil("101 Switching Protocols");
  await client.readUntil("\r\n\r\n");
  assert.equal(await client.closeCode(), 1000);
});

for (const relay of ["off", "on"]) {
  inProcess.test(`Attack on node: a client that ends its connection before the first byte holds no place (relay ${relay})`, async () => {
    await using server = await TestServer.start({
      clock: new FakeClock(),
      args: [`--relay=${relay}`],
    });
    using client = await RawClient.connect(server.port);
    await client.finish(); // The clock stands still, so no timeout ends it.
    await waitUntil(async () => await server.sockets() === 0);
  });
}

for (const isAsking of [false, true]) {
  inProcess.test(`Attack on node: a handshake that causes an error ${isAsking ? "after other nodes were asked" : "immediately"} is cut, and the next is served`, async () => {
    let count = 0;
    await using server = await TestServer.start({
      service: ({ answer, admit }) => ({
        answer,
        admit: (request) => {
          if (count++ > 0) return admit(request);
          if (isAsking) return Promise.reject(new Error("a fault"));
          throw new Error("a fault");
        },
      }),
    });
    using client = await RawClient.connect(server.port);
    await client.writeLines(...HANDSHAKE, "", "");
    assert.equal(await client.readToEnd(), "");
    (await BareClient.enter(server.socketUrl)).leave();
    const errors = server.entries.filter(({ level }) => level === "error");
    assert.deepEqual(errors.map(({ message }) => message), ["Unhandled error in a handshake."]);
  });
}

inProcess.test("Attack on node: a handshake for which other nodes are asked that never answer does not hold up the end of the server", async () => {
  const asked = Promise.withResolvers<void>();
  await using server = await TestServer.start({
    service: ({ answer }) => ({
      answer,
      admit: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    }),
  });
  using client = await RawClient.connect(server.port);
  await client.writeLines(...HANDSHAKE, "", "");
  await asked.promise;
  await server.end(0);
});
