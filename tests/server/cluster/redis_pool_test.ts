/** The shared pool: what it asks of Redis, the same policy there, and what happens with malformed data. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { SUITES } from "../../../protocol.ts";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import { parsePairNotice } from "../../../server/cluster/message_schema.ts";
import { POOL_SCRIPT } from "../../../server/cluster/pool_script.ts";
import { type RedisClient, Script, UNANSWERED } from "../../../server/cluster/redis_client.ts";
import { MAX_BATCH, RedisPool } from "../../../server/cluster/redis_pool.ts";
import { NUMBERS_A_NODE } from "../../../server/ids.ts";
import type { NodeId, SessionId, Ticket } from "../../../server/ids.ts";
import { MemoryBackend, type Outcome } from "../../../server/matching/backend.ts";
import { choose, type SearchRequest } from "../../../server/matching/policy.ts";
import { startLink } from "../../support/cluster.ts";
import { searchRequest } from "../../support/fixtures.ts";
import { aSearch, requestOf } from "../../support/populations.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { trials } from "../../support/repeats.ts";
import { waitUntil } from "../../support/wait_until.ts";

const KEYS = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
const NODE = 3 as NodeId;
const ignore = !await isRedisThere();

/** A search of `node` with its own numbers. */
function on(node: number, request: SearchRequest): SearchRequest {
  const number = node * NUMBERS_A_NODE + request.id;
  const recent = request.recent.map((id) => node * NUMBERS_A_NODE + id as SessionId);
  return {
    ...request,
    ticket: number as Ticket,
    id: number as SessionId,
    node: node as NodeId,
    recent,
  };
}

function searchOf(id: number, more: Parameters<typeof searchRequest>[1] = {}): SearchRequest {
  return on(NODE, searchRequest(id, more));
}

/** A link that counts its calls. Each is answered by `reply`. */
class FakeLink {
  isReady = true;
  readonly calls: string[][] = [];
  readonly #reply: (operations: string[]) => unknown;

  constructor(reply: (operations: string[]) => unknown) {
    this.#reply = reply;
  }

  run(script: Script, _keys: readonly string[], args: readonly string[]): Promise<unknown> {
    assert.equal(script, POOL_SCRIPT);
    const operations = args.slice(3);
    const kinds = operations.filter((_, at) => at % 3 === 0);
    this.calls.push(kinds);
    return Promise.resolve(this.#reply(kinds));
  }
}

/** A pool whose Redis replies `reply` to everything. */
function poolWith(reply: unknown): RedisPool {
  return new RedisPool({ link: new FakeLink(() => reply), keys: () => KEYS });
}

for (const reply of ["OK", 7, null, [7], {}, [["text"]], [], [""], ["a word"], ["1e400"], ["-5"]]) {
  Deno.test(`RedisPool waits for another node after a malformed reply: ${JSON.stringify(reply)}`, async () => {
    assert.deepEqual(await poolWith(reply).offer(searchOf(1), "always"), { kind: "taken" });
  });
}

Deno.test("RedisPool pairs with a search of this node, and leaves the others to their nodes", async () => {
  const [here, there] = [searchOf(2), on(4, searchRequest(2))].map(({ ticket }) => ticket);
  assert.deepEqual(await poolWith([`${here}`]).offer(searchOf(1), "always"), {
    kind: "paired",
    partner: here,
  });
  assert.deepEqual(await poolWith([`${there}`]).offer(searchOf(1), "always"), { kind: "taken" });
});

Deno.test("RedisPool sends what is asked for in one turn together, in order, in batches of limited size", async () => {
  const link = new FakeLink((kinds) => kinds.map(() => "waiting"));
  const pool = new RedisPool({ link, keys: () => KEYS });
  const count = MAX_BATCH + 10;
  const requests = Array.from({ length: count }, (_, id) => searchOf(id));
  await Promise.all([
    ...requests.map((one) => pool.offer(one, "always")),
    pool.withdraw(requests[0]!),
    pool.offer(requests[1]!, "if-waiting"),
  ]);
  assert.deepEqual(link.calls.map(({ length }) => length), [MAX_BATCH, 12]);
  assert.deepEqual(link.calls[1]!.slice(-3), ["always", "withdraw", "if-waiting"]);
  await pool.withdraw(requests[2]!);
  assert.deepEqual(link.calls.slice(2), [["withdraw"]]);
});

Deno.test("RedisPool reports a failed call to each of its operations", async () => {
  const link = new FakeLink(() => {
    throw new Error("down");
  });
  const pool = new RedisPool({ link, keys: () => KEYS });
  const work = [pool.offer(searchOf(1), "always"), pool.withdraw(searchOf(2))];
  const results = await Promise.allSettled(work);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "rejected"]);
});

Deno.test("RedisPool knows no outcome during an outage, which the client reports", async () => {
  const late = Object.assign(new Error("Redis does not answer"), { code: UNANSWERED });
  const closed = new Error("The client is closed");
  for (const [error, isReady] of [[late, true], [closed, false]] as const) {
    const link = new FakeLink(() => {
      throw error;
    });
    link.isReady = isReady;
    const pool = new RedisPool({ link, keys: () => KEYS });
    assert.deepEqual(await pool.offer(searchOf(1), "always"), { kind: "unknown" });
    await pool.withdraw(searchOf(2));
  }
});

Deno.test("RedisPool shows other nodes pseudonyms, and reads only what the reader shares", () => {
  const pool = poolWith(null);
  const own = searchOf(1, { interests: ["chess", "jazz"], languages: ["en", "de"] });
  const other = searchOf(2, { interests: ["jazz", "go"], languages: ["fr", "de", "en"] });
  const encoded = pool.encode(other);
  assert.doesNotMatch(
    JSON.stringify([encoded.interests, encoded.languages]),
    /jazz|go|"(fr|de|en)"/,
  );
  const { interests, languages } = pool.decode(encoded, own);
  assert.deepEqual({ interests, languages }, { interests: ["jazz"], languages: ["en", "de"] });
});

/** The place of text searches that accept anybody, for the suite of this release. */
const ANYONE_PLACE = `anonymous-chat:{pool}:place:${SUITES[0]}:text:anyone`;

const FLUSH = new Script("redis.call('FLUSHALL')");
const DUMP = new Script("return redis.call('KEYS', '*')");

/** A test with a pool in a real Redis. */
function redisTest(
  name: string,
  body: (pool: RedisPool, redis: Redis, link: RedisClient) => Promise<void>,
): void {
  const fn = async (): Promise<void> => {
    await using redis = await Redis.start();
    const link = await startLink(redis.url);
    try {
      await body(new RedisPool({ link, keys: () => KEYS }), redis, link);
    } finally {
      link.close();
    }
  };
  Deno.test({ name, ignore, fn });
}

const aPopulation = fc.record({
  drawn: fc.array(aSearch, { minLength: 1, maxLength: 16 }),
  leaving: fc.array(fc.nat(15), { maxLength: 4 }),
});

redisTest(
  "RedisPool and MemoryBackend give the same pairs as an examination of all searches, for random pools",
  async (pool, _, link) => {
    await fc.assert(
      fc.asyncProperty(aPopulation, async ({ drawn, leaving }) => {
        const memory = new MemoryBackend(NODE);
        const waiting = new Set<SearchRequest>();
        const shared: Promise<Outcome>[] = [];
        const alone: Outcome[] = [];
        const expected: Outcome[] = [];
        for (const [id, one] of drawn.entries()) {
          const seeker = on(NODE, requestOf(id, one));
          const partner = choose(seeker, waiting);
          if (partner === undefined) waiting.add(seeker);
          else waiting.delete(partner);
          expected.push(
            partner === undefined
              ? { kind: "waiting" }
              : { kind: "paired", partner: partner.ticket },
          );
          shared.push(pool.offer(seeker, "always"));
          alone.push(await memory.offer(seeker, "always"));
          for (const gone of waiting) {
            if (!leaving.includes(gone.id % NUMBERS_A_NODE)) continue;
            waiting.delete(gone);
            void pool.withdraw(gone);
            await memory.withdraw(gone);
          }
        }
        assert.deepEqual(alone, expected);
        assert.deepEqual(await Promise.all(shared), expected);
        assert.equal(memory.waiting, waiting.size);
        await Promise.all([...waiting].map((one) => pool.withdraw(one)));
        assert.deepEqual(await link.run(DUMP, [], []), []); // No key is left of searches that are over.
      }),
      trials({ sample: 500, long: 10_000 }),
    );
  },
);

redisTest("RedisPool stores no words of visitors, and everything in it expires", async (
  pool,
  redis,
) => {
  const wish = { interests: ["secret hobby"], languages: ["de", "zh-Hant"] } as const;
  await pool.offer(searchOf(1, wish), "always");
  await pool.offer({ ...searchOf(2, wish), mode: "video", step: "anyone" }, "always");
  const keys = await redis.ask("keys", "*");
  assert.equal(keys.length, 1 + 2 + 6); // One hash; the places of `exact` and of `anyone`.
  for (const key of keys) {
    assert.match(key, /^anonymous-chat:\{pool\}:/);
    assert.doesNotMatch(key, /hobby|zh|Hant|language:de/);
    assert.ok(Number((await redis.ask("pttl", key))[0]) > 0, key);
  }
  const stored = await redis.ask("hvals", `anonymous-chat:{pool}:waiting:${NODE}`);
  assert.equal(stored.length, 2);
  assert.doesNotMatch(stored.join(), /hobby|Hant|"de"/);
});

redisTest(
  "RedisPool costs the same number of Redis commands with 10 or 5,000 searches waiting",
  async (pool, redis, link) => {
    const wish = { interests: ["a", "b", "c"], languages: ["de", "en"] } as const;
    const commands = async (): Promise<number> => {
      await redis.ask("config", "resetstat");
      const one = searchOf(1_000_001, wish);
      await pool.offer(one, "always");
      await pool.withdraw(one);
      const stats = await redis.ask("info", "commandstats");
      const calls = stats.map((line) => /^cmdstat_(?!config|info)\S+:calls=(\d+)/.exec(line)?.[1]);
      return calls.reduce((sum, number) => sum + Number(number ?? 0), 0);
    };
    const counts: number[] = [];
    await pool.withdraw(searchOf(0)); // Loads the script.
    for (const size of [10, 5_000]) {
      await link.run(FLUSH, [], []);
      const crowd = Array.from(
        { length: size },
        (_, id) => searchOf(id, { interests: [`hobby ${id}`], languages: ["de"] }),
      );
      await Promise.all(crowd.map((one) => pool.offer(one, "always")));
      counts.push(await commands());
    }
    assert.equal(counts[0], counts[1]);
  },
);

/** What may stand in place of a search. */
const GARBAGE = [
  "",
  "garbage",
  "null",
  "[]",
  `{"mode":"text"}`,
  JSON.stringify({ ...searchOf(9), interests: [{}] }),
  JSON.stringify({ ...searchOf(9), interests: null }),
  JSON.stringify({ ...searchOf(9), languages: 7 }),
  JSON.stringify({ ...searchOf(9), step: undefined, open: true }),
  JSON.stringify({ ...searchOf(9), recent: ["9"] }),
  JSON.stringify({ ...searchOf(9), ticket: undefined }),
  JSON.stringify({ ...searchOf(9), suites: null }),
  JSON.stringify({ ...searchOf(9), suites: ["2"] }),
];

redisTest(
  "RedisPool passes over what is no search, and finds who waits",
  async (pool, redis) => {
    const place = ANYONE_PLACE;
    const put = async (ticket: string | Ticket, text?: string): Promise<void> => {
      await redis.ask("set", place, `${ticket}`);
      const waiting = `anonymous-chat:{pool}:waiting:${NODE}`;
      if (text !== undefined) await redis.ask("hset", waiting, `${ticket}`, text);
    };
    const [ann, bob] = [searchOf(1), searchOf(2)];
    const assertPassedOver = async (): Promise<void> => {
      assert.deepEqual(await pool.offer(ann, "always"), { kind: "waiting" });
      assert.deepEqual(await redis.ask("get", place), [`${ann.ticket}`]);
      assert.deepEqual(await pool.offer(bob, "always"), { kind: "paired", partner: ann.ticket });
      assert.deepEqual(await redis.ask("get", place), []);
    };
    for (const [n, text] of GARBAGE.entries()) {
      await put(searchOf(100 + n).ticket, text);
      await assertPassedOver();
    }
    for (const ticket of ["no ticket", "-1", "1e400", "nan", ""]) {
      await put(ticket);
      await assertPassedOver();
    }
    await pool.withdraw(searchOf(101));
  },
);

redisTest("RedisPool forgets the searches of a node, and their places are free", async (pool) => {
  await pool.offer(searchOf(1), "always");
  await pool.forget(NODE);
  assert.deepEqual(await pool.offer(searchOf(2), "always"), { kind: "waiting" });
});

redisTest(
  "RedisPool frees only the places that a search still has, if Redis has evicted some",
  async (pool, redis) => {
    const [evicted, other] = [searchOf(1), searchOf(2)];
    await pool.offer(evicted, "always");
    await redis.ask("del", ANYONE_PLACE);
    assert.deepEqual(await pool.offer(other, "always"), { kind: "waiting" });
    await pool.withdraw(evicted);
    const outcome = await pool.offer(searchOf(3), "always");
    assert.deepEqual(outcome, { kind: "paired", partner: other.ticket });
  },
);

Deno.test({
  name: "RedisPool works in a Redis Cluster, where a script may only use keys of one slot",
  ignore,
  fn: async () => {
    await using redis = await Redis.startCluster();
    const link = await startLink(redis.url);
    const pool = new RedisPool({ link, keys: () => KEYS });
    const wish = { interests: ["chess", "jazz"], languages: ["de", "en"] } as const;
    const there = on(4, searchRequest(1, wish));
    const notices: unknown[] = [];
    await link.subscribe("4", (batch) => notices.push(parsePairNotice(batch.toString("utf8", 5))));
    assert.deepEqual(await pool.offer(there, "always"), { kind: "waiting" });
    const keys = await redis.ask("keys", "*");
    assert.equal(keys.length, 1 + 4);
    const slots = await Promise.all(keys.map((key) => redis.ask("cluster", "keyslot", key)));
    assert.equal(new Set(slots.flat()).size, 1);
    const own = searchOf(1, wish);
    assert.deepEqual(await pool.offer(own, "always"), { kind: "taken" });
    await waitUntil(() => notices.length === 1);
    assert.deepEqual(notices, [{ ticket: there.ticket, request: pool.encode(own) }]);
    assert.deepEqual(await redis.ask("keys", "*"), []);
    const spread = new Script("#!lua\n redis.call('SET', 'a', 1) redis.call('SET', 'b', 1)");
    await assert.rejects(link.run(spread, ["a"], []), /slot/);
    link.close();
  },
});
