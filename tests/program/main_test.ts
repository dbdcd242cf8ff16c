/** The program as an operator sees it: started, misconfigured, stopped. */

import assert from "node:assert/strict";
import { build } from "../../client/page.gen.ts";
import manifest from "../../deno.json" with { type: "json" };
import { FLAGS } from "../../tools/compile.ts";
import { SUBPROTOCOL } from "../../protocol.ts";
import { help } from "../../server/config/help.ts";
import { environmentName, OPTIONS } from "../../server/config/options.ts";
import { DENO_DEPLOY_VARIABLE } from "../../server/config/deno_deploy.ts";
import { BareClient } from "../support/bare_client.ts";
import { waitUntil } from "../support/wait_until.ts";
import { Program, run } from "../support/program.ts";

Deno.test("Program prints its help and its version", async () => {
  assert.deepEqual(await run(["--help"]), { code: 0, stdout: help(), stderr: "" });
  assert.deepEqual(await run(["--version"]), {
    code: 0,
    stdout: `${manifest.version} (${build})\n`,
    stderr: "",
  });
});

Deno.test("Program reports all configuration errors together and exits with code 2", async () => {
  const { code, stdout, stderr } = await run(["--port=many", "--colour=red"], {
    MAX_CONNECTIONS: "-1",
  });
  assert.deepEqual([code, stdout], [2, ""]);
  assert.equal(
    stderr,
    "Cannot use --colour: unknown option.\n" +
      'Cannot use --port: "many" is not a number from 0 to 65535.\n' +
      'Cannot use MAX_CONNECTIONS: "-1" is not a number from 1 to 1000000.\n' +
      "See --help.\n",
  );
});

Deno.test("Program says in one line that its port is in use, and exits with code 1", async () => {
  await using program = await Program.start();
  for (const listener of ["node", "deno"]) {
    const args = ["--host=127.0.0.1", `--port=${program.port}`, `--listener=${listener}`];
    assert.deepEqual(await run(args), {
      code: 1,
      stdout: "",
      stderr: `Cannot listen on 127.0.0.1 port ${program.port}: EADDRINUSE.\n`,
    });
  }
});

for (const listener of ["node", "deno"]) {
  Deno.test(`Program stops on SIGTERM: everybody is notified, and it exits with code 0 (${listener})`, async () => {
    await using program = await Program.start(`--listener=${listener}`);
    const socket = new WebSocket(program.socketUrl, SUBPROTOCOL);
    await new Promise((resolve) => socket.onmessage = resolve);
    const closed = new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    assert.equal(await program.stop("SIGTERM"), 0);
    assert.equal((await closed).code, 1001);
    assert.match(program.log, /"message":"Stopped\."/);
  });
}

Deno.test({
  name:
    "Program warns on SIGUSR1, which opens Deno's inspector on a loopback port, and keeps its chats",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using program = await Program.start();
    const [a, b] = await BareClient.pair(program.socketUrl);
    Deno.kill(program.pid, "SIGUSR1");
    await waitUntil(() => program.log.includes("SIGUSR1 can open a debugger"));
    a.send(Uint8Array.of(1, 42));
    assert.deepEqual(await b.frame(), Uint8Array.of(1, 42));
    const [, host] = /Debugger listening on ws:\/\/(\S+):\d+/.exec(program.log) ?? [];
    assert.equal(host ?? "127.0.0.1", "127.0.0.1"); // Where the port is taken, it does not open.
    assert.equal(await program.stop(), 0);
  },
});

Deno.test("Program logs no address and nothing that anybody wrote", async () => {
  await using program = await Program.start();
  const socket = new WebSocket(program.socketUrl, SUBPROTOCOL);
  await new Promise((resolve) => socket.onmessage = resolve);
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.send("a marker that is no message");
  await closed;
  await program.stop();
  assert.doesNotMatch(program.log.replace(/"host":"127\.0\.0\.1"/, ""), /marker|127\.0\.0\.1/);
});

Deno.test("Program may read only the environment variables of its options and of the platform", () => {
  const allowed = FLAGS.find((flag) => flag.startsWith("--allow-env="))?.split("=")[1]?.split(",");
  assert.deepEqual(allowed, [...Object.keys(OPTIONS).map(environmentName), DENO_DEPLOY_VARIABLE]);
  const dev = manifest.tasks.dev.command.split(" ");
  const named = FLAGS.map((flag) => flag.replace(/^(--allow-env)=.*/, "$1"));
  assert.deepEqual(named.filter((flag) => !dev.includes(flag)), [], "the task dev lacks them");
});
