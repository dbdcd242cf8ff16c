/**
 * The statistics of several machines together: one hash in Redis, a day (KeptDay) in each field.
 *
 *   add ──> read the days ──> add figures ──> write, if nobody has written meanwhile ──> copy on this machine
 *               ^                                  │ somebody has
 *               └──────────────────────────────────┘
 *
 * So what is published moves in steps of all machines together (day_figures.ts). Redis keeps nothing on disk, so each
 * machine has a copy in its own file; figures only grow, and whichever is further on is the true one: a Redis that has
 * forgotten is told by whoever looks there next. A commit whose answer is lost comes again, and may count one batch of
 * one machine, a few seconds, once more.
 */

import { type DayCounts, type DayRecord, sumByDay, withFigures } from "../statistics/day.ts";
import { PublishedDays, type StoredRow } from "../statistics/published_days.ts";
import type { StatisticsStore } from "../statistics/store.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** How often a write begins again because another machine was faster. */
export const MAX_ATTEMPTS = 20;

const STATISTICS = "statistics";

/** Some days as they are; "" for one that is not there. */
const LOOK = new Script(`
  local days = {}
  for i, day in ipairs(ARGV) do days[i] = redis.call('HGET', KEYS[1], day) or '' end
  return days
`);

/** Takes a day, what it was and what it is to be, any number of times: all are written, or none. */
const WRITE = new Script(`
  for i = 1, #ARGV, 3 do
    if (redis.call('HGET', KEYS[1], ARGV[i]) or '') ~= ARGV[i + 1] then return 0 end
  end
  for i = 1, #ARGV, 3 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
  return 1
`);

const DAYS = new Script(`return redis.call('HKEYS', KEYS[1])`);

/** The copy on this machine. */
export interface LocalCopy extends Pick<StatisticsStore, "close"> {
  /** The days from `from` on. */
  readSince(from: string): DayRecord[];
  /** Puts days in the place of what was kept of them. */
  upsert(days: readonly DayRecord[]): void;
}

/** Keeps figures for all machines. */
export class RedisStatisticsStore implements StatisticsStore {
  readonly #link: Pick<RedisClient, "run">;
  readonly #copy: LocalCopy;
  readonly #published = new PublishedDays();

  constructor(link: Pick<RedisClient, "run">, copy: LocalCopy) {
    this.#link = link;
    this.#copy = copy;
    copy.readSince("").forEach((kept) => this.#show(kept));
  }

  async add(figures: readonly DayCounts[]): Promise<void> {
    const days = sumByDay(figures);
    await this.#change([...days.keys()], (day, kept) => withFigures(kept, days.get(day)!));
  }

  /** Both copies of each day are made the one that is further on. */
  async refresh(from: string): Promise<void> {
    const copies = new Map(this.#copy.readSince(from).map((kept) => [kept.counted.day, kept]));
    const there = await this.#link.run(DAYS, [STATISTICS], []) as string[];
    const days = new Set([...there.filter((day) => day >= from), ...copies.keys()]);
    await this.#change([...days], (day, kept) => further(kept, copies.get(day))!);
  }

  read(from: string, to: string): StoredRow[] {
    return this.#published.read(from, to);
  }

  firstDay(): string | undefined {
    return this.#published.firstDay;
  }

  close(): Promise<void> {
    return this.#copy.close();
  }

  async #change(
    days: readonly string[],
    change: (day: string, kept: DayRecord | undefined) => DayRecord,
  ): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (await this.#tryChanging(days, change)) return;
    }
    throw new Error("too many concurrent writes by other nodes");
  }

  /** Whether no other machine wrote meanwhile. */
  async #tryChanging(
    days: readonly string[],
    change: (day: string, kept: DayRecord | undefined) => DayRecord,
  ): Promise<boolean> {
    const before = await this.#link.run(LOOK, [STATISTICS], days) as string[];
    const after = days.map((day, n) => change(day, parsed(before[n])));
    const args = days.flatMap((day, n) => [day, before[n] ?? "", JSON.stringify(after[n])]);
    if (await this.#link.run(WRITE, [STATISTICS], args) !== 1) return false;
    this.#copy.upsert(after);
    after.forEach((kept) => this.#show(kept));
    return true;
  }

  #show({ counted: { day }, published }: DayRecord): void {
    this.#published.take({ day, published });
  }
}

function parsed(text: string | undefined): DayRecord | undefined {
  return text ? JSON.parse(text) : undefined;
}

function further(a: DayRecord | undefined, b: DayRecord | undefined): DayRecord | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.counted.chats + b.counted.samples > a.counted.chats + a.counted.samples ? b : a;
}
