/** The shared pool, with a Redis that holds or replies what is not a search. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import { RedisPool } from "../../../server/cluster/redis_pool.ts";
import { NUMBERS_A_NODE } from "../../../server/ids.ts";
import type { NodeId, SessionId, Ticket } from "../../../server/ids.ts";
import type { SearchRequest } from "../../../server/matching/policy.ts";
import { startLink } from "../../support/cluster.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";

const KEYS = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
const NODE = 3 as NodeId;

function searchOf(number: number, more: Partial<SearchRequest> = {}): SearchRequest {
  return {
    ticket: (NODE * NUMBERS_A_NODE + number) as Ticket,
    id: (NODE * NUMBERS_A_NODE + number) as SessionId,
    node: NODE,
    mode: "text",
    interests: [],
    open: true,
    order: number,
    recent: [],
    ...more,
  };
}

/** A pool whose Redis replies `reply` to everything. */
function poolWith(reply: unknown): RedisPool {
  return new RedisPool({ link: { run: () => Promise.resolve(reply) }, keys: () => KEYS });
}

for (const reply of ["OK", 7, [7], {}, [["text"]], [], ["", "{", "null", "[]", `{"ticket":1}`]]) {
  Deno.test(`RedisPool finds nobody in a malformed reply: ${JSON.stringify(reply)}`, async () => {
    assert.deepEqual(await poolWith(reply).offer(searchOf(1)), []);
  });
}

Deno.test("RedisPool finds the searches between malformed ones, with the interests both have", async () => {
  const own = searchOf(1, { interests: ["chess", "jazz"] });
  const other = searchOf(2, { interests: ["jazz", "go"] });
  const reply = ["{", JSON.stringify(poolWith(null).encode(other)), "null"];
  assert.deepEqual(await poolWith(reply).offer(own), [{ ...other, interests: ["jazz"] }]);
});

Deno.test("RedisPool takes no reply for a search that another node has claimed", async () => {
  assert.equal(await poolWith(null).offer(searchOf(1), "if-waiting"), "taken");
});

Deno.test("RedisPool claims only what Redis confirms", async () => {
  for (const reply of [0, "1", null, [1], 2]) {
    assert.equal(await poolWith(reply).claim(searchOf(1), searchOf(2)), false);
  }
  assert.equal(await poolWith(1).claim(searchOf(1), searchOf(2)), true);
});

/** What may stand in place of a search. */
const GARBAGE = [
  "",
  "garbage",
  "null",
  "[]",
  `{"mode":"text"}`,
  JSON.stringify({ ...searchOf(9), interests: [{}] }),
  JSON.stringify({ ...searchOf(9), interests: null }),
  JSON.stringify({ ...searchOf(9), recent: ["9"] }),
  JSON.stringify({ ...searchOf(9), ticket: undefined }),
];

Deno.test({
  name: "RedisPool passes over what is no search, removes it from the queue, and finds who waits",
  ignore: !await isRedisThere(),
  fn: async () => {
    await using redis = await Redis.start();
    const link = await startLink(redis.url);
    const pool = new RedisPool({ link, keys: () => KEYS });
    const waiting = `anonymous-chat:waiting:${NODE}`;
    const queue = "anonymous-chat:queue:text:";
    for (const [n, text] of GARBAGE.entries()) {
      const { ticket } = searchOf(100 + n);
      await redis.ask("hset", waiting, `${ticket}`, text);
      await redis.ask("zadd", queue, "0", `${ticket}`);
    }
    for (const ticket of ["no ticket", "-1", "1e400", "nan"]) {
      await redis.ask("zadd", queue, "0", ticket);
    }
    const [ann, bob] = [searchOf(1), searchOf(2)];
    assert.deepEqual(await pool.offer(ann), []);
    assert.deepEqual(await redis.ask("zrange", queue, "0", "-1"), [`${ann.ticket}`]);
    assert.deepEqual(await pool.offer(bob), [ann]);
    assert.equal(await pool.claim(bob, searchOf(100)), false);
    assert.equal(await pool.claim(bob, ann), true);
    assert.deepEqual(await redis.ask("zrange", queue, "0", "-1"), []);
    await pool.withdraw(searchOf(101));
    link.close();
  },
});
