/**
 * Pairing through one Redis: how long a rush takes at several delays, and what a pair costs Redis with few and with many
 * searches waiting. Nodes have only the parts that pair visitors (`pairing_node.ts`). Everything between them and Redis
 * is real.
 */

import { randomBytes } from "node:crypto";
import { MAX_INTERESTS, MAX_LANGUAGES, SUITES } from "../../protocol.ts";
import { SECOND, systemClock } from "../../server/base/clock.ts";
import { ClusterKeys, SECRET_BYTES } from "../../server/cluster/keys.ts";
import { POOL, POOL_SCRIPT } from "../../server/cluster/pool_script.ts";
import type { RedisClient } from "../../server/cluster/redis_client.ts";
import { RedisPool } from "../../server/cluster/redis_pool.ts";
import { type NodeId, numbersFrom, type SessionId, type Ticket } from "../../server/ids.ts";
import { type SearchRequest, stepsOf, type Wish } from "../../server/matching/policy.ts";
import { delay as settle } from "../../server/base/timeout.ts";
import { startLink } from "../support/cluster.ts";
import { PairingNode } from "../support/pairing_node.ts";
import { cpuTime } from "../support/process_cpu.ts";
import { Redis } from "../support/redis.ts";
import { UnreliableProxy } from "../support/unreliable_proxy.ts";
import { waitUntil } from "../support/wait_until.ts";
import { median } from "./medians.ts";
import type { Part } from "./part.ts";

const NODES = 3;
const PEOPLE = 1_000;

/** Delays between a node and Redis, each way, in milliseconds. */
const DELAYS = [0, 50, 200];

/** How often a rush is repeated. */
const RUSHES = 5;

/** How many searches wait while pairs are made. */
const SIZES = [10, 1_000, 100_000];

/** How many pairs are made for one figure. */
const PAIRS = 3_000;

/** Offers that are sent together. */
const CHUNK = 500;

/** The time within which a rush must be over: four round trips and a second. */
function goal(delay: number): number {
  return 4 * 2 * delay + SECOND;
}

/** Milliseconds until half of the people, and all of them, are paired. */
interface RushTime {
  readonly half: number;
  readonly all: number;
}

/** What a pair costs Redis. */
interface PairCost {
  /** Microseconds of processor time. */
  readonly cpu: number;
  readonly commands: number;
}

const ANYONE: Wish = { mode: "text", interests: [], languages: [], suites: SUITES };

/** The searches of the two sides of a pair, by what they name. */
const WISHES: Readonly<Record<string, (pair: number) => Wish>> = {
  "nothing": () => ANYONE,
  "2 languages": (pair) => ({ ...ANYONE, languages: [`language ${pair}`, "de"] }),
  "2 languages, 3 interests": (pair) => ({
    ...ANYONE,
    languages: [`language ${pair}`, "de"],
    interests: ["a", "b", "c"],
  }),
  [`${MAX_LANGUAGES} languages, ${MAX_INTERESTS} interests`]: (pair) => ({
    ...ANYONE,
    languages: [`language ${pair}`, ...words(MAX_LANGUAGES - 1)],
    interests: words(MAX_INTERESTS),
  }),
};

/** Measures everything, and returns tables in Markdown. */
async function measurePairing(progress: (line: string) => void): Promise<string> {
  const rushes: string[] = [];
  for (const delay of DELAYS) {
    const times: RushTime[] = [];
    for (let n = 0; n < RUSHES; n++) times.push(await rush(delay));
    const [half, all] = [times.map((one) => one.half), times.map((one) => one.all)].map(median);
    rushes.push(`| ${[delay, half!, all!, goal(delay)].map(whole).join(" | ")} |`);
    progress(`rush with ${delay} ms each way: ${all!.toFixed(0)} ms`);
  }
  const costs: string[] = [];
  for (const [name, wishOf] of Object.entries(WISHES)) {
    const bySize = await costsOf(wishOf);
    const cells = bySize.map(({ cpu, commands }) => `${whole(cpu)} (${whole(commands)})`);
    costs.push(`| ${name} | ${cells.join(" | ")} | ${whole(1e6 / bySize.at(-1)!.cpu)} |`);
    progress(`pairs that name ${name}: ${cells.join(", ")}`);
  }
  const sizes = SIZES.map((size) => `${whole(size)} waiting`).join(" | ");
  return [
    `Milliseconds until ${
      whole(PEOPLE)
    } people who arrive at three nodes at the same moment are paired:`,
    [
      "| each way to Redis, ms | half of them | all | goal |",
      "| --: | --: | --: | --: |",
      ...rushes,
    ].join("\n"),
    "What a pair costs Redis: microseconds of processor time (commands inside the script), and how " +
    "many pairs a second one core can make of them:",
    [
      `| both name | ${sizes} | pairs/s |`,
      `| --- | ${SIZES.map(() => "--:").join(" | ")} | --: |`,
      ...costs,
    ].join("\n"),
  ].join("\n\n");
}

/** Pairing through Redis. */
export const PAIRING: Part = {
  name: "pairing",
  document: "docs/scaling.md",
  programs: "none",
  placement: "Redis 7 and the nodes shared the cores",
  measure: async ({ note }) => ({ tables: await measurePairing(note) }),
};

/** One rush at three nodes, each of which reaches Redis after `delay` milliseconds. */
async function rush(delay: number): Promise<RushTime> {
  await using redis = await Redis.start();
  using path = new UnreliableProxy(redis.port);
  path.setDelay(delay);
  const keys = newKeys();
  const links = await Promise.all(
    Array.from({ length: NODES }, () => startLink(path.site.replace("http:", "redis:"))),
  );
  const onError = (error: unknown): never => {
    throw error;
  };
  const nodes = links.map((link, n) =>
    new PairingNode({ link, node: (n + 1) as NodeId, keys, clock: systemClock, onError })
  );
  await Promise.all(nodes.map((node) => node.bus.open()));
  await links[0]!.run(POOL_SCRIPT, [POOL], []); // Redis knows the script, as it does after the first search.
  const times: number[] = [];
  const seekers = nodes.map((node) =>
    node.seekers(Math.ceil(PEOPLE / NODES), () => times.push(performance.now()))
  );
  const begin = performance.now();
  for (let n = 0; n < PEOPLE; n++) {
    nodes[n % NODES]!.matchmaker.find(seekers[n % NODES]![Math.floor(n / NODES)]!, ANYONE);
  }
  await waitUntil(() => times.length === PEOPLE);
  await settle(2 * delay + SECOND / 10); // The last replies are still on their way.
  await Promise.all(nodes.map((node) => node.bus.close()));
  links.forEach((link) => link.close());
  return { half: times[PEOPLE / 2 - 1]! - begin, all: times.at(-1)! - begin };
}

/** The cost of a pair, with each number of searches waiting. */
async function costsOf(wishOf: (pair: number) => Wish): Promise<PairCost[]> {
  await using redis = await Redis.start();
  const link = await startLink(redis.url);
  const costs: PairCost[] = [];
  let waiting = 0;
  const offers = new Offers(link);
  for (const size of SIZES) {
    await offers.make(size - waiting, (n) => ({ ...ANYONE, interests: [`hobby ${waiting + n}`] }));
    waiting = size;
    const before = await commandsOf(redis);
    const cpu = cpuTime(redis.pid);
    await offers.make(2 * PAIRS, (n) => wishOf(n >> 1));
    costs.push({
      cpu: (cpuTime(redis.pid) - cpu) * 1000 / PAIRS,
      commands: (await commandsOf(redis) - before) / PAIRS,
    });
  }
  link.close();
  return costs;
}

/** Offers searches of one node. */
class Offers {
  readonly #pool: RedisPool;
  readonly #node = 1 as NodeId;
  #next = numbersFrom(this.#node);

  constructor(link: RedisClient) {
    const keys = newKeys();
    this.#pool = new RedisPool({ link, keys: () => keys });
  }

  async make(count: number, wishOf: (n: number) => Wish): Promise<void> {
    for (let at = 0; at < count; at += CHUNK) {
      const length = Math.min(CHUNK, count - at);
      const requests = Array.from({ length }, (_, n) => this.#request(wishOf(at + n)));
      await Promise.all(requests.map((one) => this.#pool.offer(one, "always")));
    }
  }

  #request(wish: Wish): SearchRequest {
    const number = this.#next++;
    return {
      ...wish,
      ticket: number as Ticket,
      id: number as SessionId,
      node: this.#node,
      step: stepsOf(wish)[0]!.step,
      order: number,
      recent: [],
    };
  }
}

/** How many commands Redis has run, including those of scripts. */
async function commandsOf(redis: Redis): Promise<number> {
  const lines = await redis.ask("info", "commandstats");
  const calls = lines.map((line) => /^cmdstat_(?!info)\S+:calls=(\d+)/.exec(line)?.[1]);
  return calls.reduce((sum, number) => sum + Number(number ?? 0), 0);
}

function newKeys(): ClusterKeys {
  return new ClusterKeys(randomBytes(SECRET_BYTES), randomBytes);
}

function words(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `word ${n}`);
}

function whole(figure: number): string {
  return Math.round(figure).toLocaleString("en");
}
