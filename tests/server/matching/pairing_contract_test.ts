/**
 * Pairing gives the same results with seekers in the memory of one node as in a Redis that several nodes share: one
 * suite, run against both. With Redis, the seekers are spread over three nodes in turn. Messages between nodes are
 * delivered directly here. Everything else is real.
 */

import { INTERVALS } from "../../../server/app.ts";
import assert from "node:assert/strict";
import { getRandomValues } from "node:crypto";
import fc from "fast-check";
import type { Mode } from "../../../protocol.ts";
import { type Backend, MemoryBackend } from "../../../server/matching/backend.ts";
import type { Bus } from "../../../server/cluster/bus.ts";
import { ClusterKeys } from "../../../server/cluster/keys.ts";
import { type RedisClient, Script } from "../../../server/cluster/redis_client.ts";
import { RedisPool } from "../../../server/cluster/redis_pool.ts";
import { SharedBackend } from "../../../server/cluster/shared_backend.ts";
import {
  INTEREST_WINDOW,
  type Match,
  Matchmaker,
  type Search,
  type Seeker,
} from "../../../server/matching/matchmaker.ts";
import type { NodeId, SessionId } from "../../../server/ids.ts";
import { startLink } from "../../support/cluster.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { trials } from "../../support/repeats.ts";

/** A seeker that remembers its matches. */
class TestSeeker implements Seeker {
  search: Search | undefined;
  readonly matches: Match[] = [];
  readonly recent: SessionId[] = [];
  readonly id: SessionId;

  constructor(id: number) {
    this.id = id as SessionId;
  }

  waits(): void {}

  paired(match: Match): void {
    this.matches.push(match);
  }

  get partners(): number[] {
    return this.matches.map(({ partner }) => partner);
  }
}

/** Seekers, on as many nodes as the world has. */
class World {
  readonly clock = new FakeClock();
  readonly seekers = Array.from({ length: 12 }, (_, n) => new TestSeeker(n));
  readonly matchmakers: Matchmaker[];
  readonly #settle: () => Promise<void>;

  constructor(backends: (world: World) => Backend[], settle: () => Promise<void>) {
    this.#settle = settle;
    const onError = (error: unknown): void => assert.fail(String(error));
    this.matchmakers = backends(this).map((backend) =>
      new Matchmaker({ clock: this.clock, backend, onError })
    );
    this.clock.every(
      INTERVALS.openExpired,
      () => this.matchmakers.forEach((one) => one.openExpired()),
    );
  }

  /** The matchmaker of the node that a seeker is on. */
  matchmakerOf(n: number): Matchmaker {
    return this.matchmakers[n % this.matchmakers.length]!;
  }

  /** Starts a search without waiting for the result. */
  start(n: number, interests: string[] = [], mode: Mode = "text"): TestSeeker {
    this.matchmakerOf(n).find(this.seekers[n]!, mode, interests);
    return this.seekers[n]!;
  }

  async find(n: number, interests: string[] = [], mode: Mode = "text"): Promise<TestSeeker> {
    const seeker = this.start(n, interests, mode);
    await this.#settle();
    return seeker;
  }

  withdraw(n: number): void {
    this.matchmakerOf(n).withdraw(this.seekers[n]!);
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await this.#settle();
  }

  get searching(): number {
    return this.matchmakers.reduce((sum, { searching }) => sum + searching, 0);
  }
}

const NODES = 3;
const PING = new Script("return 1");

/** Waits until pending work is done. No chain of Redis requests is longer than this loop. */
async function settled(link?: RedisClient): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await (link?.run(PING, [], []) ?? Promise.resolve());
  }
}

/** Three backends on one Redis. Messages between them are passed directly to the receiving matchmaker. */
function sharedBackends(link: RedisClient): (world: World) => Backend[] {
  const random = (bytes: number): Uint8Array => getRandomValues(new Uint8Array(bytes));
  const keys = new ClusterKeys(random(32), random);
  const pool = new RedisPool({ link, keys: () => keys });
  return (world) =>
    Array.from({ length: NODES }, (_, n) => {
      const bus = {
        request: async (node, word) => {
          if (word.type !== "invite") return undefined;
          await Promise.resolve();
          const { ticket, request } = word;
          const isAccepted = world.matchmakers[Number(node) - 1]!.acceptInvitation(
            ticket,
            (own) => ({
              partner: request.id,
              node: request.node,
              role: "caller",
              interests: pool.shared(own, request.interests),
              met: own.recent.includes(request.id) || request.recent.includes(own.id),
            }),
          );
          return { type: "accepted", isAccepted };
        },
        send: () => assert.fail("somebody has been left alone"),
      } as Pick<Bus, "request" | "send">;
      return new SharedBackend({
        node: (n + 1) as NodeId,
        clock: world.clock,
        pool,
        bus,
        isUp: () => true,
      });
    });
}

/** Each kind of world by name, with its factory. */
const WORLDS: [name: string, make: () => Promise<World>][] = [
  ["memory", () => Promise.resolve(new World(() => [new MemoryBackend()], () => settled()))],
];

if (await isRedisThere()) {
  const redis = await Redis.start();
  const link = await startLink(redis.url);
  Deno.test.afterAll(async () => {
    link.close();
    await redis[Symbol.asyncDispose]();
  });
  WORLDS.push(["redis", async () => {
    await redis.ask("flushall");
    return new World(sharedBackends(link), () => settled(link));
  }]);
}

for (const [name, make] of WORLDS) {
  const pairingTest = (what: string, body: (world: World) => Promise<void>): void =>
    Deno.test(`Pairing in ${name}: ${what}`, async () => await body(await make()));

  pairingTest(
    "two without interests are paired immediately, and the one that waited is the caller",
    async (world) => {
      const [a, b] = [await world.find(1), await world.find(2)];
      assert.deepEqual([a.partners, b.partners], [[2], [1]]);
      assert.deepEqual([a.matches[0]?.role, b.matches[0]?.role], ["caller", "callee"]);
      assert.equal(world.searching, 0);
    },
  );

  pairingTest("the longest wait is served first, within a mode", async (world) => {
    const [video, first, second] = [
      await world.find(1, [], "video"),
      await world.find(2),
      await world.find(3, ["chess"]),
    ];
    const last = await world.find(4);
    assert.deepEqual([video.partners, first.partners, second.partners], [[], [4], []]);
    assert.deepEqual(last.partners, [2]);
  });

  pairingTest("shared interests are preferred, and named to both", async (world) => {
    const a = await world.find(1, ["jazz", "chess"]);
    await world.find(2, ["go"]);
    const b = await world.find(3, ["films", "chess"]);
    assert.deepEqual([a.partners, b.partners], [[3], [1]]);
    assert.deepEqual([a.matches[0]?.interests, b.matches[0]?.interests], [["chess"], ["chess"]]);
  });

  pairingTest("more shared interests come before fewer, then a longer wait", async (world) => {
    const one = await world.find(1, ["a"]);
    const two = await world.find(2, ["b", "c"]);
    const c = await world.find(3, ["a", "b", "c"]);
    assert.deepEqual([one.partners, two.partners, c.partners], [[], [3], [2]]);
  });

  pairingTest(
    "a shared interest is required for five seconds, then anybody is accepted",
    async (world) => {
      const [picky, open] = [await world.find(1, ["chess"]), await world.find(2)];
      await world.pass(INTEREST_WINDOW - 250);
      assert.deepEqual([picky.partners, open.partners], [[], []]);
      await world.pass(250);
      assert.deepEqual([picky.partners, open.partners], [[2], [1]]);
    },
  );

  pairingTest("two whose windows have ended are paired without a third search", async (world) => {
    const [a, b] = [await world.find(1, ["chess"]), await world.find(2, ["go"])];
    await world.pass(INTEREST_WINDOW);
    assert.deepEqual([a.partners, b.partners], [[2], [1]]);
  });

  pairingTest("a recent partner is avoided while another one is available", async (world) => {
    world.seekers[1]!.recent.push(2 as SessionId);
    const [a, b] = [await world.find(1), await world.find(2, ["x"])];
    const c = await world.find(3);
    assert.deepEqual([a.partners, b.partners, c.partners], [[3], [], [1]]);
  });

  pairingTest(
    "a recent partner is accepted when nobody else is available, and both are told",
    async (world) => {
      world.seekers[2]!.recent.push(1 as SessionId);
      const [a, b] = [await world.find(1), await world.find(2)];
      assert.deepEqual([a.matches[0]?.met, b.matches[0]?.met], [true, true]);
    },
  );

  pairingTest("a search is paired neither with itself nor with a withdrawn one", async (world) => {
    const a = await world.find(1);
    await world.find(1);
    assert.deepEqual(a.partners, []);
    world.withdraw(1);
    const b = await world.find(2);
    assert.deepEqual([a.partners, b.partners, world.searching], [[], [], 1]);
  });

  Deno.test(`Pairing in ${name}: whatever the races, pairs are symmetric, nobody is claimed twice, and nobody is stranded`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(anAct, { maxLength: 12 }), { maxLength: 4 }),
        async (acts) => {
          const world = await make();
          const wishing = new Map<number, Mode>();
          for (const together of acts) {
            for (const { who, act, interests } of together) {
              if (act === "withdraw") world.withdraw(who);
              else world.start(who, interests, act);
              if (act === "withdraw") wishing.delete(who);
              else wishing.set(who, act);
            }
            await world.pass(0);
            assertSound(world, wishing);
          }
          await world.pass(INTEREST_WINDOW);
          await world.pass(1_000);
          await world.pass(1_000);
          assertSound(world, wishing);
          const left = [...wishing.values()];
          assert.equal(new Set(left).size, left.length, "two who would take each other both wait");
          assert.equal(world.searching, left.length);
        },
      ),
      trials(name === "memory" ? { sample: 300, long: 10_000 } : { sample: 60, long: 1_000 }),
    );
  });
}

const anAct = fc.record({
  who: fc.nat(11),
  act: fc.constantFrom<Mode | "withdraw">("text", "text", "text", "video", "withdraw"),
  interests: fc.subarray(["a", "b", "c"], { maxLength: 2 }),
});

/** Asserts that each new match is known to both sides, and that both were searching in the same mode. */
function assertSound({ seekers }: World, wishing: Map<number, Mode>): void {
  for (const seeker of seekers) {
    const mine = seeker.matches.splice(0);
    assert.ok(mine.length <= 1, "somebody was taken twice");
    const [match] = mine;
    if (match === undefined) continue;
    const partner = seekers[match.partner]!;
    const [theirs, ...more] = partner.matches.splice(0);
    assert.deepEqual([theirs?.partner, more.length], [seeker.id, 0], "only one side was paired");
    assert.notEqual(partner, seeker);
    assert.equal(wishing.get(seeker.id), wishing.get(partner.id), "paired across modes");
    wishing.delete(seeker.id);
    wishing.delete(partner.id);
  }
}
