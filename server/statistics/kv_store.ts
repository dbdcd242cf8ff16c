/**
 * The statistics in Deno KV, for a platform without files.
 *
 *   ["day", "2026-06-01"]   what was counted and published of a day (a DayRecord)
 *   ["turn"]                empty; its version changes with every write
 *
 * Several instances count into one database. A write reads the days that it changes, adds its figures, and commits on
 * condition that `turn` has not changed since before that reading. If another instance was faster, the write is
 * retried, a bounded number of times. So no figures are lost. A batch of any number of days is written as a whole or
 * not at all, even though a commit takes few conditions. And what is published of a day still moves in steps of all
 * instances together.
 *
 * A commit whose answer is lost may or may not have succeeded. There is no way to find out, so it counts as failed and
 * the batch is repeated. Each such failure may count one batch of one instance, usually a few seconds, twice.
 *
 * Values are bytes, because an older version of the runtime may be unable to read what a newer one serialized.
 *
 * Pages read published figures from memory. They are loaded when the database is opened. What other instances write
 * appears with the next write of the same day or the next `refresh`.
 */

import { type DayCounts, type DayRecord, sumByDay, withFigures } from "./day.ts";
import { PublishedDays, type StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

/** Maximum number of attempts to write while other instances write, too. */
export const MAX_ATTEMPTS = 20;

const VERSION_KEY = ["turn"];
const DAYS = ["day"];

/** Number of days read in one batch. */
const LIST_BATCH = 500;

/** Keeps figures in the database of a platform. */
export class KvStatisticsStore implements StatisticsStore {
  readonly #kv: Deno.Kv;
  readonly #published = new PublishedDays();

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Reads all days of a database, then resolves to its store. */
  static async open(kv: Deno.Kv): Promise<KvStatisticsStore> {
    const store = new KvStatisticsStore(kv);
    await store.refresh("");
    return store;
  }

  async add(figures: readonly DayCounts[]): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (await this.#tryAdding(figures)) return;
    }
    throw new Error("too many concurrent writes by other instances");
  }

  async refresh(from: string): Promise<void> {
    const since = { prefix: DAYS, start: [...DAYS, from] };
    for await (const { value } of this.#kv.list<Uint8Array>(since, { batchSize: LIST_BATCH })) {
      this.#take(decoded(value));
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
    const turn = await this.#kv.get(VERSION_KEY); // Before the days, so that a later write fails the condition.
    const sums = [...sumByDay(figures).values()];
    const days = await Promise.all(sums.map((one) => this.#withFigures(one)));
    const operation = this.#kv.atomic().check(turn).set(VERSION_KEY, new Uint8Array());
    for (const kept of days) operation.set([...DAYS, kept.counted.day], encoded(kept));
    const { ok } = await operation.commit();
    if (ok) days.forEach((kept) => this.#take(kept));
    return ok;
  }

  async #withFigures(figures: DayCounts): Promise<DayRecord> {
    const { value } = await this.#kv.get<Uint8Array>([...DAYS, figures.day]);
    return withFigures(value === null ? undefined : decoded(value), figures);
  }

  #take({ counted, published }: DayRecord): void {
    this.#published.take({ day: counted.day, published });
  }
}

function encoded(kept: DayRecord): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(kept));
}

/** Decodes a stored day. */
export function decoded(value: Uint8Array): DayRecord {
  return JSON.parse(new TextDecoder().decode(value));
}
