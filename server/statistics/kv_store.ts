/**
 * The statistics in Deno KV, for a platform without files.
 *
 *   ["day", "2026-06-01"]   what was counted and published of a day (KeptDay)
 *   ["turn"]                nothing; it changes with every write
 *
 * Several instances count into one database. Each write reads the days that it is about, adds its figures, and commits
 * on the condition that `turn` is as it was before that reading; when another instance was faster it begins again, a
 * bounded number of times. So no figures are lost, a batch of any number of days (a commit takes few conditions) is
 * written as a whole or not at all, and what is published of a day still moves in steps of all instances together.
 *
 * A commit whose answer is lost may have been done or not. Nobody can tell, so it counts as failed, and the batch comes
 * again: each such failure may count one batch of one instance, usually a few seconds, once more.
 *
 * Values are bytes: what one version of the runtime serializes, an older one may not read.
 *
 * Pages read what is published from memory. It is loaded when the database is opened, and what other instances write
 * appears with the next write of the same day or the next `refresh`.
 */

import { type DayCounts, type DayRecord, sumByDay, withFigures } from "./day.ts";
import { PublishedDays, type StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

/** How often a write begins again because another instance was faster. */
export const MAX_ATTEMPTS = 20;

const VERSION_KEY = ["turn"];
const DAYS = ["day"];

/** How many days are asked for at once. */
const LIST_BATCH = 500;

/** Keeps figures in a database of the platform. */
export class KvStatisticsStore implements StatisticsStore {
  readonly #kv: Deno.Kv;
  readonly #published = new PublishedDays();

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /** Takes a database over, once it has told all its days. */
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

  /** Whether no other instance wrote meanwhile. */
  async #tryAdding(figures: readonly DayCounts[]): Promise<boolean> {
    const turn = await this.#kv.get(VERSION_KEY); // Before the days: what is written after it fails the condition.
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

/** A day as it stands in the database. */
export function decoded(value: Uint8Array): DayRecord {
  return JSON.parse(new TextDecoder().decode(value));
}
