/** Several machines that share one pool through a real Redis. */

import assert from "node:assert/strict";
import { BareClient } from "./bare_client.ts";
import { type Machine, startMachine } from "./cluster.ts";
import { isRedisThere, Redis } from "./redis.ts";
import { until } from "./until.ts";

const ignore = !await isRedisThere();

/** A test with a Redis and so many machines. */
function clusterTest(
  name: string,
  machines: number,
  body: (machines: Machine[], redis: Redis) => Promise<void>,
): void {
  Deno.test({
    name,
    ignore,
    fn: async () => {
      await using redis = await Redis.start();
      await using stack = new AsyncDisposableStack();
      const started: Machine[] = [];
      for (let n = 0; n < machines; n++) started.push(stack.use(await startMachine(redis.url)));
      await until(() => started.every(({ cluster }) => cluster.others === machines - 1));
      await body(started, redis);
    },
  });
}

const FIND = { type: "find", mode: "text", interests: [] as string[] } as const;

/** Somebody on each of two machines, chatting with each other. */
async function pair([a, b]: Machine[]): Promise<[BareClient, BareClient]> {
  const ann = await BareClient.enter(a!.server.socketUrl);
  const bob = await BareClient.enter(b!.server.socketUrl);
  ann.tell(FIND);
  await ann.next("waiting");
  bob.tell(FIND);
  await Promise.all([ann.next("paired"), bob.next("paired")]);
  return [ann, bob];
}

function bye(...clients: BareClient[]): Promise<unknown> {
  clients.forEach(({ socket }) => socket.close());
  return Promise.all(clients.map(({ closed }) => closed));
}

clusterTest("Two people on two machines are paired and talk", 2, async (machines) => {
  const [ann, bob] = await pair(machines);
  ann.send(Uint8Array.of(1, 2, 3));
  assert.deepEqual(await bob.frame(), Uint8Array.of(1, 2, 3));
  bob.send(Uint8Array.of(2, 9));
  assert.deepEqual(await ann.frame(), Uint8Array.of(2, 9));
  bob.tell({ type: "leave" });
  await ann.next("partner-left");
  await bye(ann, bob);
});
