/** Redis fails, freezes or restarts: chats within a node continue, and everything recovers automatically. */

import assert from "node:assert/strict";
import { BareClient } from "../../support/bare_client.ts";
import {
  bye,
  clusterTest,
  FIND,
  type Machine,
  meet,
  pair,
  startAlone,
} from "../../support/cluster.ts";
import { recordingLog } from "../../support/recording_log.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** The keys of those who search. */
const WAITING = "anonymous-chat:{pool}:waiting:*";

async function health({ server }: Machine): Promise<unknown> {
  return await (await fetch(`${server.http}/healthz`)).json();
}

clusterTest(
  "Chats and pairing within a node continue without Redis, and the outage is reported",
  2,
  async (machines, redis) => {
    const [a, b] = machines as [Machine, Machine];
    const [carl, dora] = await BareClient.pair(a.server.socketUrl);
    const [ann, bob] = await pair(machines);
    const lone = await BareClient.enter(a.server.socketUrl);
    const other = await BareClient.enter(b.server.socketUrl);
    lone.tell(FIND);
    await lone.next("waiting");
    await redis.kill();
    await Promise.all([ann.next("partner-away"), bob.next("partner-away")]);
    assert.deepEqual(await health(a), { status: "degraded", failing: ["redis"] });
    carl.send(Uint8Array.of(1, 5));
    assert.deepEqual(await dora.frame(), Uint8Array.of(1, 5));
    const fritz = await BareClient.enter(a.server.socketUrl);
    fritz.tell(FIND);
    await Promise.all([lone.next("paired"), fritz.next("paired")]);
    other.tell(FIND);
    await other.next("waiting");
    await redis.restart();
    await Promise.all([ann.next("partner-back"), bob.next("partner-back")]);
    ann.send(Uint8Array.of(1, 6));
    assert.deepEqual(await bob.frame(), Uint8Array.of(1, 6));
    const gaby = await BareClient.enter(a.server.socketUrl);
    gaby.tell(FIND);
    await Promise.all([other.next("paired"), gaby.next("paired")]);
    assert.deepEqual(await health(a), { status: "ok", failing: [] });
    await bye(ann, bob, carl, dora, lone, other, fritz, gaby);
  },
);

clusterTest("A Redis that doesn't respond is an outage, too", 2, async (machines, redis) => {
  const [ann, bob] = await pair(machines);
  const lone = await BareClient.enter(machines[0]!.server.socketUrl);
  lone.tell(FIND);
  await lone.next("waiting");
  redis.signal("SIGSTOP");
  await Promise.all([ann.next("partner-away"), bob.next("partner-away")]);
  lone.tell({ type: "leave" });
  await bye(lone);
  redis.signal("SIGCONT");
  await Promise.all([ann.next("partner-back"), bob.next("partner-back")]);
  // Its search ended. Each node forgets what it could not withdraw when it has met Redis again, one after the other.
  await waitUntil(async () => (await redis.ask("keys", WAITING)).length === 0);
  ann.send(Uint8Array.of(1, 6));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 6));
  await bye(ann, bob);
});

clusterTest("A session that left in an outage has left after it", 2, async (machines, redis) => {
  const [ann, bob] = await pair(machines);
  await redis.kill();
  await Promise.all([ann.next("partner-away"), bob.next("partner-away")]);
  bob.tell({ type: "leave" });
  await redis.restart();
  await ann.next("partner-left");
  await bye(ann, bob);
});

clusterTest(
  "An outage longer than the lifetime of a node ends the chats between nodes",
  2,
  async (machines, redis) => {
    const [ann, bob] = await pair(machines);
    await redis.kill();
    await Promise.all([ann.next("partner-left"), bob.next("partner-left")]);
    await redis.restart();
    await bye(ann, bob);
  },
);

clusterTest(
  "A node that starts without Redis serves its own visitors, and joins later",
  1,
  async ([a], redis) => {
    await redis.kill();
    await using alone = await startAlone(redis.url);
    const [ann, bob] = await BareClient.pair(alone.server.socketUrl);
    await redis.restart();
    await meet([a!, alone]);
    const [carl, dora] = await pair([a!, alone]);
    await bye(ann, bob, carl, dora);
  },
);

clusterTest("A Redis that lost its data receives all searches again", 2, async ([a, b], redis) => {
  const ann = await BareClient.enter(a!.server.socketUrl);
  ann.tell(FIND);
  await ann.next("waiting");
  await redis.ask("flushall");
  await waitUntil(async () => (await redis.ask("keys", WAITING)).length > 0);
  const bob = await BareClient.enter(b!.server.socketUrl);
  bob.tell(FIND);
  await Promise.all([ann.next("paired"), bob.next("paired")]);
  await bye(ann, bob);
});

clusterTest(
  "A node with the random number of another does not join",
  2, // The other one tells it the secret of the cluster.
  async ([a], redis) => {
    const { log, said } = recordingLog();
    await using twin = await startAlone(redis.url, {}, a!.cluster.node, { log });
    const [ann, bob] = await BareClient.pair(twin.server.socketUrl);
    await waitUntil(async () =>
      (await redis.ask("pubsub", "numsub", `anonymous-chat:${a!.cluster.node}`))[1] === "2"
    );
    twin.cluster.heartbeat();
    await waitUntil(() => said.some((line) => line.startsWith("Duplicate node number")));
    await waitUntil(() => a!.cluster.isUp);
    assert.equal(twin.cluster.isUp, false);
    await bye(ann, bob);
  },
);
