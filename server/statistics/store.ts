/**
 * Where the figures of days are stored (`day.ts` explains what they are, and which are published).
 *
 *   Statistics --add--> store, maybe remote --> PublishedDays, in memory --read--> pages
 *                                refresh ----------^   what others wrote
 *
 * Writing may take time, because a store may be remote. Reading may not, because a page waits for it. So a store
 * holds the published figures in memory, and reads what others wrote after each of its writes and on `refresh`. They can
 * be read even after the store has failed or been closed. A local store does everything immediately.
 *
 * The error message of a store describes the state of the store, never its content. A store that rejects a batch must
 * not have written it, because the batch is repeated. If it can't know (the answer to a write was lost), it may reject,
 * and that batch may be counted twice.
 */

import { type DayCounts, type DayRecord, withFigures } from "./day.ts";
import { PublishedDays, type StoredRow } from "./published_days.ts";

/** Keeps the figures of days. */
export interface StatisticsStore {
  /** Why the store works only in part, or not at all; `undefined` while it works. */
  readonly failure: string | undefined;
  /**
   * Adds to what was counted on some days, and publishes what may be published; all or nothing. A day may occur twice.
   * A local store is done when the call returns, and the promise only reports the outcome.
   */
  add(figures: readonly DayCounts[]): Promise<void>;
  /** Reads what others have written to the days since `from`, unless `read` sees that anyway. */
  refresh(from: string): Promise<void>;
  /** The days from `from` to `to`, inclusive, on which something was counted, in order. */
  read(from: string, to: string): StoredRow[];
  /** The first day on which anything was counted. */
  firstDay(): string | undefined;
  close(): Promise<void>;
}

/** Maximum number of days in memory. Permanent stores keep every day. */
export const MAX_DAYS_IN_MEMORY = 400;

/** Keeps figures until the process ends. */
export class MemoryStatisticsStore implements StatisticsStore {
  readonly failure = undefined;
  readonly #kept = new Map<string, DayRecord>();
  readonly #published = new PublishedDays();

  add(figures: readonly DayCounts[]): Promise<void> {
    return Promise.try(() => figures.forEach((one) => this.#addDay(one)));
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  read(from: string, to: string): StoredRow[] {
    return this.#published.read(from, to);
  }

  firstDay(): string | undefined {
    return this.#published.firstDay;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #addDay(figures: DayCounts): void {
    const { day } = figures;
    const kept = withFigures(this.#kept.get(day), figures);
    this.#kept.set(day, kept);
    this.#published.take({ day, published: kept.published });
    if (this.#kept.size > MAX_DAYS_IN_MEMORY) this.#forget(this.#published.firstDay!);
  }

  #forget(day: string): void {
    this.#kept.delete(day);
    this.#published.forget(day);
  }
}
