/** The program on Deno Deploy, simulated as described in `deploy.ts`, on the current Deno and on an older one. */

import assert from "node:assert/strict";
import type { DayCounts } from "../../server/statistics/day.ts";
import { DRAIN_TIME, EXIT_TIME, SHORT_HAND_OFF_TIME } from "../../server/shutdown.ts";
import { decoded } from "../../server/statistics/kv_store.ts";
import { SHUTDOWN_GRACE } from "../../server/listener/deno_listener.ts";
import { BareClient } from "../support/bare_client.ts";
import { DENO_VERSIONS, newSite, startOnDeploy, takeDatabase } from "../support/deploy.ts";
import { filesIn } from "../support/files.ts";
import { type Program, run } from "../support/program.ts";
import { RawClient } from "../support/raw_client.ts";
import { waitUntil } from "../support/wait_until.ts";

/** Settings that cause no warning. */
const COMPLETE = { CONTACT_EMAIL: "help@chat.example" };

/** Requests whose responses fill the socket of a client that never reads them. */
const UNREAD = Array.from({ length: 300 }, () => ["GET / HTTP/1.1", "Host: localhost", ""])
  .flat().concat("");

/** Time from the signal to the end of an instance, in milliseconds. */
const GRACE = 5000;

/** The part of it that must remain for work, on a possibly slow computer. */
const WORK = 2000;

/**
 * Time limit for a test to wait for an end, in seconds. A leak that keeps the program alive would do so indefinitely.
 */
const PATIENCE = 60;

/** The totals of all days, because a test may run at midnight. */
async function countedIn(kv: Deno.Kv): Promise<Pick<DayCounts, "chats" | "messages">> {
  const together = { chats: 0, messages: 0 };
  for await (const { key, value } of kv.list({ prefix: ["day"] })) {
    const { counted } = decoded(key, value)!;
    together.chats += counted.chats;
    together.messages += counted.messages;
  }
  return together;
}

/** Stops an instance as the platform does, and returns its exit code. Fails if it hangs. */
async function interrupt(program: Program): Promise<number> {
  let code: number | undefined;
  program.stop("SIGINT").then((given) => code = given);
  await waitUntil(() => code !== undefined, PATIENCE);
  return code!;
}

/** The log lines at warning level or above. */
function warnings({ log }: Program): string[] {
  return log.split("\n").filter((line) => /"level":"(?!INFO)/.test(line));
}

async function textOf(url: string): Promise<string> {
  return await (await fetch(url)).text();
}

async function addressesHeld(program: Program): Promise<number> {
  return (await (await fetch(`${program.http}/api/transparency`)).json()).addressesHeld;
}

for (const version of DENO_VERSIONS) {
  Deno.test(`An instance on Deno Deploy (Deno ${version}) serves its pages, and the policy describes Deno Deploy`, async () => {
    const site = newSite();
    {
      await using program = await startOnDeploy(version, COMPLETE, site);
      assert.match(program.log, /"listener":"deno"/);
      assert.match(await textOf(`${program.http}/`), /<title>Anonymous Chat/);
      const policy = await textOf(`${program.http}/privacy`);
      assert.match(policy, /its access log is switched off/);
      assert.match(policy, /It runs on Deno Deploy/);
      assert.match(await textOf(`${program.http}/transparency`), /the one that answered you/);
      const health = await (await fetch(`${program.http}/healthz`)).json();
      assert.deepEqual(health, { status: "ok", failing: [] });
      const { headers, body } = await fetch(`${program.http}/`);
      await body?.cancel();
      assert.equal(headers.get("strict-transport-security"), "max-age=31536000");
      assert.equal((await fetch(`${program.http}/metrics`)).status, 404);
      await program.stop("SIGINT");
    }
    await takeDatabase(site, countedIn);
  });

  Deno.test(`An instance on Deno Deploy (Deno ${version}) pairs its visitors, and its statistics outlive it in Deno KV, and not in a file`, async () => {
    const site = newSite();
    {
      const token = "a-token-that-nobody-guesses";
      const env = { ...COMPLETE, METRICS_TOKEN: token };
      await using program = await startOnDeploy(version, env, site);
      const [a, b] = await BareClient.pair(program.socketUrl);
      const metrics = `${program.http}/metrics`;
      const headers = { authorization: `Bearer ${token}` };
      assert.match(await (await fetch(metrics, { headers })).text(), /_connected_sessions 2\n/);
      assert.equal((await fetch(metrics)).status, 401);
      a.send(Uint8Array.of(1, 42));
      assert.deepEqual(await b.frame(), Uint8Array.of(1, 42));
      a.tell({ type: "leave" });
      await b.next("partner-left");
      assert.equal(await interrupt(program), 0);
      assert.deepEqual(warnings(program), []);
      assert.deepEqual(await filesIn(program.folder), []);
    }
    {
      await using program = await startOnDeploy(version, COMPLETE, site);
      const { days } = await (await fetch(`${program.http}/api/statistics.json`)).json();
      assert.equal(days.at(-1)?.chats, "fewer than 10");
      await program.stop("SIGINT");
    }
    assert.deepEqual(await takeDatabase(site, countedIn), { chats: 1, messages: 1 });
  });

  Deno.test(`An instance on Deno Deploy (Deno ${version}) takes the address from the platform, whatever a header says`, async () => {
    const site = newSite();
    {
      await using program = await startOnDeploy(version, COMPLETE, site);
      for (const forged of ["203.0.113.1", "203.0.113.2", "203.0.113.3, 203.0.113.4"]) {
        const headers = { "x-forwarded-for": forged, "x-real-ip": forged };
        await BareClient.enter(program.socketUrl, { headers });
      }
      assert.equal(await addressesHeld(program), 1);
      await BareClient.enter(program.socketUrl, { localAddress: "127.0.0.2" });
      assert.equal(await addressesHeld(program), 2);
      await program.stop("SIGINT");
    }
    await takeDatabase(site, countedIn);
  });

  Deno.test(`An instance on Deno Deploy (Deno ${version}) stops: everybody is notified, chats are counted, and an open socket doesn't delay it`, async () => {
    const site = newSite();
    {
      await using program = await startOnDeploy(version, COMPLETE, site);
      const pair = await BareClient.pair(program.socketUrl);
      using stalled = await RawClient.connect(program.port);
      await stalled.writeLines(...UNREAD);
      const ended = interrupt(program);
      for (const client of pair) await client.next("draining");
      for (const client of pair) assert.equal((await client.closed).code, 1001);
      assert.equal(await ended, 0);
      assert.match(program.log, /"message":"Stopped\."/);
    }
    assert.deepEqual(await takeDatabase(site, countedIn), { chats: 1, messages: 0 });
  });
}

Deno.test("An instance on Deno Deploy spends little of its shutdown time waiting", () => {
  const leave = Math.max(DRAIN_TIME, SHORT_HAND_OFF_TIME);
  assert.ok(leave + SHUTDOWN_GRACE + EXIT_TIME <= GRACE - WORK);
});

Deno.test("An instance on Deno Deploy without a database says so, and serves its visitors", async () => {
  const [version] = DENO_VERSIONS;
  const unreachable = { DENO_KV_DEFAULT_PATH: "/not/to/be/read" };
  await using program = await startOnDeploy(version, { ...COMPLETE, ...unreachable });
  assert.equal(warnings(program).length, 1);
  assert.match(program.log, /Statistics store failing: .* Unwritten counts are kept in memory/);
  await BareClient.pair(program.socketUrl);
  assert.equal(await interrupt(program), 0);
});

Deno.test("Program refuses to start on Deno Deploy with options that don't work there", async () => {
  const { code, stderr } = await run([], { DENO_DEPLOY: "1", LISTENER: "node" });
  assert.equal(code, 2);
  assert.match(stderr, /^Cannot use LISTENER=node on Deno Deploy: /);
});
