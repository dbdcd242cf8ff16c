/**
 * A Redis that answers, but slowly, not at all on some connections, or only with errors. Chats within a node continue,
 * `/healthz` and the log say what is wrong, and the node rejoins automatically.
 */

import assert from "node:assert/strict";
import type { LookupAddress } from "node:dns";
import { SECOND } from "../../../server/base/clock.ts";
import { errorCode } from "../../../server/base/error_code.ts";
import { RedisLookup } from "../../../server/cluster/redis_lookup.ts";
import { BareClient } from "../../support/bare_client.ts";
import { bye, clusterTest, FIND, type Machine, meet, startAlone } from "../../support/cluster.ts";
import type { Redis } from "../../support/redis.ts";
import { recordingLog } from "../../support/recording_log.ts";
import { Stopwatch } from "../../support/stopwatch.ts";
import { UnreliableProxy } from "../../support/unreliable_proxy.ts";
import { waitUntil } from "../../support/wait_until.ts";

/** Time within which a node rejoins after Redis works again, in milliseconds. */
const REJOINED_WITHIN = 10 * SECOND;

async function health({ server }: Machine): Promise<unknown> {
  return await (await fetch(`${server.http}/healthz`)).json();
}

const DEGRADED = { status: "degraded", failing: ["redis"] };

/** Whether the two can still send each other a message. */
async function talk(a: BareClient, b: BareClient): Promise<void> {
  a.send(Uint8Array.of(1, 7));
  assert.deepEqual(await b.frame(), Uint8Array.of(1, 7));
}

/** What breaks Redis, what repairs it, and the code that the log must contain. */
interface Fault {
  readonly name: string;
  readonly begin: (redis: Redis) => Promise<unknown>;
  readonly end: (redis: Redis) => Promise<unknown>;
  readonly says: RegExp;
}

const FAULTS: readonly Fault[] = [
  {
    name: "is full",
    begin: (redis) =>
      redis.ask("config", "set", "maxmemory", "1", "maxmemory-policy", "noeviction"),
    end: (redis) => redis.ask("config", "set", "maxmemory", "0"),
    says: /commands fail: .*"OOM"/,
  },
  {
    name: "has become a read-only replica",
    begin: (redis) => redis.ask("replicaof", "127.0.0.1", "1"),
    end: (redis) => redis.ask("replicaof", "no", "one"),
    says: /commands fail: .*"(READONLY|MASTERDOWN)"/,
  },
  {
    name: "has restarted with another password",
    begin: async (redis) => {
      await redis.kill();
      await redis.restart("another");
    },
    end: async (redis) => {
      await redis.kill();
      await redis.restart();
    },
    says: /unreachable: .*"NOAUTH"/,
  },
];

for (const { name, begin, end, says } of FAULTS) {
  clusterTest(
    `A node whose Redis ${name} continues alone, says why, and rejoins within 10 s after the repair`,
    1,
    async ([other], redis) => {
      const { log, said } = recordingLog();
      await using machine = await startAlone(redis.url, {}, undefined, { log });
      await meet([other!, machine]);
      const [ann, bob] = await BareClient.pair(machine.server.socketUrl);
      await begin(redis);
      await waitUntil(async () =>
        JSON.stringify(await health(machine)) === JSON.stringify(DEGRADED)
      );
      await talk(ann, bob);
      const [carl, dora] = await BareClient.pair(machine.server.socketUrl);
      await talk(carl, dora);
      await waitUntil(() => says.test(said.join()));
      assert.doesNotMatch(said.join(), /127\.0\.0|another/);
      const watch = new Stopwatch([Deno.pid, redis.pid]);
      await end(redis);
      await waitUntil(() => machine.cluster.isUp && machine.cluster.others === 1);
      assert.ok(watch.ms < REJOINED_WITHIN, `It took ${watch.ms} ms.`);
      assert.deepEqual(await health(machine), { status: "ok", failing: [] });
      assert.match(said.at(-1)!, /again/);
      assert.equal(new Set(said).size, said.length, "each line is logged once");
      await talk(bob, ann);
      await bye(ann, bob, carl, dora);
    },
  );
}

clusterTest(
  "Nodes whose Redis answers 200 ms late stay healthy, pair visitors across nodes and deliver messages",
  1,
  async ([near], redis) => {
    using path = new UnreliableProxy(redis.port);
    path.setDelay(100); // Each way.
    const slow = path.site.replace("http:", "redis:");
    await using far = await startAlone(slow);
    await waitUntil(() => far.cluster.isUp);
    await meet([near!, far]);
    const [ann, bob] = await Promise.all(
      [near!, far].map(({ server }) => BareClient.enter(server.socketUrl)),
    );
    for (const client of [ann!, bob!]) client.tell(FIND);
    await Promise.all([ann!, bob!].map((client) => client.next("paired")));
    await talk(ann!, bob!);
    await talk(bob!, ann!);
    assert.deepEqual(await health(far), { status: "ok", failing: [] });
    await bye(ann!, bob!);
  },
);

clusterTest(
  "A node whose connections to Redis have gone silent for good opens new ones within 10 s",
  1,
  async ([other], redis) => {
    using path = new UnreliableProxy(redis.port);
    await using machine = await startAlone(path.site.replace("http:", "redis:"));
    await meet([other!, machine]);
    const [ann, bob] = await BareClient.pair(machine.server.socketUrl);
    const watch = new Stopwatch([Deno.pid, redis.pid]);
    path.strand();
    await waitUntil(async () => JSON.stringify(await health(machine)) === JSON.stringify(DEGRADED));
    await talk(ann, bob);
    await waitUntil(() => machine.cluster.isUp && machine.cluster.others === 1);
    assert.ok(watch.ms < REJOINED_WITHIN, `It took ${watch.ms} ms.`);
    await bye(ann, bob);
  },
);

clusterTest(
  "A node whose resolver never answers starts, serves its visitors, and joins when the resolver works",
  1,
  async ([other], redis) => {
    const { log, said } = recordingLog();
    let isWorking = false;
    const asked: (() => void)[] = [];
    const found: LookupAddress[] = [{ address: "127.0.0.1", family: 4 }];
    const resolve = (): Promise<LookupAddress[]> => {
      if (isWorking) return Promise.resolve(found);
      return new Promise((answer) => asked.push(() => answer(found)));
    };
    const url = redis.url.replace("127.0.0.1", "redis.internal");
    await using machine = await startAlone(url, {}, undefined, { log, resolve });
    const [ann, bob] = await BareClient.pair(machine.server.socketUrl);
    await talk(ann, bob);
    await waitUntil(() => said.length > 0);
    assert.match(said[0]!, /unreachable: .*"ETIMEDOUT"/);
    assert.deepEqual(await health(machine), DEGRADED);
    assert.equal(asked.length, 1, "both connections share one lookup");
    isWorking = true;
    asked.forEach((answer) => answer());
    await meet([other!, machine]);
    await talk(bob, ann);
    await bye(ann, bob);
  },
);

Deno.test("RedisLookup asks once for a name that many need, and fails each of them in time", async () => {
  const { promise, resolve } = Promise.withResolvers<LookupAddress[]>();
  let asked = 0;
  const { lookup } = new RedisLookup(20, () => {
    asked++;
    return promise;
  });
  const look = (all: boolean, family = 0): Promise<unknown> =>
    new Promise((settle) =>
      lookup(
        "redis.internal",
        { all, family },
        (error, address) => settle(error === null ? address : errorCode(error)),
      )
    );
  assert.deepEqual(await Promise.all([look(true), look(false), look(false)]), [
    ...["ETIMEDOUT", "ETIMEDOUT", "ETIMEDOUT"],
  ]);
  assert.equal(asked, 1);
  const found = [{ address: "::1", family: 6 }, { address: "127.0.0.1", family: 4 }];
  resolve(found);
  assert.deepEqual(await look(true), found);
  assert.equal(await look(false), "::1");
  assert.equal(await look(false, 4), "127.0.0.1");
});
