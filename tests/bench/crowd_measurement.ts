/**
 * What is measured of a crowd, step by step, in two to five minutes: arrivals, silence, heartbeats, chats, searches
 * while thousands wait, a purge with its garbage collection, and the stop of a server.
 */

import { HOUR } from "../../server/base/clock.ts";
import { delay } from "../../server/base/timeout.ts";
import { CONCURRENCY, type CrowdOrder, type CrowdReport } from "./crowd.ts";
import { startWay, type Stop, type Way, type WayName, type WaySize } from "./crowd_way.ts";
import type { Pause } from "./gc_trace.ts";
import { Histogram } from "./histogram.ts";
import type { ServerFigures, ServerOrder } from "./server_meter.ts";

/** The size of each way at full scale. */
export const SIZES: Readonly<Record<WayName, WaySize>> = {
  process: { people: 19_500, share: 1 },
  transports: { people: 100_000, share: 1 },
  cluster: { people: 100_000, share: 0.25 },
};

/** How many wait for an interest that no one shares while others are paired. Small crowds have a tenth who wait. */
const WAITING = 10_000;

/** How many leave before the purge, so that there are addresses to delete. */
const RENEWED = 200;

/** Seconds of silence, and of chats: two messages from everyone. */
const SILENCE = 5;
const CHAT = 30;

/** How long nodes have to find each other again after a purge, in milliseconds. */
const CALM = 30_000;

/** Milliseconds until temporary memory is freed, and until what an order has caused is over. */
const SETTLE = 3_000;

const HEARTBEAT = "listener.heartbeat";

/** What the servers did in one step. Where there are several, sums of costs, and the worst of everything else. */
export interface StepFigures {
  /** Milliseconds of processor time. */
  readonly cpu: number;
  /** Milliseconds that the step took. */
  readonly took: number;
  /** Resident memory, in bytes. */
  readonly rss: number;
  /** In milliseconds: the longest stretch of processor time, and how late a timer was. */
  readonly stretch: number;
  readonly lag: number;
  readonly lagP99: number;
  /** The longest run of each interval task, in milliseconds. */
  readonly tasks: Readonly<Record<string, number>>;
  /** The longest pause of the garbage collector, in milliseconds. */
  readonly minor: number;
  readonly major: number;
}

/** What the visitors saw in one step, in all processes. */
export interface SeenFigures {
  readonly latency: Histogram;
  readonly pairing: Histogram;
  readonly waiting: Histogram;
  readonly sent: number;
  readonly delivered: number;
  readonly chatting: number;
  readonly seen: Readonly<Record<string, number>>;
}

type Step = StepFigures & SeenFigures;

/** Everything that is measured of one way. */
export interface CrowdFigures extends WaySize {
  readonly waiters: number;
  readonly servers: number;
  readonly empty: StepFigures;
  readonly arrival: Step;
  readonly silence: StepFigures;
  readonly heartbeat: StepFigures;
  readonly chat: Step;
  readonly wait: Step;
  readonly purge: StepFigures;
  /** The first server stops, and the others may take its visitors. */
  readonly stop: Stop & { readonly seen: SeenFigures; readonly others: StepFigures };
}

/** Measures one way. */
export async function measureCrowd(
  name: WayName,
  size: WaySize,
  note: (line: string) => void,
): Promise<CrowdFigures> {
  await using way = await startWay(name, size);
  const { people, share } = size;
  const steps = new Steps(way, (step, figures) => note(`${name}, ${step}: ${figures}`));
  const waiters = Math.min(WAITING, Math.ceil(people / 10));
  await delay(SETTLE);
  const empty = await steps.run("empty");
  const arrival = await steps.tell("arrivals", { kind: "open", concurrency: CONCURRENCY });
  await delay(SETTLE);
  await steps.order({ kind: "hold", task: HEARTBEAT });
  const silence = await steps.run("silence", () => delay(SILENCE * 1000));
  const heartbeat = await steps.run("heartbeat", async () => {
    await steps.order({ kind: "run", task: HEARTBEAT });
    await delay(SILENCE * 1000);
  });
  const chat = await steps.tell("chats", { kind: "chat", seconds: CHAT, share });
  const wait = await steps.tell("waiting", { kind: "wait", count: waiters });
  await steps.tell("renewal", { kind: "renew", count: RENEWED });
  const purge = await steps.run("purge", async () => {
    await steps.order({ kind: "leap", ms: HOUR });
    await delay(SETTLE);
  });
  const { length: servers } = way.servers;
  if (servers > 1) {
    await delay(CALM);
    await steps.tell("return", { kind: "return" });
  }
  let stop: Stop | undefined;
  const others = await steps.run("stop", async () => stop = await way.stop(), 1);
  await delay(SETTLE);
  const seen = await steps.seen({ kind: "report" });
  note(`${name}, stopped: ${JSON.stringify({ ...stop, seen: seen.seen })}`);
  return {
    ...{ ...size, waiters, servers, empty, arrival, silence, heartbeat, chat, wait, purge },
    stop: { ...stop!, seen, others },
  };
}

/** Takes steps, and the figures of each. */
class Steps {
  readonly #way: Way;
  readonly #note: (step: string, figures: string) => void;

  constructor(way: Way, note: (step: string, figures: string) => void) {
    this.#way = way;
    this.#note = note;
  }

  /** A step of the visitors. */
  async tell(name: string, order: CrowdOrder): Promise<Step> {
    let seen: SeenFigures | undefined;
    const figures = await this.run(name, async () => seen = await this.seen(order));
    const { latency, pairing, waiting, ...rest } = seen!;
    this.#note(
      name,
      JSON.stringify({
        ...rest,
        ...{ message: quantiles(latency), paired: quantiles(pairing), waited: quantiles(waiting) },
      }),
    );
    return { ...figures, ...seen! };
  }

  /** A step, and what the servers did in it. Leaves out the servers before `first`. */
  async run(
    name: string,
    step: () => Promise<unknown> = () => Promise.resolve(),
    first = 0,
  ): Promise<StepFigures> {
    const servers = this.#way.servers.slice(first);
    await Promise.all(servers.map((server) => server.ask({ kind: "figures" })));
    for (const server of servers) server.takePauses();
    const begin = performance.now();
    await step();
    const took = performance.now() - begin;
    const all = await Promise.all(servers.map((server) => server.ask({ kind: "figures" })));
    const figures = total(all, servers.flatMap((server) => server.takePauses()), took);
    this.#note(name, JSON.stringify(figures, rounded));
    return figures;
  }

  /** What the visitors see while they do as they are told, each crowd with its part. */
  async seen(order: CrowdOrder): Promise<SeenFigures> {
    const { crowds } = this.#way;
    const part = partOf(order, crowds.length);
    return allSeen(await Promise.all(crowds.map((crowd) => crowd.ask(part))));
  }

  async order(order: ServerOrder): Promise<void> {
    await Promise.all(this.#way.servers.map((server) => server.ask(order)));
  }
}

/** An order for one of several crowds. */
function partOf(order: CrowdOrder, crowds: number): CrowdOrder {
  switch (order.kind) {
    case "open":
      return { ...order, concurrency: Math.ceil(order.concurrency / crowds) };
    case "wait":
    case "renew":
      return { ...order, count: Math.ceil(order.count / crowds) };
    default:
      return order;
  }
}

/** The figures of several servers together. */
export function total(
  all: readonly ServerFigures[],
  pauses: readonly Pause[],
  took: number,
): StepFigures {
  const tasks: Record<string, number> = {};
  for (const one of all) {
    for (const [name, ms] of Object.entries(one.tasks)) {
      tasks[name] = Math.max(tasks[name] ?? 0, ms);
    }
  }
  const most = (of: (one: ServerFigures) => number): number => Math.max(0, ...all.map(of));
  const sum = (of: (one: ServerFigures) => number): number =>
    all.reduce((sum, one) => sum + of(one), 0);
  const longest = (kind: Pause["kind"]): number =>
    Math.max(0, ...pauses.filter((one) => one.kind === kind).map(({ ms }) => ms));
  return {
    ...{ took, tasks, minor: longest("minor"), major: longest("major") },
    cpu: sum(({ cpu }) => cpu),
    rss: sum(({ rss }) => rss),
    stretch: most(({ stretch }) => stretch),
    lag: most(({ lag }) => lag),
    lagP99: most(({ lagP99 }) => lagP99),
  };
}

/** What several crowds saw together. */
export function allSeen(all: readonly CrowdReport[]): SeenFigures {
  const seen: Record<string, number> = {};
  for (const report of all) {
    for (const [what, count] of Object.entries(report.seen)) seen[what] = (seen[what] ?? 0) + count;
  }
  const sum = (of: (one: CrowdReport) => number): number =>
    all.reduce((sum, one) => sum + of(one), 0);
  return {
    latency: Histogram.sum(all.map(({ latency }) => latency)),
    pairing: Histogram.sum(all.map(({ pairing }) => pairing)),
    waiting: Histogram.sum(all.map(({ waiting }) => waiting)),
    sent: sum(({ sent }) => sent),
    delivered: sum(({ delivered }) => delivered),
    chatting: sum(({ chatting }) => chatting),
    seen,
  };
}

function quantiles(histogram: Histogram): string {
  const [p50, p99] = [0.5, 0.99].map((part) => histogram.quantile(part).toFixed(1));
  return `${histogram.count}, ${p50}/${p99}`;
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toPrecision(4)) : value;
}
