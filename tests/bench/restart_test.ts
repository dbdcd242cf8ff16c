/** Tests of the pages that return after a restart. Nothing here is timed. */

import assert from "node:assert/strict";
import { freePort } from "../support/free_port.ts";
import { TempFolder } from "../support/files.ts";
import { Program } from "../support/program.ts";
import { addressOf, ReturningCrowd } from "./returning_crowd.ts";
import { restartTable } from "./restart.ts";

const PAGES = 12;

const onLinux = { ignore: Deno.build.os !== "linux" }; // CPU time is read from /proc.

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  Deno.test(`Pages return after ${signal}, and all of them are in chats`, onLinux, async () => {
    await using folder = new TempFolder();
    const args = [`--port=${freePort()}`, "--trust-proxy=1", "--proof-of-work=off"];
    const start = (): Promise<Program> => Program.startWith({ args, folder: folder.path });
    const before = await start();
    const crowd = await ReturningCrowd.open(before.port, PAGES, () => 0.2);
    const returned = crowd.returned();
    await before.stop(signal);
    await using _after = await start();
    const { half, most, all, attempts } = await returned;
    assert.ok(0 < half && half <= most && most <= all);
    assert.ok(attempts >= 1);
    await crowd.leave();
  });
}

Deno.test("Pages are spread over addresses: alone, in pairs, and twenty together", () => {
  const addresses = Array.from({ length: 300 }, (_, page) => addressOf(page));
  const sizes = [...Map.groupBy(addresses, (one) => one).values()].map(({ length }) => length);
  const count = (size: number): number => sizes.filter((one) => one === size).length;
  assert.deepEqual([count(1), count(2), count(20)], [150, 45, 3]);
  assert.equal(sizes.length, 198);
});

Deno.test("Table of restarts has a row for each ending", () => {
  const times = { half: 1, most: 2.25, all: 3, lost: 0.1, down: 0.5 };
  const figures = { ...times, attempts: 1.5, refusals: 4, lag: 0.0123, cpu: 1 };
  const text = restartTable(10_000, { stop: figures, crash: figures });
  assert.match(text, /^10,000 pages/);
  assert.match(
    text,
    /\| killed \(SIGKILL\) \| 0\.5 \| 1\.0 \| 2\.3 \| 3\.0 \| 1\.50 \| 4 \| 12 \|/,
  );
});
