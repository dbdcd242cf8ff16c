/** The oldest versions of Deno that the listeners support, and older ones. npm has all of them. */

import assert from "node:assert/strict";
import { OLDEST_DENO } from "../../server/base/runtime.ts";
import { FLAGS } from "../../tools/compile.ts";
import { BareClient } from "../support/bare_client.ts";
import { executableOf } from "../support/deploy.ts";
import { TempFolder } from "../support/files.ts";
import { Program } from "../support/program.ts";

/** The executables of the versions. `undefined` if npm's registry can't be reached. */
const executables = await Promise.all(Object.values(OLDEST_DENO).map(executableOf))
  .catch(() => undefined);
if (executables === undefined) {
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log("npm's registry can't be reached: the tests of old versions of Deno are skipped.");
}
const [forNode = "", forDeno = ""] = executables ?? [];

/** Starts the program on a version of Deno, as the task `start` does. */
function commandOf(deno: string, listener: string, folder: string): string[] {
  const folders = [`--data-dir=${folder}/data`, `--log-dir=${folder}/logs`];
  const options = ["--host=127.0.0.1", "--port=0", ...folders];
  return [deno, "run", ...FLAGS, "main.ts", ...options, `--listener=${listener}`];
}

for (const [listener, deno] of [["node", forNode], ["deno", forDeno]] as const) {
  Deno.test({
    name: `Chat connects on the oldest Deno that --listener=${listener} supports`,
    ignore: executables === undefined,
    fn: async () => {
      await using folder = new TempFolder();
      const command = commandOf(deno, listener, folder.path);
      await using program = await Program.startWith({ command });
      const [a, b] = await BareClient.pair(program.socketUrl);
      a.send(Uint8Array.of(1, 42));
      assert.deepEqual(await b.frame(), Uint8Array.of(1, 42));
      assert.equal(await program.stop(), 0);
    },
  });
}

Deno.test({
  name:
    "Program on a Deno that is too old for its listener says so in one line, and exits with code 2",
  ignore: executables === undefined,
  fn: async () => {
    await using folder = new TempFolder();
    const [executable = "", ...args] = commandOf(forDeno, "node", folder.path);
    const { code, stderr } = await new Deno.Command(executable, { args }).output();
    assert.equal(code, 2);
    assert.match(
      new TextDecoder().decode(stderr),
      /^Cannot serve: --listener=node needs Deno \S+ or later, and this is 2\.5\.0: run npx -y deno@\S+ task start\.\n$/,
    );
  },
});
