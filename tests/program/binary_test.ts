/**
 * Suites can run against an executable. The one here is only a script that runs the source with an executable's
 * permissions and is found in its place. The full run is `deno task test:binary`.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { FLAGS } from "../../tools/compile.ts";
import { TempFolder } from "../support/files.ts";
import { BINARY } from "../support/program.ts";

const RUNNER = new URL("binary.ts", import.meta.url).pathname;

const SUITES = ["program/main", "attacks/frames", "promises", "e2e/talk"];

/** One or two tests of each suite, enough to show that they reach the executable. */
const FEW = [
  "Program prints its help and its version",
  "Program stops on SIGTERM: .* .node",
  "Attack on node: a frame of 70 kB",
  "P1: no address is written anywhere",
  "P13: the lines of a period",
  "Page shows every message once on both sides when two people talk$",
];

Deno.test("Suites run against an executable in a separate folder, with its permissions", {
  ignore: BINARY !== undefined || Deno.build.os === "windows",
}, async () => {
  await using folder = new TempFolder();
  const executable = join(folder.path, "anonymous-chat");
  const main = new URL("../../main.ts", import.meta.url).pathname;
  const seen = join(folder.path, "seen");
  const script = `#!/bin/sh\necho started >> ${seen}\n` +
    `exec ${[Deno.execPath(), "run", ...FLAGS, main].join(" ")} "$@"\n`;
  await Deno.writeTextFile(executable, script, { mode: 0o755 });
  const filter = `--filter=/${FEW.join("|")}/`;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", RUNNER, filter, ...SUITES],
    env: { ANONYMOUS_CHAT_BIN: executable },
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assert.equal(code, 0, said);
  assert.match(stripVTControlCharacters(said), new RegExp(`ok \\| ${FEW.length} passed`));
  const starts = (await Deno.readTextFile(seen)).trim().split("\n").length;
  assert.ok(starts >= FEW.length, `the executable was started ${starts} times`);
});

Deno.test("Suites refuse to test a missing executable", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", RUNNER],
    env: { ANONYMOUS_CHAT_BIN: "/nowhere/anonymous-chat" },
  }).output();
  assert.equal(code, 2);
  assert.match(new TextDecoder().decode(stderr), /^Cannot test an executable: .* not name one\.$/m);
});
