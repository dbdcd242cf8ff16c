/** Every command in the container that docs/containers.md describes, as far as that can be built without Docker. */

import assert from "node:assert/strict";
import { build } from "../../client/page.gen.ts";
import manifest from "../../deno.json" with { type: "json" };
import { help } from "../../server/config/help.ts";
import { BareClient } from "../support/bare_client.ts";
import { canEnterRoots, MinimalRoot } from "../support/minimal_root.ts";
import { Program } from "../support/program.ts";

/** The options of the image, and those that the doctor asks for. */
const OPTIONS = ["--data-dir=/data", "--log-dir=/logs", "--host=127.0.0.1"];
const CONTACT = ["--operator=A. Nonymous", "--contact-email=help@chat.example"];

Deno.test({
  name: "Container with a read-only root and no folder for temporary files runs every command",
  ignore: !await canEnterRoots(),
  fn: async (t) => {
    await using root = await MinimalRoot.create();
    await t.step("help and version", async () => {
      assert.deepEqual(await root.run("--help"), { code: 0, stdout: help(), stderr: "" });
      const stdout = `${manifest.version} (${build})\n`;
      assert.deepEqual(await root.run("--version"), { code: 0, stdout, stderr: "" });
    });
    await t.step("doctor finds no problem", async () => {
      const settings = ["--port=0", "--trust-proxy=1", "--max-connections=50"];
      const doctor = await root.run("doctor", ...OPTIONS, ...CONTACT, ...settings);
      assert.deepEqual([doctor.code, doctor.stderr], [0, ""], doctor.stdout);
      assert.match(doctor.stdout, /^ok {2}--max-connections: enough file descriptors for 50$/m);
    });
    await t.step("serve, health and access-log", async () => {
      const command = root.command(...OPTIONS, ...CONTACT, "--port=0", "--max-connections=50");
      await using program = await Program.startWith({ command });
      const [a, b] = await BareClient.pair(program.socketUrl);
      a.send(Uint8Array.of(1, 42));
      assert.deepEqual(await b.frame(), Uint8Array.of(1, 42));
      const health = await root.run("health", ...OPTIONS, `--port=${program.port}`);
      assert.deepEqual(health, { code: 0, stdout: "ok\n", stderr: "" });
      assert.equal(await program.stop(), 0);
      assert.deepEqual(program.log.match(/"level":"(WARNING|ERROR)".*/g), null);
      const period = ["--from", "2026-01-01", "--to", "2100-01-01"];
      const log = await root.run("access-log", ...OPTIONS, ...period);
      assert.deepEqual(
        [log.code, log.stdout.match(/ "GET \/ws HTTP/g)?.length],
        [0, 2],
        log.stdout,
      );
    });
  },
});
