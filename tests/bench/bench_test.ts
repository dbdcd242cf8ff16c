/** Tests of the benchmark itself: messages arrive exactly once, and reports contain numbers. Nothing here is timed. */

import assert from "node:assert/strict";
import { openCalls, startProgram } from "./call_setup.ts";
import { CertificateFiles } from "../support/certificate_files.ts";
import { OURS, oursOverTls } from "./competitor.ts";
import { compileDatagramLoad, datagramLoad } from "./datagram_load.ts";
import { generate } from "./generate.ts";
import { median, medians } from "./medians.ts";
import { NumberedMessages, Opcode } from "./numbered_message.ts";
import type { Delivery } from "./task.ts";

const onLinux = { ignore: Deno.build.os !== "linux" }; // CPU time is read from /proc.

for (const competitor of OURS) {
  const name = competitor.name.replace(/[*`]/g, "");
  Deno.test(`Benchmark delivers every message once to ${name}`, onLinux, async () => {
    await using running = await competitor.start();
    const time = { pairs: 4, warmUp: 100, duration: 300 };
    const closedLoop = await generate(running.target, { kind: "closed-loop", depth: 3, ...time });
    const fixedRate = await generate(running.target, {
      kind: "fixed-rate",
      perSecond: 500,
      ...time,
    });
    for (const report of [closedLoop, fixedRate]) {
      assertDelivered(report);
      assertFigures(report);
    }
  });

  Deno.test(
    `Benchmark measures idle pairs, visits and page requests on ${name}`,
    onLinux,
    async () => {
      await using running = await competitor.start();
      const { target } = running;
      assertFigures(await generate(target, { kind: "idle", pairs: 4, before: 2, settle: 100 }));
      assertFigures(await generate(target, { kind: "visits", visitors: 8, concurrency: 3 }));
      const time = { warmUp: 500, duration: 500 };
      const page = await generate(target, { kind: "page", connections: 2, ...time });
      assertFigures(page);
      assert.ok(page.bytes > 0);
    },
  );
}

Deno.test("Benchmark measures idle pairs and visits over TLS", onLinux, async () => {
  await using certificate = new CertificateFiles();
  const [server] = oursOverTls(certificate);
  assert.ok(server !== undefined && "start" in server);
  await using running = await server.start();
  const { target } = running;
  assert.equal(target.isTls, true);
  const idle = await generate(target, { kind: "idle", pairs: 4, before: 2, settle: 100 });
  const visits = await generate(target, { kind: "visits", visitors: 8, concurrency: 3 });
  assertFigures(idle);
  assertFigures(visits);
  assert.deepEqual([idle.faults, visits.faults], [0, 0]);
});

const generator = onLinux.ignore ? undefined : await compileDatagramLoad();
if (generator === undefined) {
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("gcc is not installed: the test of the benchmark of calls is skipped.");
}

Deno.test(
  "Benchmark delivers every packet of a call to the partner, in channels and indications",
  { ignore: generator === undefined },
  async () => {
    await using relay = await startProgram();
    const ends = [
      ...await openCalls(relay, 1, "channel"),
      ...await openCalls(relay, 1, "indication"),
    ];
    const time = { warmUp: 0.1, periods: 1 };
    const report = await datagramLoad(generator ?? "", relay, ends, {
      ...{ kind: "paced", perSecond: 200, bytes: "mix", ...time },
    });
    const { sent, delivered, faults } = report;
    assert.ok(sent > 0);
    assert.deepEqual({ delivered, faults }, { delivered: sent, faults: 0 });
    assertFigures(report);
  },
);

Deno.test("Numbered message is a masked frame whose number can be read back", () => {
  const messages = new NumberedMessages({ opcode: Opcode.binary, before: "\x01", after: "yz" });
  const frames = messages.make(0xabcde, 2);
  assert.deepEqual([...frames.subarray(0, 2)], [0x82, 0x80 | 9]);
  const [mask, payload] = [frames.subarray(2, 6), frames.subarray(6, 15)];
  const plain = payload.map((byte, index) => byte ^ mask[index & 3]!);
  assert.equal(String.fromCharCode(...plain), "\x01aklmnoyz");
  const second = frames.subarray(21, 30).map((byte, index) => byte ^ mask[index & 3]!);
  payload.set(second);
  assert.equal(messages.numberAt(frames, 6), 0xabcdf);
});

Deno.test("Median is the middle value, or the mean of the two middle values", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 7]), 6);
  assert.deepEqual(medians([{ a: 1, b: 6 }, { a: 3, b: 4 }, { a: 2, b: 5 }]), { a: 2, b: 5 });
});

function assertDelivered({ sent, delivered, faults }: Delivery): void {
  assert.ok(sent > 0);
  assert.deepEqual({ delivered, faults }, { delivered: sent, faults: 0 });
}

function assertFigures(report: object): void {
  for (const [name, value] of Object.entries(report)) {
    assert.ok(Number.isFinite(value), `${name} is ${value}`);
  }
}
