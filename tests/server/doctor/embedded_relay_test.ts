import assert from "node:assert/strict";
import { readCommandLine } from "../../../server/config/command_line.ts";
import { checkEmbeddedRelay } from "../../../server/doctor/embedded_relay.ts";
import type { Finding } from "../../../server/doctor/finding.ts";
import { TestServer } from "../../support/server.ts";

async function check(...args: string[]): Promise<Finding[]> {
  const command = readCommandLine(["doctor", ...args], () => undefined);
  assert.ok(command.kind === "doctor");
  return await checkEmbeddedRelay(command.config);
}

Deno.test("Doctor checks each path of the embedded relay, and says what only a call can prove", async () => {
  await using server = await TestServer.start({ args: ["--relay=on"] });
  const { port } = server;
  const found = await check("--host=127.0.0.1", `--port=${port}`);
  assert.deepEqual(
    found.map(({ kind, subject, message }) => `${kind} ${subject}: ${message}`),
    ["udp", "tcp"].map((transport) =>
      `ok relay turn:127.0.0.1:${port}?transport=${transport}: it answers here; ` +
      `only a call from another network proves that ${transport.toUpperCase()} port ${port} is open`
    ),
  );
  const elsewhere = await check("--host=127.0.0.1", `--port=${port}`, "--relay-port=1");
  assert.deepEqual(elsewhere.map(({ kind }) => kind), ["problem", "problem"]);
  assert.match(elsewhere[1]!.message, /^no answer \(.*\): publish and open TCP port 1$/);
});

Deno.test("Doctor finds an embedded relay that does not answer, and none before the server runs", async () => {
  await using server = await TestServer.start();
  const [udp, tcp] = await check("--host=127.0.0.1", `--port=${server.port}`);
  assert.match(udp!.message, /^no answer/);
  assert.equal(tcp!.kind, "problem");
  for (const args of [["--port=0"], ["--host=127.0.0.1", "--port=1"]]) {
    assert.deepEqual((await check(...args)).map(({ kind }) => kind), ["skipped"]);
  }
});
