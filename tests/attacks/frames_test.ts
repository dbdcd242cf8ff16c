/**
 * Frames that no honest client sends, as literal bytes, against real sockets (RFC 6455 sections 5 and 7).
 *
 * The `deno` listener must end them in the same way where `Deno.serve` allows it. Measurements show two gaps: it
 * accepts unmasked frames, and it has no limit on a message or its fragments before the message is complete. It is safe
 * behind a platform that limits these. See "Limits" in docs/privacy.md.
 */

import assert from "node:assert/strict";
import { MAX_FRAGMENTS } from "../../protocol.ts";
import { BareClient } from "../support/bare_client.ts";
import { frame, RawClient } from "../support/raw_client.ts";
import { InProcess, inProcess, serve, type ServerUnderTest } from "../support/server_under_test.ts";
import { LISTENERS, NO_RATES, TestServer } from "../support/server.ts";

const BURST = 10_000;
const FIN = 0x80;
const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;

/** An attack in a single write, and the close code that ends it. */
interface Attack {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly codes: readonly number[];
  /** The listeners that can resist it. */
  readonly on?: readonly (keyof typeof LISTENERS)[];
}

const ATTACKS: readonly Attack[] = [
  { name: "a frame of 70 kB", bytes: frame(FIN | BINARY, kilobytes(70)), codes: [1009] },
  {
    name: "a message of 70 kB in endless fragments",
    bytes: join(frame(BINARY, kilobytes(10)), ...Array(6).fill(frame(CONTINUATION, kilobytes(10)))),
    codes: [1009],
    on: ["node"],
  },
  {
    name: "a message in more fragments than allowed",
    bytes: join(frame(BINARY, "\x01"), ...Array(MAX_FRAGMENTS).fill(frame(CONTINUATION, "a"))),
    codes: [1008, 1009],
    on: ["node"],
  },
  {
    name: "a length of 2^62 bytes",
    bytes: Uint8Array.of(0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
    codes: [1009],
    on: ["node"],
  },
  { name: "an unmasked frame", bytes: Uint8Array.of(0x82, 1, 1), codes: [1002], on: ["node"] },
  { name: "a reserved opcode", bytes: frame(FIN | 3, "a"), codes: [1002], on: ["node"] },
  {
    name: "a reserved bit",
    bytes: frame(FIN | 0x40 | BINARY, "\x01"),
    codes: [1002],
    on: ["node"],
  },
  {
    name: "a continuation without a message",
    bytes: frame(FIN | CONTINUATION, "a"),
    codes: [1002],
    on: ["node"],
  },
  {
    name: "a new message inside a fragmented one",
    bytes: join(frame(BINARY, "\x01"), frame(FIN | BINARY, "\x01")),
    codes: [1002],
    on: ["node"],
  },
  {
    name: "a ping that is too long",
    bytes: frame(FIN | 9, "a".repeat(126)),
    codes: [1002],
    on: ["node"],
  },
  { name: "a fragmented ping", bytes: frame(9, "a"), codes: [1002], on: ["node"] },
  {
    name: "text that is not UTF-8",
    bytes: frame(FIN | TEXT, Uint8Array.of(0xC0, 0xAF)),
    codes: [1007],
    on: ["node"],
  },
  { name: "a close frame of one byte", bytes: frame(FIN | 8, "a"), codes: [1002], on: ["node"] },
  {
    name: "a close frame with a code that may not be sent",
    bytes: frame(FIN | 8, Uint8Array.of(3, 0xED)),
    codes: [1002],
    on: ["node"],
  },
];

for (const listener of Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]) {
  for (const { name, bytes, codes, on = Object.keys(LISTENERS) } of ATTACKS) {
    if (!on.includes(listener)) continue;
    attack(listener, `${name} ends with ${codes.join(" or ")}`, async (server) => {
      using client = await RawClient.open(server.port);
      await client.write(bytes).catch(() => {}); // It may be cut before everything is sent.
      const code = await client.closeCode();
      assert.ok(code !== undefined && codes.includes(code), `closed with ${code}`);
      await server.has(2);
    });
  }
}

swiftAttack(
  "node",
  "10,000 frames in a burst all arrive, in order, and nobody is closed",
  async ({ socketUrl }) => {
    const [a, b] = await BareClient.pair(socketUrl);
    for (let n = 0; n < BURST; n++) a.send(numbered(n));
    for (let n = 0; n < BURST; n++) assert.deepEqual(await b.frame(), numbered(n));
    b.send(Uint8Array.of(2));
    await a.frame();
  },
);

swiftAttack(
  "deno",
  "10,000 frames in a burst arrive without a gap, or the reader is closed with 4008",
  async ({ socketUrl }) => {
    const [a, b] = await BareClient.pair(socketUrl);
    for (let n = 0; n < BURST; n++) a.send(numbered(n));
    let arrived = 0;
    const reading = (async () => {
      for (; arrived < BURST; arrived++) assert.deepEqual(await b.frame(), numbered(arrived));
    })();
    await Promise.race([reading, b.closed]);
    if (arrived < BURST) assert.equal((await b.closed).code, 4008);
    await reading.catch((error) => assert.match(String(error), /the connection has ended/));
  },
);

/** Declares an attack, during which an innocent pair continues to chat. */
function attack(
  listener: keyof typeof LISTENERS,
  name: string,
  test: (server: ServerUnderTest) => Promise<void>,
): void {
  Deno.test(`Attack on ${listener}: ${name}`, async () => {
    await using server = await serve({ listener });
    await endure(server, test);
  });
}

/** The same, without rate limits. */
function swiftAttack(
  listener: keyof typeof LISTENERS,
  name: string,
  test: (server: ServerUnderTest) => Promise<void>,
): void {
  inProcess.test(`Attack on ${listener}: ${name}`, async () => {
    await using server = new InProcess(await TestServer.start({ rates: NO_RATES, listener }));
    await endure(server, test);
  });
}

async function endure(
  server: ServerUnderTest,
  test: (server: ServerUnderTest) => Promise<void>,
): Promise<void> {
  const [a, b] = await BareClient.pair(server.socketUrl);
  await test(server);
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
  assert.deepEqual(server.logged, []);
}

/** A frame of 100 bytes that contains its number. */
function numbered(n: number): Uint8Array {
  return Uint8Array.of(1, n >> 8, n & 255, ...new Uint8Array(97));
}

function kilobytes(count: number): Uint8Array {
  return new Uint8Array(count * 1000).fill(1);
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.of(...parts.flatMap((part) => [...part]));
}
