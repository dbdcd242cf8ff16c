/** Cluster nodes as separate processes, and clients that connect to them, each from its own address. */

import assert from "node:assert/strict";
import { BareClient } from "./bare_client.ts";
import { FIND } from "./cluster.ts";
import { Program } from "./program.ts";
import { isRedisThere, Redis } from "./redis.ts";
import { repeats } from "./repeats.ts";
import { waitUntil, within } from "./wait_until.ts";

const ignore = !await isRedisThere();

/** How often such a test starts from scratch. A killed process dies at a different moment each time. */
const LIVES = repeats({ sample: 1, long: 10 });

/** A test with a Redis. */
export function redisTest(name: string, body: (redis: Redis) => Promise<void>): void {
  const fn = async (): Promise<void> => {
    for (let life = 0; life < LIVES; life++) {
      await using redis = await Redis.start();
      await within(body(redis));
    }
  };
  Deno.test({ name, ignore, fn });
}

/** A test with a Redis and three processes that know each other. */
export function processesTest(
  name: string,
  body: (programs: [Program, Program, Program], redis: Redis) => Promise<void>,
  more: readonly string[] = [],
): void {
  redisTest(name, async (redis) => {
    await using stack = new AsyncDisposableStack();
    const common = [`--redis-url=${redis.url}`, "--trust-proxy=1", "--proof-of-work=off"];
    const args = [...common, ...more];
    const starting = Array.from({ length: 3 }, async () => stack.use(await Program.start(...args)));
    const programs = await Promise.all(starting) as [Program, Program, Program];
    await haveMet(programs, redis);
    await within(body(programs, redis));
  });
}

/** Waits until all nodes share one pool. */
export async function haveMet(programs: readonly Program[], redis: Redis): Promise<void> {
  await waitUntil(async () => await machinesIn(redis) === programs.length);
  for (const program of programs) await waitUntil(async () => await health(program) === "ok");
}

/** The number of nodes that Redis knows. */
export async function machinesIn(redis: Redis): Promise<number> {
  return Number((await redis.ask("hlen", "anonymous-chat:online"))[0]);
}

/** The answer of `/healthz`: the status, and what is failing. */
export async function health({ http }: Program): Promise<string> {
  const { status, failing } = await (await fetch(`${http}/healthz`)).json();
  return [status, ...failing].join(" ");
}

let visitors = 0;

/** Connects to a node from an address that no other client uses. */
export async function visit({ socketUrl }: Program): Promise<BareClient> {
  const n = ++visitors;
  const headers = { "x-forwarded-for": `10.77.${n >> 8}.${n & 255}` };
  return await BareClient.enter(socketUrl, { headers });
}

/** A client that searches on this node and has no partner yet. */
export async function waiter(program: Program, search = FIND as Search): Promise<BareClient> {
  const client = await visit(program);
  client.tell(search);
  await client.next("waiting");
  return client;
}

/** Resumes the chat of `client` on another node. */
export async function comeBack(program: Program, { token }: BareClient): Promise<BareClient> {
  const client = await visit(program);
  client.tell({ type: "resume", token });
  assert.equal((await client.next("resumed")).chatting, true);
  return client;
}

type Search = Omit<typeof FIND, "mode"> & { readonly mode: "text" | "video" };

/** Two clients on two nodes, chatting with each other. No other client may be searching. */
export async function couple(
  a: Program,
  b: Program,
  search = FIND as Search,
): Promise<[BareClient, BareClient]> {
  const ann = await waiter(a, search);
  const bob = await visit(b);
  bob.tell(search);
  await Promise.all([ann, bob].map((client) => client.next("paired")));
  return [ann, bob];
}
