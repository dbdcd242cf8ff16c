/**
 * The statistics of all nodes together: one hash in Redis, with a day (a DayRecord) in each field.
 *
 *   add ──> read the days ──> add figures ──> write, if no node has written meanwhile ──> copy on this node
 *               ^                                  │ one has
 *               └──────────────────────────────────┘
 *
 * So published figures move in steps of all nodes together (`day.ts`). Redis keeps nothing on disk, so each node has a
 * copy in a file. Figures only grow, and the copy that is further ahead is the true one: a Redis that lost its data is
 * restored by the next node that refreshes. A commit whose answer is lost is repeated, and may count one batch of one
 * node, a few seconds, twice.
 */

import { type DayCounts, type DayRecord, sumByDay, withFigures } from "../statistics/day.ts";
import { PublishedDays, type StoredRow } from "../statistics/published_days.ts";
import type { StatisticsStore } from "../statistics/store.ts";
import { type RedisClient, Script } from "./redis_client.ts";

/** Maximum number of attempts to write while other nodes write, too. */
export const MAX_ATTEMPTS = 20;

const STATISTICS = "statistics";

/** Returns some days as stored; "" for a missing one. */
const LOOK = new Script(`
  local days = {}
  for i, day in ipairs(ARGV) do days[i] = redis.call('HGET', KEYS[1], day) or '' end
  return days
`);

/** Takes days, each with its old and its new value. Writes all of them, or none if an old value is outdated. */
const WRITE = new Script(`
  for i = 1, #ARGV, 3 do
    if (redis.call('HGET', KEYS[1], ARGV[i]) or '') ~= ARGV[i + 1] then return 0 end
  end
  for i = 1, #ARGV, 3 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2]) end
  return 1
`);

const DAYS = new Script(`return redis.call('HKEYS', KEYS[1])`);

/** The copy on this node. */
export interface LocalCopy extends Pick<StatisticsStore, "close"> {
  /** The days since `from`, inclusive. */
  readSince(from: string): DayRecord[];
  /** Replaces what is stored of these days. */
  upsert(days: readonly DayRecord[]): void;
}

/** Keeps the figures of all nodes. */
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

  /** Brings both copies of each day to the state that is further ahead. */
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

  /** Whether no other node has written meanwhile. */
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
