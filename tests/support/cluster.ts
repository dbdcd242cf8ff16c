/** Nodes of a cluster inside the test process: whole servers that share a real Redis. */

import { getRandomValues, randomInt } from "node:crypto";
import { systemClock } from "../../server/base/clock.ts";
import { Cluster } from "../../server/cluster/cluster.ts";
import { RedisClient } from "../../server/cluster/redis_client.ts";
import type { Resolve } from "../../server/cluster/redis_lookup.ts";
import type { Log } from "../../server/base/log.ts";
import { MAX_NODES, type NodeId } from "../../server/ids.ts";
import { BareClient } from "./bare_client.ts";
import { isRedisThere, Redis } from "./redis.ts";
import { type ServerOptions, TestServer } from "./server.ts";
import { waitUntil, within } from "./wait_until.ts";

const NO_LOG = { info: () => {}, warn: () => {}, error: () => {} } as unknown as Log;

/** A server that is one node of a cluster. */
export interface Machine extends AsyncDisposable {
  readonly server: TestServer;
  readonly cluster: Cluster;
}

/** A Redis client that is connected. */
export async function startLink(url: string): Promise<RedisClient> {
  const link = await RedisClient.create({ url, log: NO_LOG, random: Math.random });
  await new Promise<void>((resolve) => link.start({ onReady: resolve, onLost: () => {} }));
  return link;
}

/** Starts a node, and waits until it has joined the cluster. */
export async function startMachine(url: string, options: ServerOptions = {}): Promise<Machine> {
  const machine = await startAlone(url, options);
  await waitUntil(() => machine.cluster.isUp);
  return machine;
}

/** Starts a node without waiting for the cluster. */
export async function startAlone(
  url: string,
  options: ServerOptions = {},
  node = randomInt(1, MAX_NODES) as NodeId,
  { log = NO_LOG, resolve }: { log?: Log; resolve?: Resolve } = {},
): Promise<Machine> {
  const random = Math.random;
  const cluster = new Cluster({
    link: await RedisClient.create({ url, log, random, ...resolve && { resolve } }),
    node,
    clock: systemClock,
    log,
    random: (bytes) => getRandomValues(new Uint8Array(bytes)),
  });
  const server = await TestServer.start({ ...options, cluster });
  return { server, cluster, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const ignore = !await isRedisThere();

/** A test with a Redis and `count` nodes that know each other. */
export function clusterTest(
  name: string,
  count: number,
  body: (machines: Machine[], redis: Redis) => Promise<void>,
  options: ServerOptions = {},
): void {
  const fn = async (): Promise<void> => {
    await using redis = await Redis.start();
    await using stack = new AsyncDisposableStack();
    const machines: Machine[] = [];
    for (let n = 0; n < count; n++) {
      machines.push(stack.use(await startMachine(redis.url, options)));
    }
    await meet(machines);
    await within(body(machines, redis));
  };
  Deno.test({ name, ignore, fn });
}

/** Waits until all nodes know each other. Extra heartbeats shorten the wait. */
export async function meet(machines: readonly Machine[]): Promise<void> {
  await waitUntil(() => {
    for (const { cluster } of machines) cluster.heartbeat();
    return machines.every(({ cluster }) => cluster.others === machines.length - 1);
  });
}

/** A search for any partner. */
export const FIND = { type: "find", mode: "text", interests: [] as string[] } as const;

/** Two clients on two nodes, chatting with each other. */
export async function pair([a, b]: readonly Machine[]): Promise<[BareClient, BareClient]> {
  const ann = await BareClient.enter(a!.server.socketUrl);
  const bob = await BareClient.enter(b!.server.socketUrl);
  ann.tell(FIND);
  await ann.next("waiting");
  bob.tell(FIND);
  await Promise.all([ann.next("paired"), bob.next("paired")]);
  return [ann, bob];
}

/** Closes connections, and waits until they are closed. */
export async function bye(...clients: readonly BareClient[]): Promise<void> {
  clients.forEach((client) => client.leave());
  await Promise.all(clients.map(({ closed }) => closed));
}
