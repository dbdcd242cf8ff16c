/** Tests of the benchmark of crowds: what visitors do, and what is counted. Nothing here is timed. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { FakeClock } from "../support/fake_clock.ts";
import { TestServer } from "../support/server.ts";
import { Crowd, type Transport } from "./crowd.ts";
import { waysIn } from "./crowd_bench.ts";
import { FRAME_BYTES, messageAt, sentAt, SIGNAL } from "./crowd_frames.ts";
import { allSeen, total } from "./crowd_measurement.ts";
import { CrowdTally } from "./crowd_tally.ts";
import { WAYS } from "./crowd_way.ts";
import { pauseIn } from "./gc_trace.ts";
import { Histogram, RESOLUTION } from "./histogram.ts";
import { LoopMeter } from "./loop_meter.ts";
import { MemoryListener } from "./memory_network.ts";
import { MeteredClock, nameOf } from "./metered_clock.ts";
import { MASK } from "./numbered_message.ts";
import { linesOf } from "./orders.ts";
import { eachFrame } from "./server_frames.ts";
import { SocketTransport } from "./socket_transport.ts";

const PEOPLE = 6;

/** How the visitors of a test reach its server. */
const TRANSPORTS: Readonly<Record<string, (server: TestServer) => Transport>> = {
  "sockets": (server) => new SocketTransport([server.port]),
  "memory": ({ chat: { requestHandler: handler }, log }) =>
    new MemoryListener({ handler, clock: new FakeClock(), log }),
};

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  Deno.test(`Crowd is paired, chats, moves on and comes back over ${name}`, async () => {
    await using server = await TestServer.start({ args: ["--proof-of-work=off"] });
    const crowd = new Crowd(transport(server), 0, PEOPLE);
    const opened = await crowd.obey({ kind: "open", concurrency: 2 });
    assert.deepEqual([opened.chatting, opened.seen], [PEOPLE, {}]);
    const chat = await crowd.obey({ kind: "chat", seconds: 0.5, share: 100 });
    assert.ok(chat.sent > PEOPLE);
    assert.equal(chat.delivered, chat.sent);
    const renewed = await crowd.obey({ kind: "renew", count: 2 });
    assert.deepEqual([renewed.chatting, renewed.seen], [PEOPLE, {}]);
    assert.equal(server.chat.registry.held, PEOPLE + 2, "each visitor has its own address");
    server.chat.drain();
    await server.chat.dismiss();
    await crowd.obey({ kind: "chat", seconds: 0.2, share: 1 });
    assert.equal(server.chat.sessions.connected, 0);
  });
}

Deno.test("Message of a crowd is a masked frame of a kilobyte that says when it was sent", () => {
  const frame = messageAt(1234.5);
  assert.equal(frame.length, FRAME_BYTES + 8);
  const payload = Buffer.from(frame.subarray(8).map((byte, at) => byte ^ MASK[at & 3]!));
  assert.equal(sentAt(payload, 0), 1234.5);
  assert.equal(
    sentAt(Buffer.from(SIGNAL.subarray(8).map((byte, at) => byte ^ MASK[at & 3]!)), 0),
    undefined,
  );
});

Deno.test("Frames of a server are found in chunks that end anywhere", () => {
  const data = Buffer.of(0x82, 1, 7, 0x81, 126, 0, 2, 8, 9, 0x82, 3, 1);
  const found: number[][] = [];
  const end = eachFrame(data, 0, (...frame) => found.push(frame));
  assert.deepEqual([found, end], [[[2, 2, 3], [1, 7, 9]], 9]);
});

Deno.test("Histogram finds quantiles, and those of several processes together", () => {
  const [one, other] = [new Histogram(), new Histogram()];
  for (let ms = 1; ms <= 50; ms++) one.add(ms);
  for (let ms = 51; ms <= 100; ms++) other.add(ms);
  const sum = Histogram.sum([one, other].map((each) => JSON.parse(JSON.stringify(each))));
  assert.equal(sum.count, 100);
  for (const part of [0.01, 0.5, 0.99, 1]) {
    const ms = sum.quantile(part);
    assert.ok(Math.abs(ms - part * 100) <= part * 100 * RESOLUTION, `${part}: ${ms}`);
  }
  assert.ok(Number.isNaN(new Histogram().quantile(0.5)));
});

Deno.test("Pauses of the garbage collector are read from the lines of V8", () => {
  const end = "ms (average mu = 0.9, current mu = 0.9) allocation failure;";
  const lines = [
    `[7006:0x556f0f81b000]      627 ms: Scavenge (during sweeping) 112.4 (115.3) -> 112.0 (116.3) MB, pooled: 0.0 MB, 2.90 / 0.00 ${end}`,
    `[7006:0x556f0f81b000]      766 ms: Mark-Compact (reduce) 139.7 (143.7) -> 3.8 (7.1) MB, pooled: 0.0 MB, 34.80 / 0.00 ${end}`,
    `[7006:0x556f0f81b000]     1528 ms: Incremental Mark-Compact 93.1 (96.6) -> 68.7 (90.4) MB, pooled: 5.0 MB, 8.04 / 0.00 ms (+ 17.6 ms in 136 steps since start of marking)`,
    `answer {"ms":5}`,
  ];
  assert.deepEqual(lines.map(pauseIn), [
    { kind: "minor", ms: 2.9 },
    { kind: "major", ms: 34.8 },
    { kind: "major", ms: 8.04 },
    undefined,
  ]);
});

Deno.test("Loop meter tells the time that was computed from the time that was waited", () => {
  let [now, computed] = [0, 0];
  const meter = new LoopMeter(() => now, () => computed);
  for (const [passed, used] of [[10, 9], [40, 20], [110, 2]] as const) {
    now += passed;
    computed += used;
    meter.sample();
  }
  const { stretch, lag } = meter.take();
  assert.deepEqual({ stretch, lag }, { stretch: 20, lag: 100 });
  assert.deepEqual([meter.take().stretch, meter.take().lag], [0, 0]);
});

Deno.test("Metered clock names every interval task, runs it on request, and leaves it out", async () => {
  const clock = new FakeClock();
  const metered = new MeteredClock(clock);
  {
    await using _server = await TestServer.start({ clock: metered });
    const names = [...metered.tasks];
    assert.ok(names.includes("listener.heartbeat") && names.includes("registry.purge"), `${names}`);
    assert.ok(!names.includes("unnamed"), `${names}`);
  }
  const ran: string[] = [];
  const pool = { sweep: () => ran.push("sweep") };
  metered.every(10, () => pool.sweep());
  metered.run("pool.sweep");
  metered.hold("pool.sweep");
  clock.advance(10);
  assert.deepEqual(ran, ["sweep"]);
  assert.throws(() => metered.run("pool.drain"), /no such task/);
  assert.equal(nameOf(() => void pool.sweep()), "pool.sweep");
});

Deno.test("Figures of several servers are the sum of their costs, and the worst of everything else", () => {
  const one = { stretch: 5, lag: 9, lagP99: 1, tasks: { a: 1, b: 4 }, cpu: 10, rss: 100 };
  const other = { stretch: 7, lag: 3, lagP99: 2, tasks: { b: 2 }, cpu: 20, rss: 300 };
  const pauses = [{ kind: "minor", ms: 1 }, { kind: "major", ms: 6 }, {
    kind: "minor",
    ms: 2,
  }] as const;
  assert.deepEqual(total([one, other], pauses, 50), {
    ...{ took: 50, cpu: 30, rss: 400, stretch: 7, lag: 9, lagP99: 2 },
    ...{ tasks: { a: 1, b: 4 }, minor: 2, major: 6 },
  });
});

Deno.test("What several crowds saw is added up, and counted once", () => {
  const tally = new CrowdTally();
  tally.messageSent();
  tally.delivered(5);
  tally.saw("draining");
  const report = { ...tally.take(), chatting: 4 };
  const { sent, delivered, chatting, seen, latency } = allSeen([report, report]);
  assert.deepEqual([sent, delivered, chatting, seen, latency.count], [2, 2, 8, { draining: 2 }, 2]);
  assert.equal(tally.take().sent, 0);
});

Deno.test("Orders are lines, whatever the chunks they arrive in", async () => {
  const bytes = new TextEncoder().encode('{"a":1}\n{"b":2}\n');
  const chunks = [bytes.slice(0, 3), bytes.slice(3, 9), bytes.slice(9)];
  assert.deepEqual(await Array.fromAsync(linesOf(ReadableStream.from(chunks))), [
    '{"a":1}',
    '{"b":2}',
  ]);
});

Deno.test("Ways of a crowd are named on the command line", () => {
  assert.deepEqual(waysIn(["--crowd"]), WAYS);
  assert.deepEqual(waysIn(["--crowd", "--ways=cluster,process"]), ["cluster", "process"]);
  assert.throws(() => waysIn(["--ways=train"]), /the ways are/);
});
