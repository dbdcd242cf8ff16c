/**
 * Pairing gives the same results with seekers in the memory of one node as in a Redis that several nodes share: one
 * suite, run against both. With Redis, the seekers are spread over three nodes in turn. Messages between nodes are
 * delivered directly here. Everything else is real, including the notices of Redis.
 */

import { INTERVALS } from "../../../server/app.ts";
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { getRandomValues } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { type Mode, SUITES } from "../../../protocol.ts";
import { type Backend, MemoryBackend } from "../../../server/matching/backend.ts";
import { type Bus, PAIR_KIND } from "../../../server/cluster/bus.ts";
import type { PairNotice } from "../../../server/cluster/messages.ts";
import { ClusterKeys } from "../../../server/cluster/keys.ts";
import { parsePairNotice } from "../../../server/cluster/message_schema.ts";
import { type RedisClient, Script } from "../../../server/cluster/redis_client.ts";
import { RedisPool } from "../../../server/cluster/redis_pool.ts";
import { SharedBackend } from "../../../server/cluster/shared_backend.ts";
import { RemotePairings } from "../../../server/cluster/remote_pairings.ts";
import {
  acceptEachOther,
  EITHER_WINDOW,
  EXACT_WINDOW,
  type SearchRequest,
  stepsOf,
  type Wish,
} from "../../../server/matching/policy.ts";
import { type Match, Matchmaker } from "../../../server/matching/matchmaker.ts";
import type { NodeId, SessionId } from "../../../server/ids.ts";
import { searchRequest } from "../../support/fixtures.ts";
import { couldPair } from "../../support/populations.ts";
import { startLink } from "../../support/cluster.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { trials } from "../../support/repeats.ts";
import { TestSeeker } from "../../support/test_seeker.ts";

/** A seeker that avoids its partners afterwards, as a session does. */
class SessionSeeker extends TestSeeker {
  override paired(match: Match): void {
    super.paired(match);
    this.recent.push(match.partner);
  }
}

const ANYONE: Wish = { mode: "text", interests: [], languages: [], suites: SUITES };

/** Seekers, on as many nodes as the world has. */
class World {
  readonly clock = new FakeClock();
  readonly seekers = Array.from({ length: 12 }, (_, n) => new SessionSeeker(n));
  readonly matchmakers: Matchmaker[];
  /** The seekers whose partner left immediately. */
  readonly abandoned: number[] = [];
  readonly #settle: () => Promise<void>;

  constructor(backends: (world: World) => Backend[], settle: () => Promise<void>) {
    this.#settle = settle;
    const onError = (error: unknown): void => assert.fail(String(error));
    this.matchmakers = backends(this).map((backend) =>
      new Matchmaker({ clock: this.clock, backend, onError })
    );
    this.clock.every(INTERVALS.widen, () => this.matchmakers.forEach((one) => one.widen()));
  }

  /** The matchmaker of the node that a seeker is on. */
  matchmakerOf(n: number): Matchmaker {
    return this.matchmakers[n % this.matchmakers.length]!;
  }

  /** Starts a search without waiting for the result. */
  start(n: number, wish: Partial<Wish> = {}): SessionSeeker {
    const seeker = this.seekers[n]!;
    seeker.told = [];
    this.matchmakerOf(n).find(seeker, { ...ANYONE, ...wish });
    return seeker;
  }

  async find(n: number, interests: string[] = [], mode: Mode = "text"): Promise<SessionSeeker> {
    return await this.findBy(n, { interests, mode });
  }

  async findBy(n: number, wish: Partial<Wish>): Promise<SessionSeeker> {
    const seeker = this.start(n, wish);
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

  /** The search of `from` ended before it could learn that it was paired with `to`, which is told so. */
  leftBy(from: number, to: number): void {
    const match = this.seekers[to]!.matches.pop();
    assert.equal(match?.partner, from);
    assert.ok(!this.seekers[from]!.partners.includes(to), "a partner was left that has not left");
    this.abandoned.push(to);
  }

  get searching(): number {
    return this.matchmakers.reduce((sum, { searching }) => sum + searching, 0);
  }
}

const NODES = 3;
const PING = new Script("return 1");

/** Waits until pending work is done. No chain of requests is longer than this loop. */
async function settled(link?: RedisClient): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    await setImmediate();
    await link?.run(PING, [], []);
  }
}

/**
 * Three backends on one Redis. What Redis publishes reaches the node over its channel, and what the nodes send each
 * other is passed directly.
 */
async function sharedBackends(link: RedisClient): Promise<(world: World) => Backend[]> {
  const random = (bytes: number): Uint8Array => getRandomValues(new Uint8Array(bytes));
  const keys = new ClusterKeys(random(32), random);
  let pairings: RemotePairings[] = [];
  for (let node = 1; node <= NODES; node++) {
    await link.subscribe(`${node}`, (batch) => {
      for (const notice of noticesIn(batch)) pairings[node - 1]!.noticed(notice);
    });
  }
  return (world) => {
    pairings = [];
    return Array.from({ length: NODES }, (_, n) => {
      const node = (n + 1) as NodeId;
      const pool = new RedisPool({ link, keys: () => keys });
      const bus: Pick<Bus, "request" | "send"> = {
        request: async (to, message) => {
          await setImmediate();
          if (message.type !== "invite") return undefined;
          const isAccepted = pairings[Number(to) - 1]!.invited(message.ticket, message.request);
          return { type: "accepted", isAccepted };
        },
        send: (to, message) => {
          assert.equal(message.type, "declined");
          if (message.type === "declined") pairings[Number(to) - 1]!.declined(message.ticket);
        },
      };
      pairings.push(
        new RemotePairings({
          ...{ node, bus, pool },
          matchmaker: {
            pairElsewhere: (...args) => world.matchmakers[n]!.pairElsewhere(...args),
            declined: (ticket) => world.matchmakers[n]!.declined(ticket),
          },
          deliver: ({ to, from, event }) => {
            assert.equal(event.type, "left");
            world.leftBy(from, to);
          },
        }),
      );
      return new SharedBackend({ node, clock: world.clock, pool, isUp: () => true });
    });
  };
}

/** The notices in a batch of Redis. */
function noticesIn(batch: Buffer): PairNotice[] {
  const notices: PairNotice[] = [];
  for (let at = 0; at < batch.length; at += 4 + batch.readUInt32BE(at)) {
    assert.equal(batch[at + 4], PAIR_KIND);
    notices.push(
      parsePairNotice(batch.toString("utf8", at + 5, at + 4 + batch.readUInt32BE(at)))!,
    );
  }
  return notices;
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
  const backends = await sharedBackends(link);
  const flush = new Script("redis.call('FLUSHALL')");
  WORLDS.push(["redis", async () => {
    await link.run(flush, [], []);
    return new World(backends, () => settled(link));
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
      assert.deepEqual([a.matches[0]?.met, b.matches[0]?.met], [false, false]);
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
      await world.pass(EXACT_WINDOW - 250);
      assert.deepEqual([picky.partners, open.partners], [[], []]);
      await world.pass(250);
      assert.deepEqual([picky.partners, open.partners], [[2], [1]]);
    },
  );

  pairingTest("two whose windows have ended are paired without a third search", async (world) => {
    const [a, b] = [await world.find(1, ["chess"]), await world.find(2, ["go"])];
    await world.pass(EXACT_WINDOW);
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

  pairingTest(
    "a shared language is required for five seconds, and named to both",
    async (world) => {
      const [a, open] = [
        await world.findBy(1, { languages: ["de", "fr", "en"] }),
        await world.find(2),
      ];
      const other = await world.findBy(3, { languages: ["es"] });
      assert.deepEqual([a.partners, open.partners, other.partners], [[], [], []]);
      const b = await world.findBy(4, { languages: ["en", "de"] });
      assert.deepEqual([a.partners, b.partners], [[4], [1]]);
      assert.deepEqual(a.matches[0]?.languages, ["de", "en"]);
      assert.deepEqual(b.matches[0]?.languages, ["en", "de"]);
      await world.pass(EXACT_WINDOW);
      assert.deepEqual([other.partners, open.partners], [[2], [3]]);
      assert.deepEqual([other.matches[0]?.languages, other.told], [[], ["exact", "anyone"]]);
    },
  );

  pairingTest(
    "only pages with a common suite are paired, however long they wait",
    async (world) => {
      const wish = { languages: ["de"], interests: ["a"] };
      const older = await world.findBy(1, { ...wish, suites: [1] });
      const newer = await world.findBy(2, { ...wish, suites: [2] });
      await world.pass(EXACT_WINDOW);
      await world.pass(EITHER_WINDOW);
      assert.deepEqual([older.partners, newer.partners], [[], []]);
      const newest = await world.findBy(3, { suites: [3, 2] });
      assert.deepEqual([newer.partners, newest.partners], [[3], [2]]);
      const another = await world.findBy(4, { suites: [1] });
      assert.deepEqual([older.partners, another.partners, world.searching], [[4], [1], 0]);
    },
  );

  pairingTest("a page that offers several suites waits once", async (world) => {
    const both = await world.findBy(1, { suites: [2, 1] });
    const older = await world.findBy(2, { suites: [1] });
    assert.deepEqual([both.partners, older.partners], [[2], [1]]);
    const newer = await world.findBy(3, { suites: [2] });
    assert.deepEqual([newer.partners, world.searching], [[], 1]);
    const another = await world.findBy(4, { suites: [1, 2] });
    const last = await world.findBy(5, { suites: [1] });
    assert.deepEqual([another.partners, newer.partners, last.partners], [[3], [4], []]);
  });

  pairingTest("a shared language comes before shared interests", async (world) => {
    const friend = await world.findBy(1, { languages: ["fr"], interests: ["a", "b"] });
    const speaker = await world.findBy(2, { languages: ["de"], interests: ["c"] });
    await world.pass(250);
    const own = await world.findBy(3, { languages: ["de"], interests: ["a", "b"] });
    await world.pass(EXACT_WINDOW - 250);
    assert.deepEqual([friend.told, speaker.told], [["exact", "either"], ["exact", "either"]]);
    assert.deepEqual([own.partners, own.told], [[], ["exact"]]);
    await world.pass(250);
    assert.deepEqual([own.partners, speaker.partners, friend.partners], [[2], [3], []]);
  });

  pairingTest(
    "languages and interests are both required, then one of them, then neither",
    async (world) => {
      const picky = await world.findBy(1, { languages: ["de"], interests: ["a"] });
      const open = await world.find(2);
      await world.pass(EXACT_WINDOW);
      assert.deepEqual([picky.partners, picky.told], [[], ["exact", "either"]]);
      await world.pass(EITHER_WINDOW - 250);
      assert.deepEqual([picky.partners, open.partners], [[], []]);
      await world.pass(250);
      assert.deepEqual([picky.partners, open.partners], [[2], [1]]);
      assert.deepEqual(picky.told, ["exact", "either", "anyone"]);
    },
  );

  Deno.test(`Pairing in ${name}: whatever the races, pairs are symmetric and within the steps that both were told, nobody is taken twice, and nobody is stranded`, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ acts: fc.array(anAct, { maxLength: 12 }), ms: fc.nat(6_000) }), {
          maxLength: 4,
        }),
        async (rounds) => {
          const world = await make();
          const wishing = new Map<number, Wish>();
          for (const { acts, ms } of rounds) {
            for (const { who, act, ...wish } of acts) {
              if (act === "withdraw") world.withdraw(who);
              else world.start(who, { ...wish, mode: act });
              if (act === "withdraw") wishing.delete(who);
              else wishing.set(who, { ...wish, mode: act });
            }
            await world.pass(ms);
            assertSound(world, wishing);
          }
          await world.pass(EXACT_WINDOW);
          await world.pass(EITHER_WINDOW);
          await world.pass(1_000);
          assertSound(world, wishing);
          const left = [...wishing.values()];
          assert.ok(!couldPair(left), "two who would take each other both wait");
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
  languages: fc.subarray(["de", "en"]),
  suites: fc.subarray([1, 2, 3], { minLength: 1 }),
});

/** What the page of a seeker shows: its wish, and the step that it was told, or else the first. */
function shown({ id, told }: SessionSeeker, wish: Wish): SearchRequest {
  return searchRequest(id, { ...wish, step: told.at(-1) ?? stepsOf(wish)[0]!.step });
}

/** Asserts that each new match is known to both sides, and that both accept it in the steps that they were told. */
function assertSound({ seekers, abandoned }: World, wishing: Map<number, Wish>): void {
  for (const id of abandoned.splice(0)) wishing.delete(id);
  for (const seeker of seekers) {
    const mine = seeker.matches.splice(0);
    assert.ok(mine.length <= 1, "somebody was taken twice");
    const [match] = mine;
    if (match === undefined) continue;
    const partner = seekers[match.partner]!;
    const [theirs, ...more] = partner.matches.splice(0);
    assert.deepEqual([theirs?.partner, more.length], [seeker.id, 0], "only one side was paired");
    const [own, other] = [seeker, partner].map((one) => shown(one, wishing.get(one.id)!));
    assert.ok(acceptEachOther(own!, other!), "paired outside the steps that both were told");
    assert.equal(match.met, theirs!.met);
    assert.deepEqual([...match.interests].sort(), [...theirs!.interests].sort());
    assert.deepEqual([...match.languages].sort(), [...theirs!.languages].sort());
    wishing.delete(seeker.id);
    wishing.delete(partner.id);
  }
}
