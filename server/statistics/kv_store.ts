/**
 * The statistics in Deno KV, for a platform without files.
 *
 *   ["day", "2026-06-01"]   what was counted and published of a day (a DayRecord)
 *   ["turn"]                empty; its version changes with every write
 *
 * Several instances count into one database. A write reads the days that it changes, adds its figures, and commits on
 * condition that `turn` has not changed since before that reading. If another instance was faster, the write is
 * retried, a bounded number of times (`optimistic_write.ts`). So no figures are lost. A batch of any number of days is
 * written as a whole or not at all, even though a commit takes few conditions. And what is published of a day still
 * moves in steps of all instances together.
 *
 * A commit whose answer is lost may or may not have succeeded. There is no way to find out, so it counts as failed and
 * the batch is repeated. Each such failure may count one batch of one instance, usually a few seconds, twice.
 *
 * Values are bytes, because an older version of the runtime may be unable to read what a newer one serialized. A value
 * that is not a day counts as missing (`day_record.ts`).
 *
 * Pages read published figures from memory. They are loaded when the database is opened. What other instances write
 * appears with the next write of the same day or the next `refresh`.
 */

import { type DayCounts, type DayRecord, sumByDay, withFigures } from "./day.ts";
import { parseDayRecord } from "./day_record.ts";
import { writeOptimistically } from "./optimistic_write.ts";
import { PublishedDays, type StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

const VERSION_KEY = ["turn"];
const DAYS = ["day"];

/** Number of days read in one batch. */
const LIST_BATCH = 500;

/** Keeps figures in the database of a platform. */
export class KvStatisticsStore implements StatisticsStore {
  readonly failure = undefined;
  readonly #kv: Deno.Kv;
  readonly #published = new PublishedDays();

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Reads all days of a database, then resolves to its store. */
  static async open(kv: Deno.Kv): Promise<KvStatisticsStore> {
    const store = new KvStatisticsStore(kv);
    try {
      await store.refresh("");
      return store;
    } catch (error) {
      kv.close(); // Opening is retried, and must not leave connections behind.
      throw error;
    }
  }

  add(figures: readonly DayCounts[]): Promise<void> {
    return writeOptimistically("other instances", () => this.#tryAdding(figures));
  }

  async refresh(from: string): Promise<void> {
    const since = { prefix: DAYS, start: [...DAYS, from] };
    for await (const { key, value } of this.#kv.list(since, { batchSize: LIST_BATCH })) {
      const record = decoded(key, value);
      if (record !== undefined) this.#publish(record);
    }
  }

  read(from: string, to: string): StoredRow[] {
    return this.#published.read(from, to);
  }

  firstDay(): string | undefined {
    return this.#published.firstDay;
  }

  close(): Promise<void> {
    return Promise.try(() => this.#kv.close());
  }

  /** Whether no other instance has written meanwhile. */
  async #tryAdding(figures: readonly DayCounts[]): Promise<boolean> {
    const version = await this.#kv.get(VERSION_KEY); // Before the days, so that a later write fails the condition.
    const sums = [...sumByDay(figures).values()];
    const days = await Promise.all(sums.map((one) => this.#withFigures(one)));
    const operation = this.#kv.atomic().check(version).set(VERSION_KEY, new Uint8Array());
    for (const record of days) operation.set([...DAYS, record.counted.day], encoded(record));
    const { ok } = await operation.commit();
    if (ok) days.forEach((record) => this.#publish(record));
    return ok;
  }

  async #withFigures(figures: DayCounts): Promise<DayRecord> {
    const { key, value } = await this.#kv.get([...DAYS, figures.day]);
    return withFigures(decoded(key, value), figures);
  }

  #publish({ counted, published }: DayRecord): void {
    this.#published.take({ day: counted.day, published });
  }
}

function encoded(record: DayRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(record));
}

/** The day that is stored under `key`, or `undefined` if it is missing or malformed. */
export function decoded(key: Deno.KvKey, value: unknown): DayRecord | undefined {
  const day = key.at(-1);
  if (typeof day !== "string" || !(value instanceof Uint8Array)) return undefined;
  return parseDayRecord(day, new TextDecoder().decode(value));
}
