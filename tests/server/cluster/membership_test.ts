/** Which nodes exist, according to a Redis whose replies the test controls. */

import assert from "node:assert/strict";
import {
  LIFETIME,
  Membership,
  NODE_HEARTBEAT_INTERVAL,
} from "../../../server/cluster/membership.ts";
import type { NodeId } from "../../../server/ids.ts";
import type { RedisClient } from "../../../server/cluster/redis_client.ts";
import { startLink } from "../../support/cluster.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";

const [HERE, THERE] = [1, 2] as [NodeId, NodeId];

/** What Redis replies, unless a test sets another reply. */
interface FakeRedis {
  others: NodeId[];
  searches: number;
  epoch: string;
  /** Replaces the reply of the next heartbeats; an `Error` rejects. */
  reply: unknown;
  whileItAnswers: () => void;
}

interface World {
  readonly members: Membership;
  readonly clock: FakeClock;
  /** The nodes that were reported as down. */
  readonly gone: NodeId[];
  /** The other events, in order. */
  readonly events: string[];
  readonly redis: FakeRedis;
  readonly beat: () => Promise<void>;
}

interface NodeOptions {
  readonly link: Pick<RedisClient, "run" | "isReady">;
  readonly node?: NodeId;
  readonly instanceId?: string;
}

/** A node that has not sent a heartbeat yet, with two searches and one session. */
function nodeOf(options: NodeOptions): Omit<World, "redis" | "beat"> {
  const clock = new FakeClock();
  const [gone, events]: [NodeId[], string[]] = [[], []];
  const members = new Membership({
    node: HERE,
    instanceId: "instance",
    ...options,
    clock,
    here: () => 1,
    prepare: () => Promise.resolve(true),
    onConnected: () => events.push("connected"),
    onDisconnected: () => events.push("disconnected"),
    onTaken: () => events.push("taken"),
    onGone: (node) => gone.push(node),
    waitingHere: () => 2,
    onForgotten: () => events.push("forgotten"),
  });
  return { members, clock, gone, events };
}

/** Such a node, and the Redis that replies to it. */
function newMembers(): World {
  const redis: FakeRedis = {
    others: [],
    searches: 2,
    epoch: "an epoch",
    reply: undefined,
    whileItAnswers: () => {},
  };
  const run = (): Promise<unknown> => {
    const counts = [HERE, ...redis.others].flatMap((node) => [`${node}`, "1"]);
    redis.whileItAnswers();
    if (redis.reply instanceof Error) return Promise.reject(redis.reply);
    if (redis.reply !== undefined) return Promise.resolve(redis.reply);
    return Promise.resolve([counts, redis.searches, redis.epoch]);
  };
  const world = nodeOf({ link: { run, isReady: true } });
  const beat = async (): Promise<void> => {
    world.clock.advance(NODE_HEARTBEAT_INTERVAL);
    await world.members.heartbeat();
  };
  return { ...world, redis, beat };
}

/** A node past the period in which it waits for nodes that a new Redis may not know yet. */
async function settledMembers(): Promise<World> {
  const world = newMembers();
  await world.beat();
  world.clock.advance(LIFETIME);
  return world;
}

Deno.test("Membership notices the loss of a node that came and went between two heartbeats, if it was met", async () => {
  const { members, gone, beat } = await settledMembers();
  members.seen(THERE);
  assert.equal(members.others, 1);
  await beat();
  assert.deepEqual([gone, members.others], [[THERE], 0]);
});

Deno.test("Membership does not miss a node that was met while Redis was already answering", async () => {
  const { members, gone, redis, beat } = await settledMembers();
  redis.whileItAnswers = () => members.seen(THERE);
  await beat();
  assert.deepEqual([gone, members.others], [[], 1]);
  redis.whileItAnswers = () => {};
  redis.others = [THERE];
  await beat();
  assert.deepEqual([gone, members.others, members.online], [[], 1, 1]);
});

Deno.test("Membership does not count its own node among the others", async () => {
  const { members } = await settledMembers();
  members.seen(HERE);
  assert.equal(members.others, 0);
});

Deno.test("Membership is up from the first answered heartbeat to the first that fails", async () => {
  const { members, events, redis, beat } = newMembers();
  assert.equal(members.isUp, false);
  await beat();
  await beat();
  assert.deepEqual([members.isUp, events], [true, ["connected"]]);
  redis.reply = new Error("Redis does not answer");
  await beat();
  await beat();
  assert.deepEqual([members.isUp, events], [false, ["connected", "disconnected"]]);
  redis.reply = undefined;
  await beat();
  assert.deepEqual([members.isUp, events], [true, ["connected", "disconnected", "connected"]]);
});

Deno.test("Membership sends one heartbeat at a time", async () => {
  const { members, redis } = newMembers();
  let sent = 0;
  redis.whileItAnswers = () => sent++;
  await Promise.all([members.heartbeat(), members.heartbeat(), members.heartbeat()]);
  assert.equal(sent, 1);
  await members.heartbeat();
  assert.equal(sent, 2);
});

Deno.test("Membership keeps the other nodes during an outage that is shorter than their lifetime", async () => {
  const { members, clock, gone, redis, beat } = await settledMembers();
  redis.others = [THERE];
  await beat();
  redis.reply = new Error("Redis does not answer");
  await beat();
  clock.advance(LIFETIME - NODE_HEARTBEAT_INTERVAL - 1);
  await members.heartbeat();
  assert.deepEqual([members.others, gone], [1, []]);
  clock.advance(NODE_HEARTBEAT_INTERVAL + 1);
  await members.heartbeat();
  assert.deepEqual([members.others, gone], [0, [THERE]]);
});

Deno.test("Membership gives every known node time to report to a Redis that has restarted", async () => {
  const { members, clock, gone, redis, beat } = await settledMembers();
  redis.others = [THERE];
  await beat();
  Object.assign(redis, { others: [], epoch: "another epoch" });
  await beat();
  assert.deepEqual([members.others, gone], [1, []]);
  clock.advance(LIFETIME);
  await members.heartbeat();
  assert.deepEqual([members.others, gone], [0, [THERE]]);
});

Deno.test("Membership does not join while another instance has its number, and reports that once", async () => {
  const { members, events, redis, beat } = newMembers();
  redis.reply = null;
  await beat();
  await beat();
  assert.deepEqual([members.isUp, events], [false, ["taken"]]);
  redis.reply = undefined;
  await beat();
  assert.deepEqual([members.isUp, events], [true, ["taken", "connected"]]);
});

Deno.test("Membership reports missing searches at every second heartbeat in a row that lacks some", async () => {
  const { events, redis, beat } = await settledMembers();
  const reported: number[] = [];
  for (const searches of [1, 2, 1, 1, 1, 0, 2, 1, 3, 1, 1]) {
    const before = events.length;
    redis.searches = searches;
    await beat();
    reported.push(events.length - before);
  }
  assert.deepEqual(reported, [0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1]);
  assert.deepEqual(new Set(events), new Set(["connected", "forgotten"]));
});

const MALFORMED: [what: string, reply: unknown][] = [
  ["a text", "OK"],
  ["a number", 1],
  ["no fields", []],
  ["no list of nodes", ["2", 2, "an epoch"]],
  ["nodes that are not texts", [[2, 1], 2, "an epoch"]],
  ["a negative number of searches", [[], -1, "an epoch"]],
  ["a huge number of searches", [[], 1e300, "an epoch"]],
  ["a missing epoch", [[], 2, null]],
];

for (const [what, reply] of MALFORMED) {
  Deno.test(`Membership treats a malformed reply as none: ${what}`, async () => {
    const { members, events, gone, redis, beat } = await settledMembers();
    redis.others = [THERE];
    await beat();
    redis.reply = reply;
    await beat();
    assert.deepEqual([members.isUp, members.others, gone], [false, 1, []]);
    redis.reply = undefined;
    await beat();
    assert.deepEqual([members.isUp, members.others], [true, 1]);
    assert.deepEqual(events, ["connected", "disconnected", "connected"]);
  });
}

Deno.test("Membership ignores entries of Redis that are not nodes with their numbers of sessions", async () => {
  const { members, redis, beat } = await settledMembers();
  const garbage = ["", "x", "__proto__", "-3", "1.5", "1e3", "9".repeat(400), `${2 ** 21}`];
  const counts = [...garbage.flatMap((name) => [name, "1"]), "3", "many", "4", "-1", "2", "7", "5"];
  redis.reply = [counts, 2, "an epoch"];
  await beat();
  assert.deepEqual([members.others, members.online], [1, 7]);
});

Deno.test({
  name:
    "Membership gives a number to one instance at a time, and to the next when the first is gone",
  ignore: !await isRedisThere(),
  fn: async () => {
    await using redis = await Redis.start();
    const link = await startLink(redis.url);
    const [first, second, third] = ["first", "second", "third"].map((instanceId) =>
      nodeOf({ link, instanceId })
    );
    const other = nodeOf({ link, node: THERE });
    await first!.members.heartbeat();
    await other.members.heartbeat();
    await second!.members.heartbeat();
    await first!.members.heartbeat();
    assert.deepEqual([first!.members.isUp, second!.members.isUp], [true, false]);
    assert.deepEqual(second!.events, ["taken"]);
    assert.deepEqual([first!.members.others, other.members.others], [1, 1]);
    await first!.members.leave();
    await second!.members.heartbeat();
    assert.equal(second!.members.isUp, true);
    const owner = `anonymous-chat:owner:${HERE}`;
    const expiry = Number((await redis.ask("pttl", owner))[0]);
    assert.ok(expiry > 0 && expiry <= LIFETIME, `${expiry}`);
    await redis.ask("del", owner); // As if the second had crashed a while ago.
    await third!.members.heartbeat();
    assert.deepEqual([third!.members.isUp, third!.members.others], [true, 1]);
    await second!.members.heartbeat();
    assert.equal(second!.members.isUp, false);
    await Promise.all([third!, other].map(({ members }) => members.leave()));
    assert.deepEqual(await redis.ask("keys", "*"), ["anonymous-chat:epoch"]);
    link.close();
  },
});
