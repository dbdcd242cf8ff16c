/** The command `status`: what it prints, where it gets it from, and who can't get it. */

import assert from "node:assert/strict";
import { join } from "node:path";
import { ADDRESS_FILE } from "../../../server/commands/address_file.ts";
import { formatStatus, type Status, statusIn } from "../../../server/commands/status.ts";
import manifest from "../../../deno.json" with { type: "json" };
import { BareClient } from "../../support/bare_client.ts";
import { CertificateFiles } from "../../support/certificate_files.ts";
import { replaceByFile } from "../../support/files.ts";
import { Program, run } from "../../support/program.ts";

/** Runs `status` with the folder of a program. */
async function ask(program: Program, ...args: string[]): ReturnType<typeof run> {
  return await run(["status", `--data-dir=${program.dataFolder}`, ...args]);
}

async function statusOf(program: Program): Promise<Status> {
  const { stdout } = await ask(program, "--json");
  return JSON.parse(stdout);
}

Deno.test("Status shows people, chats, reports and what fails, and nothing about a person", async () => {
  await using program = await Program.start("--trust-proxy=1", "--max-connections=100");
  const headers = { "x-forwarded-for": "203.0.113.77" };
  const [ann, bob] = await BareClient.pair(program.socketUrl, { headers });
  const eve = await BareClient.enter(program.socketUrl, { headers });
  eve.tell({ type: "find", mode: "video", interests: ["secret"] });
  await eve.next("waiting");
  ann.tell({ type: "report", reason: "harassment" });
  await ann.next("reported");
  const { code, stdout, stderr } = await ask(program);
  assert.deepEqual([code, stderr], [0, ""]);
  const lines = stdout.replace(/started [\w ]+ ago/, "started a moment ago");
  assert.equal(
    lines,
    "status     ok\n" +
      `version    ${manifest.version}, started a moment ago\n` +
      "people     3 of at most 100, and 0 reconnecting\n" +
      "searching  1 (video 1)\n" +
      "chats      1 (text 1)\n" +
      "blocked    0 addresses\n" +
      "reports    1 (harassment 1) since the start\n" +
      "refused    0 since the start\n",
  );
  await replaceByFile(program.logFolder);
  await (await fetch(`${program.http}/privacy`)).text();
  await (await fetch(`${program.http}/privacy`)).text();
  bob.vanish();
  await ann.next("partner-away");
  let status = await statusOf(program);
  while (status.failing.length === 0) status = await statusOf(program);
  assert.deepEqual([status.status, status.failing], ["degraded", ["access log"]]);
  assert.deepEqual(status.people, { connected: 2, reconnecting: 1, limit: 100 });
  assert.deepEqual(status.reports, { underage: 0, sexual: 0, harassment: 1, spam: 0, other: 0 });
  assert.doesNotMatch(JSON.stringify(status), /203\.0|secret/);
  const ending = program.stop("SIGTERM");
  await ann.next("draining");
  const draining = await ask(program);
  if (draining.stdout !== "") { // It may have ended first.
    assert.equal(draining.code, 1);
    assert.match(draining.stdout, /^status +draining/);
  }
  assert.equal(await ending, 0);
});

Deno.test("Status needs no option but the folder: with TLS, another host, or a metrics token", async () => {
  await using files = new CertificateFiles();
  const settings: readonly string[][] = [
    [...files.args, "--host=::"],
    ["--host=127.0.0.7", "--metrics-token=a-token-of-the-operator"],
  ];
  for (const args of settings) {
    await using program = await Program.start(...args);
    const { code, stdout, stderr } = await ask(program);
    assert.deepEqual([code, stderr], [0, ""], args.join(" "));
    assert.match(stdout, /^status +ok\n/);
  }
});

Deno.test("Status is for the operator: its token is in a file that no other user can read, and is needed", async () => {
  await using program = await Program.start("--metrics-token=a-token-of-the-operator");
  const file = join(program.dataFolder, ADDRESS_FILE);
  const { mode } = await Deno.stat(file);
  assert.equal((mode ?? 0) & 0o077, 0);
  const { token } = JSON.parse(await Deno.readTextFile(file));
  assert.match(token, /^[0-9a-f]{64}$/);
  const read = async (headers: Record<string, string>): Promise<number> => {
    const response = await fetch(`${program.http}/metrics`, { headers });
    await response.body?.cancel();
    return response.status;
  };
  assert.equal(await read({}), 401);
  assert.equal(await read({ authorization: `Bearer ${"0".repeat(64)}` }), 401);
  assert.equal(await read({ authorization: `Bearer ${token}` }), 200);
  const elsewhere = ["--data-dir=/nonexistent", "--host=127.0.0.1", `--port=${program.port}`];
  const refused = await run(["status", ...elsewhere]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /answers with 401\. Use its --data-dir as its user, or its/);
  const allowed = await run(["status", ...elsewhere], { METRICS_TOKEN: "a-token-of-the-operator" });
  assert.equal(allowed.code, 0);
  assert.doesNotMatch(program.log, new RegExp(token));
  assert.equal(await program.stop("SIGTERM"), 0);
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});

Deno.test("Status says in one line that no server answers, or another one, and refuses mistakes", async () => {
  const silent = await run(["status", "--data-dir=/nonexistent", "--port=1"]);
  assert.deepEqual(silent, {
    code: 1,
    stdout: "",
    stderr: "Cannot ask the server on 127.0.0.1 port 1: ECONNREFUSED.\n",
  });
  await using other = Deno.serve({ port: 0, onListen: () => {} }, () => new Response("hello"));
  const { code, stderr } = await run([
    ...["status", "--data-dir=/nonexistent", "--host=127.0.0.1", `--port=${other.addr.port}`],
  ]);
  assert.equal(code, 1);
  assert.match(stderr, /it is not Anonymous Chat\.\n$/);
  for (const args of [["status", "--jason"], ["health", "--json"], ["--json"]]) {
    assert.match((await run(args)).stderr, /unknown option/);
  }
});

Deno.test("Status of a server whose clock was set back is not in the future, and a cluster's names its nodes", () => {
  const text = 'anonymous_chat_build_info{version="1.0.0"} 1\n' +
    "process_start_time_seconds 2000\n" +
    'anonymous_chat_component_failing{component="redis"} 1\n' +
    'anonymous_chat_component_failing{component="deny file"} 1\n' +
    "anonymous_chat_cluster_members 3\n";
  const status = statusIn(text, new Date(1_000_000))!;
  assert.equal(status.uptimeSeconds, 0);
  assert.deepEqual(status.failing, ["redis", "deny file"]);
  assert.match(formatStatus(status), /^status +degraded: redis, deny file\n(.*\n)*nodes +3\n$/);
  assert.equal(statusIn("<html>", new Date()), undefined);
});
