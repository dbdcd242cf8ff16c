/** Garbage in Redis, on its channels and under its keys: nodes of a cluster ignore it and continue. */

import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { NUMBERS_A_NODE } from "../../../server/ids.ts";
import { BareClient } from "../../support/bare_client.ts";
import { bye, clusterTest, FIND, type Machine, pair, startLink } from "../../support/cluster.ts";
import type { Redis } from "../../support/redis.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** A message as it is in a batch. */
function packed(kind: number, body: string | Uint8Array): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + bytes.length);
  head[4] = kind;
  return Buffer.concat([head, bytes]);
}

const BATCHES = [
  Buffer.alloc(0),
  Buffer.alloc(64),
  Buffer.alloc(64, 0xff),
  Buffer.from("not a batch"),
  randomBytes(10_000),
  packed(0, "not JSON"),
  packed(0, "[".repeat(50_000)),
  packed(0, `{"type":"request","node":1,"request":{"key":"bm8ga2V5"}}`),
  packed(0, `{"type":"answer","answer":{"key":"","sealed":""}}`),
  packed(0, `{"type":"request","__proto__":{"node":1}}`),
  packed(1, randomBytes(100)),
  packed(2, Buffer.alloc(3)),
  packed(2, Buffer.alloc(100_000)),
  packed(200, "a kind of a later version"),
];

async function publishGarbage(machines: readonly Machine[], { url }: Redis): Promise<void> {
  const link = await startLink(url);
  for (const channel of ["all", ...machines.map(({ cluster }) => `${cluster.node}`)]) {
    for (const batch of BATCHES) await link.publish(channel, batch);
  }
  link.close();
}

/** Adds to every kind of key what no node would write there. */
async function storeGarbage({ cluster }: Machine, redis: Redis): Promise<void> {
  const ticket = `${cluster.node * NUMBERS_A_NODE + 1_000_000}`;
  await redis.ask("hset", "anonymous-chat:online", "no node", "many", "77", "-1", "__proto__", "1");
  await redis.ask("zadd", "anonymous-chat:nodes", "9e15", "no node");
  await redis.ask("hset", `anonymous-chat:{pool}:waiting:${cluster.node}`, ticket, `{"mode":`);
  await redis.ask("set", "anonymous-chat:{pool}:place:text:anyone", ticket);
  for (const address of await redis.ask("keys", "anonymous-chat:address:*")) {
    const fields = ["c", "f", "s", "b", "cause", "n:77", "r:nobody"];
    await redis.ask("hset", address, ...fields.flatMap((field) => [field, "garbage"]));
  }
}

clusterTest("Garbage on the channels of nodes disturbs neither chats nor nodes", 2, async (
  machines,
  redis,
) => {
  const [ann, bob] = await pair(machines);
  await publishGarbage(machines, redis);
  for (let n = 0; n < 10; n++) ann.send(Uint8Array.of(1, n));
  for (let n = 0; n < 10; n++) assert.deepEqual(await bob.frame(), Uint8Array.of(1, n));
  assert.deepEqual(machines.map(({ cluster }) => cluster.isUp), [true, true]);
  await bye(...await pair(machines), ann, bob);
});

clusterTest("Garbage under the keys of Redis disturbs neither chats nor nodes", 2, async (
  machines,
  redis,
) => {
  const [ann, bob] = await pair(machines);
  await storeGarbage(machines[0]!, redis);
  for (const { cluster } of machines) cluster.heartbeat();
  const [carl, dora] = await pair(machines);
  carl.send(Uint8Array.of(1, 2));
  assert.deepEqual(await dora.frame(), Uint8Array.of(1, 2));
  dora.tell({ type: "report", reason: "spam" });
  await dora.next("reported");
  const { server, cluster } = machines[0]!;
  await waitUntil(() => {
    cluster.heartbeat();
    return cluster.online === 2;
  });
  const lone = new BareClient(server.socketUrl);
  assert.equal((await lone.next("welcome")).online, 5);
  lone.tell(FIND);
  await lone.next("waiting");
  await waitUntil(() => machines.every(({ cluster }) => cluster.isUp && cluster.others === 1));
  await bye(lone, ann, bob, carl, dora);
});
