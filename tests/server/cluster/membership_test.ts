/** Which nodes exist, according to a Redis whose replies the test controls. */

import assert from "node:assert/strict";
import {
  LIFETIME,
  Membership,
  NODE_HEARTBEAT_INTERVAL,
} from "../../../server/cluster/membership.ts";
import type { NodeId } from "../../../server/ids.ts";
import { FakeClock } from "../../support/fake_clock.ts";

const [HERE, THERE] = [1, 2] as [NodeId, NodeId];

interface World {
  readonly members: Membership;
  /** The nodes that were reported as down. */
  readonly gone: NodeId[];
  readonly redis: { others: NodeId[]; whileItAnswers: () => void };
  readonly beat: () => Promise<void>;
}

/** A node past the period in which it waits for nodes that a new Redis may not know yet. */
async function settledMembers(): Promise<World> {
  const clock = new FakeClock();
  const gone: NodeId[] = [];
  const redis = { others: [] as NodeId[], whileItAnswers: (): void => {} };
  const run = (): Promise<unknown> => {
    const counts = [HERE, ...redis.others].flatMap((node) => [`${node}`, "1"]);
    redis.whileItAnswers();
    return Promise.resolve([counts, 1, "an epoch"]);
  };
  const members = new Membership({
    link: { run, isReady: true },
    node: HERE,
    clock,
    instanceId: "mark",
    here: () => 1,
    prepare: () => Promise.resolve(true),
    onConnected: () => {},
    onDisconnected: () => {},
    onTaken: () => {},
    onGone: (node) => gone.push(node),
    waitingHere: () => 0,
    onForgotten: () => {},
  });
  const beat = async (): Promise<void> => {
    clock.advance(NODE_HEARTBEAT_INTERVAL);
    await members.heartbeat();
  };
  await beat();
  clock.advance(LIFETIME);
  return { members, gone, redis, beat };
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
