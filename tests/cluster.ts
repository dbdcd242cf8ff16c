/** Machines of a cluster inside the test process: whole servers that share a real Redis. */

import { getRandomValues, randomInt } from "node:crypto";
import { systemClock } from "../server/clock.ts";
import { Cluster } from "../server/cluster/cluster.ts";
import { RedisLink } from "../server/cluster/redis_link.ts";
import { MAX_NODES, type NodeId } from "../server/pairing.ts";
import { type ServerOptions, TestServer } from "./server.ts";
import { until } from "./until.ts";

/** A server that is one of several. */
export interface Machine extends AsyncDisposable {
  readonly server: TestServer;
  readonly cluster: Cluster;
}

/** Starts one, and waits until it has met the others. */
export async function startMachine(url: string, options: ServerOptions = {}): Promise<Machine> {
  const machine = await startAlone(url, options);
  await until(() => machine.cluster.isUp);
  return machine;
}

/** The same, when there may be nobody to meet. */
export async function startAlone(url: string, options: ServerOptions = {}): Promise<Machine> {
  const log = { info: () => {}, warn: () => {}, error: () => {} } as never;
  const cluster = new Cluster({
    link: await RedisLink.create({ url, log, random: Math.random }),
    node: randomInt(1, MAX_NODES) as NodeId,
    clock: systemClock,
    log,
    random: (bytes) => getRandomValues(new Uint8Array(bytes)),
  });
  const server = await TestServer.start({ ...options, cluster });
  return { server, cluster, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}
