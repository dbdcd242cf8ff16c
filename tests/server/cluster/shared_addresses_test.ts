/** Limits and blocks of an address apply on all nodes together, and Redis never learns an address. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { REPORT_BLOCK_TIME, type SharedRecord } from "../../../server/admission/address_record.ts";
import { parseAddress } from "../../../server/admission/address.ts";
import { MINUTE } from "../../../server/base/clock.ts";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import type { NodeMessage } from "../../../server/cluster/messages.ts";
import { SharedAddresses } from "../../../server/cluster/shared_addresses.ts";
import type { NodeId } from "../../../server/ids.ts";
import { LIMITS } from "../../../server/limits/rate_limits.ts";
import { BareClient, type ComingFrom } from "../../support/bare_client.ts";
import { bye, clusterTest, FIND, type Machine, pair } from "../../support/cluster.ts";
import { waitUntil } from "../../support/wait_until.ts";

function from(address: string): ComingFrom {
  return { localAddress: address };
}

const FEW_PLACES = { args: ["--max-connections-per-address=20"] };

/** Whether a client from that address is admitted. If so, it leaves again. */
async function isAdmitted({ server }: Machine, address?: string): Promise<boolean> {
  const client = new BareClient(server.socketUrl, address === undefined ? {} : from(address));
  const isIn = await client.next("welcome").then(() => true, () => false);
  await bye(client);
  return isIn;
}

clusterTest("An address has one connection limit on all nodes together", 2, async ([a, b]) => {
  const clients: BareClient[] = [];
  for (let n = 0; n < 20; n++) {
    clients.push(await BareClient.enter((n % 2 === 0 ? a! : b!).server.socketUrl));
  }
  assert.deepEqual([await isAdmitted(a!), await isAdmitted(b!)], [false, false]);
  assert.equal(await isAdmitted(b!, "127.0.0.2"), true);
  await bye(clients.pop()!);
  await waitUntil(() => isAdmitted(a!));
  await bye(...clients);
}, FEW_PLACES);

clusterTest(
  "Simultaneous connections on two nodes don't exceed the limit",
  2,
  async ([a, b]) => {
    const clients = Array.from(
      { length: 30 },
      (_, n) => new BareClient((n % 2 === 0 ? a! : b!).server.socketUrl),
    );
    const count = (): number =>
      [a!, b!].reduce((sum, { server }) => sum + server.chat.sessions.connected, 0);
    await Promise.all(clients.map((client) => client.next("welcome").catch(() => {}))); // Some are refused.
    await waitUntil(() => count() <= 20);
    assert.ok(count() > 0);
    await bye(...clients);
  },
  FEW_PLACES,
);

clusterTest(
  "A crowd that finds no place on several nodes spends nothing by trying",
  2,
  async ([a, b]) => {
    const clients = await Promise.all(
      Array.from({ length: 20 }, () => BareClient.enter(a!.server.socketUrl)),
    );
    for (let n = 0; n < LIMITS.connections.burst; n++) await isAdmitted(b!);
    await bye(...clients.splice(0, 10));
    await waitUntil(() => isAdmitted(b!));
    assert.deepEqual([await isAdmitted(a!), await isAdmitted(b!)], [true, true]);
    await bye(...clients);
  },
  FEW_PLACES,
);

clusterTest(
  "An address that connects too fast on one node is too fast on all",
  2,
  async ([a, b]) => {
    const { burst, perMinute } = LIMITS.connections;
    const start = performance.now();
    let admitted = 0;
    for (let some = 1; some > 0 && admitted < 2 * burst; admitted += some) {
      some = Number(await isAdmitted(a!)) + Number(await isAdmitted(b!));
    }
    const refilled = perMinute * (performance.now() - start) / MINUTE; // A busy computer takes its time.
    assert.ok(admitted >= burst && admitted <= burst + refilled, `${admitted} were admitted`);
    assert.equal(await isAdmitted(b!, "127.0.0.2"), true);
  },
);

clusterTest(
  "An address that is reported on several nodes is blocked on all, and notified",
  3,
  async (machines) => {
    const [a, b, c] = machines as [Machine, Machine, Machine];
    const elsewhere = await BareClient.enter(c.server.socketUrl);
    const reported = await BareClient.enter(a.server.socketUrl);
    for (const [n, { server }] of [a, b, c].entries()) {
      const reporter = await BareClient.enter(server.socketUrl, from(`127.0.0.${n + 2}`));
      reported.tell(FIND);
      await reported.next("waiting");
      reporter.tell(FIND);
      await Promise.all([reported.next("paired"), reporter.next("paired")]);
      reporter.tell({ type: "report", reason: "spam" });
      await reporter.next("reported");
      reporter.tell({ type: "leave" });
      if (n < 2) await reported.next("partner-left");
      await bye(reporter);
    }
    for (const client of [reported, elsewhere]) {
      const { seconds } = await client.next("blocked");
      assert.ok(seconds > 0 && seconds * 1000 <= REPORT_BLOCK_TIME);
      assert.equal((await client.closed).code, 4003);
    }
    for (const machine of [a, b, c]) assert.equal(await isAdmitted(machine), false);
  },
);

clusterTest(
  "Redis holds data of an address for at most an hour, and everything else expires, too",
  2,
  async (machines, redis) => {
    const [ann, bob] = await pair(machines);
    bob.tell({ type: "report", reason: "spam" });
    await bob.next("reported");
    ann.tell(FIND);
    await ann.next("waiting");
    const keys = await redis.ask("keys", "*");
    assert.ok(keys.some((key) => key.includes(":address:")), "there is something to look at");
    for (const key of keys) {
      const left = Number((await redis.ask("pttl", key))[0]);
      assert.ok(left > 0 && left <= 3_600_000, `${key} lives for ${left} ms`);
    }
    await bye(ann, bob);
  },
);

const KEYS = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);

/** The record of an address in a Redis that replies `reply` to everything, and what it broadcasts. */
function recordWith(reply: unknown): { record: SharedRecord; sent: NodeMessage[] } {
  const sent: NodeMessage[] = [];
  const addresses = new SharedAddresses({
    link: { run: () => Promise.resolve(reply) },
    bus: { broadcast: (message) => void sent.push(message) },
    node: 1 as NodeId,
    keys: () => KEYS,
    threshold: 3,
    lifetime: MINUTE,
  });
  const record = addresses.of(parseAddress("192.0.2.1")!);
  assert.ok(record);
  return { record, sent };
}

const ATTEMPT = { rates: LIMITS, places: 20, here: 0, isExpected: false };

const MALFORMED: [what: string, reply: unknown][] = [
  ["nothing", null],
  ["a text", "blocked"],
  ["no fields", []],
  ["a missing field", ["allowed", 0]],
  ["an unknown verdict", ["perhaps", 0, 0, ""]],
  ["a property of every object", ["constructor", 0, 0, ""]],
  ["a text as the number of connections", ["allowed", 0, "0", ""]],
  ["a negative number", ["blocked", -1, 0, "flooding"]],
  ["a huge number", ["blocked", 2 ** 63, 0, "flooding"]],
  ["no number", ["blocked", Number.NaN, 0, "flooding"]],
  ["an object", { kind: "blocked", wait: 1000 }],
];

for (const [what, reply] of MALFORMED) {
  Deno.test(`SharedAddresses draws no conclusion from a malformed reply: ${what}`, async () => {
    const { record, sent } = recordWith(reply);
    assert.equal(await record.attempt(ATTEMPT), undefined);
    assert.equal(await record.connected(3, true), 3);
    assert.equal(await record.search(LIMITS.searches), 0);
    await record.report("pseudonym", 1, 3);
    assert.deepEqual(sent, []);
  });
}

Deno.test("SharedAddresses takes a block without a known cause for one of flooding", async () => {
  const { record } = recordWith(["blocked", 1000, 2, null]);
  const verdict = { kind: "blocked", wait: 1000, elsewhere: 2, cause: "flooding" };
  assert.deepEqual(await record.attempt(ATTEMPT), verdict);
});
