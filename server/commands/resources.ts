/** What a server opens before it starts: directories, the certificate, Redis and the statistics. */

import { DENY_FILE } from "../admission/deny_list.ts";
import type { AppOptions } from "../app.ts";
import type { Clock } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import { affordableConnections, redirectedSockets } from "../base/file_descriptors.ts";
import type { Log } from "../base/log.ts";
import { type FileFormat, WatchedFile } from "../base/watched_file.ts";
import { Cluster } from "../cluster/cluster.ts";
import { RedisClient } from "../cluster/redis_client.ts";
import { RedisStatisticsStore } from "../cluster/redis_statistics.ts";
import { ANNOUNCEMENT_FILE } from "../config/announcement_file.ts";
import type { Config } from "../config/options.ts";
import { relayedConnections } from "../config/relay_mode.ts";
import { RULES_FILE } from "../config/rules_file.ts";
import { MAX_NODES, type NodeId } from "../ids.ts";
import { KvStatisticsStore } from "../statistics/kv_store.ts";
import { ReopeningStore } from "../statistics/reopening_store.ts";
import { SqliteStatisticsStore } from "../statistics/sqlite_store.ts";
import type { StatisticsStore } from "../statistics/store.ts";
import { Certificate } from "../tls/certificate.ts";
import { fail } from "./console.ts";
import type { System } from "./system.ts";

/** The configuration that the machine can afford. Ends the program if a directory can't be written to. */
export async function fitToMachine(config: Config, log: Log): Promise<Config> {
  const wanted = config["max-connections"];
  const relayed = relayedConnections(config);
  const others = redirectedSockets(config["http-redirect-port"] !== 0) +
    redirectedSockets(config["relay-port"] !== 0);
  if (config["access-log"] !== "off") await tryFolder(config["log-dir"]);
  await tryFolder(config["data-dir"]);
  const all = affordableConnections(wanted + relayed, others);
  if (all === wanted + relayed) return config;
  const affordable = Math.max(all - relayed, Math.floor(all / 2)); // Fewer connections have fewer calls.
  log.warn("File descriptor limit too low: --max-connections reduced to {affordable}.", {
    wanted,
    affordable,
  });
  return { ...config, "max-connections": affordable };
}

/** Ends the program if a directory can't be written to. */
async function tryFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
    await Deno.remove(await Deno.makeTempFile({ dir: folder }));
  } catch (error) {
    await fail(`Cannot use the directory ${folder}: ${errorCode(error)}.`);
  }
}

/** The certificate, if the server terminates TLS. */
export async function openCertificate(
  { "tls-cert": certFile, "tls-key": keyFile }: Config,
  clock: Clock,
  log: Log,
): Promise<Certificate | undefined> {
  if (certFile === "") return undefined;
  return await Certificate.open({ certFile, keyFile, clock, log })
    .catch((error) => fail(error.message)); // It names the files, which the operator chose.
}

/** The files that the operator may change at any time. */
export type OperatorFiles = Pick<AppOptions, "denyFile" | "announcementFile" | "rulesFile">;

/** Reads these files. Ends the program if one can't be used. */
export async function openOperatorFiles(config: Config, log: Log): Promise<OperatorFiles> {
  return {
    denyFile: await openFile(config["deny-file"], DENY_FILE, log),
    announcementFile: await openFile(config["announcement-file"], ANNOUNCEMENT_FILE, log),
    rulesFile: await openFile(config["rules-file"], RULES_FILE, log),
  };
}

async function openFile<T>(
  path: string,
  format: FileFormat<T>,
  log: Log,
): Promise<WatchedFile<T> | undefined> {
  if (path === "") return undefined;
  return await WatchedFile.open({ ...format, path, log })
    .catch((error) => fail(error.message)); // It names the file and a line, and nothing from the file.
}

/** The connection to Redis, if there is a cluster. */
export async function openRedis(
  { "redis-url": url }: Config,
  { random }: System,
  log: Log,
): Promise<RedisClient | undefined> {
  return url === "" ? undefined : await RedisClient.create({ url, log, random });
}

/** This node of a cluster, with a number that no other node is likely to have. */
export function newCluster(redis: RedisClient, { clock, randomBytes }: System, log: Log): Cluster {
  const number = new DataView(randomBytes(4).buffer as ArrayBuffer).getUint32(0);
  const node = (1 + number % (MAX_NODES - 1)) as NodeId;
  return new Cluster({ link: redis, node, clock, log, random: randomBytes });
}

/** Where the statistics are stored. If that can't be opened, it is retried whenever statistics are written. */
export async function openStore(
  { "data-dir": folder }: Config,
  redis: RedisClient | undefined,
  log: Log,
): Promise<StatisticsStore> {
  return await ReopeningStore.open(async () => {
    if (folder === "") return await KvStatisticsStore.open(await Deno.openKv());
    const file = SqliteStatisticsStore.open(folder, log);
    return redis === undefined ? file : RedisStatisticsStore.open(redis, file);
  });
}
