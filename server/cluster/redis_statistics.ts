/**
 * The statistics of all nodes together: one hash in Redis, with a day (a DayRecord) in each field.
 *
 *   add ──> read the days ──> add figures ──> write, if no node has written meanwhile ──> copy on this node
 *               ^                                  │ one has
 *               └──────────────────────────────────┘
 *
 * So published figures move in steps of all nodes together (`day.ts`). Redis keeps nothing on disk, so each node has a
 * copy in a file. Figures only grow, and the copy that is further ahead is the true one: a Redis that lost its data is
 * restored by the next node that writes or refreshes. A value in Redis that is not a day counts as missing. A commit
 * whose answer is lost is repeated, and may count one batch of one node, a few seconds, twice.
 *
 * A copy that can't be written doesn't reject a batch that is already in Redis, because repeating it would count it
 * again. It is reported by `failure`, and the next refresh brings it up to date. A copy that can't be read does reject,
 * before anything is written: it may be further ahead than Redis.
 */

import { type DayCounts, type DayRecord, sumByDay, withFigures } from "../statistics/day.ts";
import { isDay, parseDayRecord } from "../statistics/day_record.ts";
import { writeOptimistically } from "../statistics/optimistic_write.ts";
import { PublishedDays, type StoredRow } from "../statistics/published_days.ts";
import { stateOf } from "../statistics/reopening_store.ts";
import type { StatisticsStore } from "../statistics/store.ts";
import { type RedisClient, Script } from "./redis_client.ts";
import { textsIn } from "./redis_reply.ts";

const STATISTICS = "statistics";

/** Returns some days as stored; "" for a missing one. */
const READ = new Script(`
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

const LIST_DAYS = new Script(`return redis.call('HKEYS', KEYS[1])`);

/** The copy on this node. */
export interface LocalCopy extends Pick<StatisticsStore, "close"> {
  /** The days since `from`, inclusive. */
  readSince(from: string): DayRecord[];
  /** Replaces what is stored of these days. */
  upsert(days: readonly DayRecord[]): void;
}

/** The new record of a day, from its latest state. `undefined` leaves the day as it is. */
type Change = (day: string, latest: DayRecord | undefined) => DayRecord | undefined;

/** Keeps the figures of all nodes. */
export class RedisStatisticsStore implements StatisticsStore {
  readonly #link: Pick<RedisClient, "run">;
  readonly #copy: LocalCopy;
  readonly #published = new PublishedDays();
  #failure: string | undefined;

  constructor(link: Pick<RedisClient, "run">, copy: LocalCopy) {
    this.#link = link;
    this.#copy = copy;
    copy.readSince("").forEach((record) => this.#publish(record));
  }

  /** The same, but closes the copy if it can't be read. */
  static async open(
    link: Pick<RedisClient, "run">,
    copy: LocalCopy,
  ): Promise<RedisStatisticsStore> {
    try {
      return new RedisStatisticsStore(link, copy);
    } catch (error) {
      await copy.close();
      throw error;
    }
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  async add(figures: readonly DayCounts[]): Promise<void> {
    const days = sumByDay(figures);
    await this.#change([...days.keys()], (day, latest) => withFigures(latest, days.get(day)!));
  }

  /** Brings both copies of each day to the state that is further ahead. */
  async refresh(from: string): Promise<void> {
    const copied = this.#copy.readSince(from).map(({ counted }) => counted.day);
    const stored = textsIn(await this.#link.run(LIST_DAYS, [STATISTICS], [])) ?? [];
    const days = new Set([...stored.filter((day) => isDay(day) && day >= from), ...copied]);
    await this.#change([...days], (_, latest) => latest);
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

  #change(days: readonly string[], change: Change): Promise<void> {
    return writeOptimistically("other nodes", () => this.#tryChanging(days, change));
  }

  /** Whether no other node has written meanwhile. */
  async #tryChanging(days: readonly string[], change: Change): Promise<boolean> {
    const copies = this.#copiesOf(days);
    const before = textsIn(await this.#link.run(READ, [STATISTICS], days)) ?? [];
    const [after, args]: [DayRecord[], string[]] = [[], []];
    for (const [n, day] of days.entries()) {
      const text = before[n] ?? "";
      const record = change(day, furtherAhead(parseDayRecord(day, text), copies.get(day)));
      if (record === undefined) continue;
      after.push(record);
      args.push(day, text, JSON.stringify(record));
    }
    if (await this.#link.run(WRITE, [STATISTICS], args) !== 1) return false;
    this.#writeCopy(after);
    after.forEach((record) => this.#publish(record));
    return true;
  }

  #writeCopy(days: readonly DayRecord[]): void {
    try {
      this.#copy.upsert(days);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = `the copy on this node: ${stateOf(error)}`;
    }
  }

  #copiesOf(days: readonly string[]): Map<string, DayRecord> {
    const [first = ""] = days.toSorted();
    const copies = this.#copy.readSince(first);
    return new Map(copies.map((record) => [record.counted.day, record]));
  }

  #publish({ counted: { day }, published }: DayRecord): void {
    this.#published.take({ day, published });
  }
}

/** The later of two states of a day. Figures only grow. */
function furtherAhead(a: DayRecord | undefined, b: DayRecord | undefined): DayRecord | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return progressOf(b) > progressOf(a) ? b : a;
}

/** A measure of progress. Every node samples all the time, so this grows even on a day without chats. */
function progressOf({ counted: { chats, samples } }: DayRecord): number {
  return chats + samples;
}
