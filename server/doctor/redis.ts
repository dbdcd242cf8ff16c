/**
 * Whether the Redis or Valkey of a cluster responds, is recent enough, and stores nothing on disk: there, what is
 * derived from an address would outlive its retention time.
 */

import { errorCode } from "../base/error_code.ts";
import { SECOND } from "../base/clock.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { isLoopbackHost } from "./machine.ts";

/** Timeout of a command and of connecting, in milliseconds. */
const TIMEOUT = 3 * SECOND;

/** The first major version of Redis that works. */
const MIN_VERSION = 7;

const SUBJECT = "Redis";

type Client = ReturnType<typeof import("redis").createClient>;

export async function checkRedis(url: string): Promise<Finding[]> {
  if (url === "") return [skipped(SUBJECT, "single node: --redis-url is not set")];
  const { createClient } = await import("redis");
  const client = createClient({
    url,
    maintNotifications: "disabled",
    socket: { connectTimeout: TIMEOUT, socketTimeout: TIMEOUT, reconnectStrategy: false },
  }) as Client;
  client.on("error", () => {}); // `connect` and the commands reject with it.
  try {
    await client.connect();
    return [
      await version(client),
      await persistence(client),
      await memory(client),
      ...checkPassword(url),
    ];
  } catch (error) {
    return [refused(error)];
  } finally {
    if (client.isOpen) client.destroy();
  }
}

/** The message of an error may contain the URL, and with it a password. The prefix of an error reply doesn't. */
function refused(error: unknown): Finding {
  const prefix = error instanceof Error ? /^([A-Z]{4,})\b/.exec(error.message)?.[1] : undefined;
  if (prefix === "NOAUTH" || prefix === "WRONGPASS") {
    return problem(
      SUBJECT,
      "it rejects the password: compare --redis-url with requirepass in its configuration",
    );
  }
  const code = prefix ?? errorCode(error);
  return problem(SUBJECT, `no answer (${code}): check that it is running, and check --redis-url`);
}

async function version(client: Client): Promise<Finding> {
  await client.ping();
  const info = fieldsOf(await client.info("server"));
  const valkey = info.get("valkey_version");
  if (valkey !== undefined) return ok(SUBJECT, `Valkey ${valkey} answers`);
  const redis = info.get("redis_version") ?? "";
  return Number.parseInt(redis) >= MIN_VERSION
    ? ok(SUBJECT, `Redis ${redis} answers`)
    : problem(SUBJECT, `version ${redis} is too old: use ${MIN_VERSION} or later`);
}

async function persistence(client: Client): Promise<Finding> {
  const subject = "Redis persistence";
  const [save, appendonly] = [await setting(client, "save"), await setting(client, "appendonly")];
  if (save === undefined || appendonly === undefined) {
    return problem(
      subject,
      "unknown, because Redis hides its configuration: make sure that it writes nothing to disk",
    );
  }
  const written = [
    ...save === "" ? [] : ['save ""'],
    ...appendonly === "no" ? [] : ["appendonly no"],
  ];
  return written.length === 0 ? ok(subject, "disabled") : problem(
    subject,
    `enabled, so data that must be forgotten is on disk: set ${
      written.join(" and ")
    }, and delete its files`,
  );
}

/** A full Redis must evict data instead of rejecting new writes. */
async function memory(client: Client): Promise<Finding> {
  const subject = "Redis memory";
  const info = fieldsOf(await client.info("memory"));
  const [limit, policy] = [Number(info.get("maxmemory") ?? 0), info.get("maxmemory_policy") ?? ""];
  if (limit === 0) return ok(subject, "unlimited, so no write is rejected");
  return policy.startsWith("volatile-") || policy.startsWith("allkeys-")
    ? ok(subject, `at most ${Math.round(limit / 1024 ** 2)} MiB, then ${policy}`)
    : problem(subject, "writes are rejected once it is full: set maxmemory-policy volatile-ttl");
}

/** Anybody who reaches a Redis without a password can pose as a node. */
function checkPassword(url: string): Finding[] {
  const { hostname, password } = new URL(url);
  if (password !== "" || isLoopbackHost(hostname)) return [];
  return [
    problem("Redis password", "none is required: set requirepass, and add it to --redis-url"),
  ];
}

/** A setting; `undefined` if Redis does not reveal it. */
async function setting(client: Client, name: string): Promise<string | undefined> {
  const values = await client.configGet(name).catch(() => undefined);
  return values?.[name];
}

function fieldsOf(text: string): Map<string, string> {
  const lines = text.split("\r\n").filter((line) => line.includes(":"));
  return new Map(lines.map((line) => [line.split(":", 1)[0]!, line.slice(line.indexOf(":") + 1)]));
}
