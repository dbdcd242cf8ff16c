/** How the program responds to signals: Ctrl-C in a terminal, through npm, and twice. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { delay } from "../../../server/base/timeout.ts";
import { REPEAT_TIME, StopRequests } from "../../../server/commands/signals.ts";
import { DRAIN_TIME } from "../../../server/shutdown.ts";
import { FLAGS } from "../../../tools/compile.ts";
import { BareClient } from "../../support/bare_client.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { TempFolder } from "../../support/files.ts";
import { BINARY, Program } from "../../support/program.ts";
import { RawClient } from "../../support/raw_client.ts";
import { repeats } from "../../support/repeats.ts";
import { hasTerminal, Terminal } from "../../support/terminal.ts";
import { waitUntil } from "../../support/wait_until.ts";

Deno.test("A signal that is repeated within a second is ignored, and a later one ends the program", () => {
  const clock = new FakeClock();
  const requests = new StopRequests(clock);
  assert.equal(requests.next(), "stop");
  assert.equal(requests.next(), "ignore");
  clock.advance(REPEAT_TIME - 1);
  assert.equal(requests.next(), "ignore");
  clock.advance(1);
  assert.equal(requests.next(), "exit");
  assert.ok(REPEAT_TIME < DRAIN_TIME, "a second press must be able to shorten the shutdown");
});

Deno.test("Program ignores a signal that npm sends again, and says farewell", async () => {
  await using program = await Program.start();
  const client = await BareClient.enter(program.socketUrl);
  for (const signal of ["SIGTERM", "SIGINT", "SIGTERM"] as const) Deno.kill(program.pid, signal);
  await client.next("draining");
  assert.equal((await client.closed).code, 1001);
  assert.equal(await program.ended, 0);
  await waitUntil(() => /"message":"Stopped\."/.test(program.log));
});

Deno.test("Program ends immediately on a second signal that arrives later", async () => {
  await using program = await Program.start();
  const client = await BareClient.enter(program.socketUrl);
  using stalled = await RawClient.open(program.port);
  await stalled.writeLines(""); // It never answers the closing handshake, so the program takes its longest to stop.
  Deno.kill(program.pid, "SIGINT");
  await client.next("draining");
  await interruptUntilEnd(program);
  assert.equal(await program.ended, 130);
  assert.doesNotMatch(program.log, /Stopped\./);
});

/** Sends SIGINT until the program has ended, as somebody who is impatient does. */
async function interruptUntilEnd(program: Program): Promise<void> {
  const ended = program.ended.then(() => true);
  while (!await Promise.race([ended, delay(100).then(() => false)])) {
    try {
      Deno.kill(program.pid, "SIGINT");
    } catch {
      return; // It ended in the meantime.
    }
  }
}

/** A folder whose task `start` is that of the program, without the build. */
async function startFolder(folder: string): Promise<void> {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const run = `deno run --config ${root}deno.json ${FLAGS.join(" ")} ${root}main.ts`;
  const options = `--host=127.0.0.1 --port=0 --data-dir=${folder}/data --log-dir=${folder}/logs`;
  const tasks = { start: `${run} ${options}` };
  await Deno.writeTextFile(join(folder, "deno.json"), JSON.stringify({ tasks }));
}

Deno.test({
  name: "Ctrl-C on npx in a terminal says farewell to every visitor, every time",
  ignore: BINARY !== undefined || !await hasTerminal(),
  fn: async () => {
    await using folder = new TempFolder();
    await startFolder(folder.path);
    for (let time = 0; time < repeats({ sample: 2, long: 20 }); time++) {
      await using terminal = new Terminal("npx -y deno@2.9.6 task start", { cwd: folder.path });
      const port = /Listening on http:\/\/localhost:(\d+)\//;
      await waitUntil(() => port.test(terminal.shown), 120);
      const client = await BareClient.enter(`ws://127.0.0.1:${port.exec(terminal.shown)![1]}/ws`);
      await terminal.pressCtrlC();
      await client.next("draining");
      assert.equal((await client.closed).code, 1001);
    }
  },
});
