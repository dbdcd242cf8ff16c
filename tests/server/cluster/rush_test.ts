/** Many people arrive at three nodes at the same moment. Round trips are counted, so the delay of Redis doesn't matter. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { ClusterKeys, SECRET_BYTES } from "../../../server/cluster/keys.ts";
import { MAX_BATCH } from "../../../server/cluster/redis_pool.ts";
import type { NodeId } from "../../../server/ids.ts";
import { SUITES } from "../../../protocol.ts";
import {
  acceptEachOther,
  EITHER_WINDOW,
  EXACT_WINDOW,
  type Wish,
} from "../../../server/matching/policy.ts";
import { startLink } from "../../support/cluster.ts";
import { FakeClock } from "../../support/fake_clock.ts";
import { LockstepNetwork } from "../../support/lockstep_network.ts";
import { type PairedSeeker, PairingNode } from "../../support/pairing_node.ts";
import { isRedisThere, Redis } from "../../support/redis.ts";
import { seeded } from "../../support/repeats.ts";
import { seededRandom } from "../../support/seeded_random.ts";
import { waitUntil } from "../../support/wait_until.ts";

const NODES = 3;
const PEOPLE = 1_000;

/** One way to Redis and back. */
const STEPS_PER_ROUND_TRIP = 2;
/** The offer, and the invitation to a partner on another node. */
const MAX_ROUND_TRIPS = 2;

/** Three nodes and everyone who is there. */
interface Rush {
  readonly network: LockstepNetwork;
  readonly nodes: readonly PairingNode[];
  readonly people: readonly PairedSeeker[];
  readonly clock: FakeClock;
  /** Starts a search for everyone in the same turn. */
  arrive(wishOf: (n: number) => Wish): void;
}

function rushTest(name: string, body: (rush: Rush) => Promise<void>): void {
  const fn = async (): Promise<void> => {
    await using redis = await Redis.start();
    const client = await startLink(redis.url);
    using _ = { [Symbol.dispose]: () => client.close() };
    const network = await LockstepNetwork.open(client);
    const clock = new FakeClock();
    const keys = new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
    const onError = (error: unknown): void => assert.fail(String(error));
    const nodes = Array.from(
      { length: NODES },
      (_, n) =>
        new PairingNode({ link: network.link, node: (n + 1) as NodeId, keys, clock, onError }),
    );
    await Promise.all(nodes.map((node) => node.bus.open()));
    const byNode = nodes.map((node) => node.seekers(Math.ceil(PEOPLE / NODES)));
    const people = Array.from(
      { length: PEOPLE },
      (_, n) => byNode[n % NODES]![Math.floor(n / NODES)]!,
    );
    await body({
      ...{ network, nodes, people, clock },
      arrive: (wishOf) =>
        people.forEach((seeker, n) => nodes[n % NODES]!.matchmaker.find(seeker, wishOf(n))),
    });
    assert.deepEqual(nodes.flatMap(({ left }) => left), []);
    await Promise.all(nodes.map((node) => node.bus.close()));
  };
  Deno.test({ name, ignore: !isThere, fn });
}

const isThere = await isRedisThere();
/** Many, so that many searches find no partner at first. */
const LANGUAGES = Array.from({ length: 300 }, (_, n) => `language ${n}`);
const INTERESTS = Array.from({ length: 300 }, (_, n) => `interest ${n}`);
const ANYONE: Wish = { mode: "text", interests: [], languages: [], suites: SUITES };

/** Asserts that both sides of each chat know the same, and returns the number of people in chats. */
function pairedIn(people: readonly PairedSeeker[]): number {
  const byId = new Map(people.map((one) => [one.id, one]));
  const paired = people.filter(({ match }) => match !== undefined);
  for (const { id, match } of paired) {
    const other = byId.get(match!.partner)!.match!;
    assert.equal(other.partner, id);
    assert.deepEqual([other.role, match!.role].sort(), ["callee", "caller"]);
    assert.deepEqual([...other.languages].sort(), [...match!.languages].sort());
  }
  return paired.length;
}

rushTest(
  `${PEOPLE} people who arrive at three nodes at the same moment are all paired after two round trips`,
  async ({ network, nodes, people, arrive }) => {
    arrive(() => ANYONE);
    const steps = await network.settle();
    assert.equal(pairedIn(people), PEOPLE);
    assert.ok(nodes.every(({ matchmaker }) => matchmaker.searching === 0));
    // The last reply to an invitation only confirms it.
    assert.ok(steps <= STEPS_PER_ROUND_TRIP * (MAX_ROUND_TRIPS + 1), `${steps} steps`);
    const batches = NODES * Math.ceil(PEOPLE / NODES / MAX_BATCH);
    assert.ok(network.sent <= batches + 6 * NODES, `${network.sent} calls and messages`);
  },
);

rushTest(
  `${PEOPLE} people whose partners are all on other nodes are paired after two round trips`,
  async ({ network, people, arrive }) => {
    // Neighbors are on different nodes, and nobody else shares their interest.
    arrive((n) => ({ ...ANYONE, interests: [`couple ${n >> 1}`] }));
    for (let step = 0; step < STEPS_PER_ROUND_TRIP * MAX_ROUND_TRIPS; step++) await network.step();
    assert.equal(pairedIn(people), PEOPLE);
    assert.ok(people.every(({ match }) => match!.interests.length === 1));
    await network.settle();
  },
);

rushTest(
  `${PEOPLE} people with languages and interests are paired by them as far as possible, and all in the end`,
  (rush) => seeded((seed) => arriveWithWishes(rush, seed)),
);

async function arriveWithWishes(
  { network, nodes, people, clock, arrive }: Rush,
  seed: number,
): Promise<void> {
  const roll = seededRandom(seed);
  const some = (all: readonly string[], chance: number): string[] =>
    all.filter(() => roll() < chance);
  const wishes = people.map((): Wish => ({
    ...ANYONE,
    languages: some(LANGUAGES, 0.005),
    interests: some(INTERESTS, 0.005),
  }));
  arrive((n) => wishes[n]!);
  await network.settle();
  for (const [n, { match }] of people.entries()) {
    const { languages, interests } = wishes[n]!;
    if (match === undefined) continue;
    assert.ok(languages.length === 0 || match.languages.length > 0, "no shared language");
    assert.ok(interests.length === 0 || match.interests.length > 0, "no shared interest");
  }
  assert.ok(pairedIn(people) < PEOPLE - 100, "too few wait to see what becomes of them");
  for (const window of [EXACT_WINDOW, EITHER_WINDOW]) {
    assertNoPairLeft(people);
    clock.advance(window);
    nodes.forEach(({ matchmaker }) => matchmaker.widen());
    await waitUntil(async () => {
      await network.settle();
      return people.every(({ search }) => (search?.stepEnds ?? Infinity) > clock.now());
    });
    pairedIn(people);
  }
  assert.equal(pairedIn(people), PEOPLE);
}

/** Asserts that no two searches that wait would accept each other. */
function assertNoPairLeft(people: readonly PairedSeeker[]): void {
  const waiting = people.flatMap(({ search }) => search === undefined ? [] : [search.request]);
  for (const [n, one] of waiting.entries()) {
    assert.ok(!waiting.slice(0, n).some((other) => acceptEachOther(one, other)));
  }
}
