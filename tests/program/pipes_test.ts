/** Commands whose output nobody reads, or can't be written. On Linux only, because of `/dev/full`. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { DAY, dayOf } from "../../server/base/clock.ts";
import { formatRecord } from "../../server/access_log/line.ts";
import { TempFolder } from "../support/files.ts";
import { freePort } from "../support/free_port.ts";
import { Program, run } from "../support/program.ts";

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: Deno.build.os !== "linux", fn });
}

/** Runs a command through a shell script in which `"$@"` is the command. Its exit code is that of the script. */
async function runIn(script: string, ...args: string[]): Promise<{ code: number; stderr: string }> {
  const { code, stderr } = await run(args, {}, ["bash", "-c", `set -o pipefail; ${script}`, "sh"]);
  return { code, stderr };
}

/** Lines of yesterday, in a log folder: more than a pipe holds. */
async function putLines(folder: string): Promise<void> {
  const at = new Date(Date.now() - DAY);
  const line = formatRecord({
    ...{ address: undefined, method: "GET", target: "/", version: "1.1", status: 200, bytes: 1 },
    userAgent: "Test/1",
  }, at);
  await Deno.writeTextFile(join(folder, `access-${dayOf(at)}.log`), line.repeat(3000));
}

test("Commands whose reader exits early end quietly, with the exit code that they would have had", async () => {
  await using logs = new TempFolder();
  await putLines(logs.path);
  const folder = `--log-dir=${logs.path}`;
  const period = ["--from", dayOf(new Date(Date.now() - 2 * DAY)), "--to", dayOf(new Date())];
  const unread = '"$@" | true';
  const quiet = { code: 0, stderr: "" };
  assert.deepEqual(await runIn(unread, "--help"), quiet);
  assert.deepEqual(
    await runIn('"$@" | head -n 1 >/dev/null', "access-log", folder, ...period),
    quiet,
  );
  const doctor = ["doctor", folder, `--data-dir=${logs.path}`, `--port=${freePort()}`];
  assert.deepEqual(await runIn(unread, ...doctor), { code: 1, stderr: "" }, "there is no contact");
});

test("Commands that can't write their result name the reason and exit with code 1", async () => {
  for (const command of [["--version"], ["doctor", "--port=0"]]) {
    assert.deepEqual(await runIn('exec "$@" >/dev/full', ...command), {
      code: 1,
      stderr: "Cannot print the result: ENOSPC.\n",
    });
  }
  assert.equal((await runIn('exec "$@" >/dev/full 2>&1', "--help")).code, 1);
  assert.deepEqual(await runIn('exec "$@" >&-', "--help"), { code: 0, stderr: "" });
});

test("Health check reports by its exit code, even if its result can't be written", async () => {
  await using program = await Program.start();
  const command = ["health", "--host=127.0.0.1", `--port=${program.port}`];
  for (const script of ['"$@" | true', 'exec "$@" >/dev/full']) {
    assert.deepEqual(await runIn(script, ...command), { code: 0, stderr: "" }, script);
  }
});
