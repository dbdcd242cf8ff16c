/**
 * A hundred thousand mutated frames and two thousand mutated handshakes against each listener, and ten times as many in
 * a long run. Whatever is sent, no session is left behind, nothing is logged, and two clients continue to chat.
 */

import assert from "node:assert/strict";
import { MINUTE, SECOND } from "../../server/base/clock.ts";
import { BareClient } from "../support/bare_client.ts";
import { oneOf, seededRandom } from "../support/seeded_random.ts";
import { frame, HANDSHAKE, RawClient } from "../support/raw_client.ts";
import { repeats, seeded } from "../support/repeats.ts";
import { LISTENERS, NO_RATES, TestServer } from "../support/server.ts";
import { Stopwatch } from "../support/stopwatch.ts";
import { waitUntil } from "../support/wait_until.ts";

const FRAMES = repeats({ sample: 100_000, long: 1_000_000 });
const FRAMES_A_CONNECTION = 200;
const HANDSHAKES = repeats({ sample: 2_000, long: 20_000 });
const AT_ONCE = 20;

type Roll = () => number;

/** Frames that an honest page sends, and similar ones. */
const MODELS: readonly [Uint8Array, ...Uint8Array[]] = [
  frame(0x81, '{"type":"find","mode":"text","interests":["chess"]}'),
  frame(0x81, '{"type":"leave"}'),
  frame(0x81, '{"type":"report","reason":"spam"}'),
  frame(0x81, '{"type":"resume","token":"00"}'),
  frame(0x81, '{"type":"background","hidden":true}'),
  frame(0x82, "\x01" + "sealed".repeat(40)),
  frame(0x82, "\x02"),
  frame(0x02, "\x01begin"),
  frame(0x00, "part2"),
  frame(0x80, "end"),
  frame(0x89, "ping"),
  frame(0x8A, "pong"),
  frame(0x88, Uint8Array.of(3, 0xE8)),
];

/** One of the models, more often than not with an error. */
function mutated(roll: Roll): Uint8Array {
  const bytes = Uint8Array.from(oneOf(MODELS, roll));
  const place = (): number => Math.floor(roll() * bytes.length);
  const mutations: readonly [() => Uint8Array, ...(() => Uint8Array)[]] = [
    () => bytes,
    () => bytes.with(place(), Math.floor(roll() * 256)),
    () => bytes.with(place(), bytes[place()]! ^ 1 << Math.floor(roll() * 8)),
    () => bytes.subarray(0, place()),
    () => Uint8Array.of(...bytes.subarray(0, place()), ...bytes),
    () => bytes.with(Math.min(1, bytes.length - 1), Math.floor(roll() * 256)),
  ];
  return oneOf(mutations, roll)();
}

function mutatedHandshake(roll: Roll): string[] {
  const place = Math.floor(roll() * HANDSHAKE.length);
  const line = HANDSHAKE[place]!;
  const at = Math.floor(roll() * line.length);
  const odd = String.fromCharCode(33 + Math.floor(roll() * 94));
  const changes: readonly [string[], ...string[][]] = [
    [],
    [line, line],
    [line.slice(0, at)],
    [line.slice(0, at) + odd + line.slice(at + 1)],
    [`${line.slice(0, at)}${odd.repeat(200)}`],
  ];
  return HANDSHAKE.toSpliced(place, 1, ...oneOf(changes, roll));
}

/** Opens a connection, sends these bytes and leaves, whatever the result. */
async function send(port: number, lines: readonly string[], bytes: Uint8Array): Promise<void> {
  using client = await RawClient.connect(port);
  await client.writeLines(...lines, "", "").catch(() => {}); // It may be cut before everything is sent.
  await client.write(bytes).catch(() => {}); // Likewise.
  await client.finish();
}

/** Runs a task this many times, several at a time. */
async function often(times: number, task: () => Promise<void>): Promise<void> {
  for (let done = 0; done < times; done += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, task));
  }
}

for (const listener of Object.keys(LISTENERS) as (keyof typeof LISTENERS)[]) {
  Deno.test(`Fuzzing ${listener} leaves nothing behind, and two people continue to chat`, async () => {
    await seeded((seed) => fuzz(listener, seededRandom(seed)));
  });
}

/** A mutated handshake looks like one that a proxy has changed. */
const ABOUT_PROXY =
  /^A handshake (arrived without its Upgrade header|was refused: the page's origin)/;

async function fuzz(listener: keyof typeof LISTENERS, roll: Roll): Promise<void> {
  const args = ["--trust-proxy=1", "--max-connections-per-address=1000"];
  await using server = await TestServer.start({ listener, args, rates: NO_RATES });
  const [a, b] = await BareClient.pair(server.socketUrl);
  const began = performance.now();
  await often(FRAMES / FRAMES_A_CONNECTION, async () => {
    const frames = Array.from({ length: FRAMES_A_CONNECTION }, () => mutated(roll));
    await send(
      server.port,
      [...HANDSHAKE, from(roll)],
      Uint8Array.from(frames.flatMap((one) => [...one])),
    );
  });
  await often(
    HANDSHAKES,
    () => send(server.port, [...mutatedHandshake(roll), from(roll)], mutated(roll)),
  );
  const { sessions, registry, matchmaker, relay } = server.chat;
  const watch = new Stopwatch();
  await waitUntil(() => sessions.online === 2 && registry.connected === 1);
  assert.ok(watch.ms < 10 * SECOND, `${watch.ms} ms`);
  const logged = server.entries.filter(({ message }) => !ABOUT_PROXY.test(message));
  assert.deepEqual([matchmaker.searching, relay.slowReaders, logged], [0, 0, []]);
  const minutes = 1 + Math.floor((performance.now() - began) / MINUTE);
  assert.ok(server.entries.length <= 2 * minutes, "at most one warning of each kind in a minute");
  a.send(Uint8Array.of(1, 65));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 65));
}

/**
 * An address out of so many that none connects too often. Otherwise it would be refused before any of its bytes are
 * read.
 */
function from(roll: Roll): string {
  const part = (): number => Math.floor(roll() * 256);
  return `X-Forwarded-For: 10.${part()}.${part()}.1`;
}
