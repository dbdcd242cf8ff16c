/**
 * Where figures of days are kept (day_figures.ts says what they are, and what of them is published).
 *
 *   Statistics --add--> store, maybe far away --> PublishedDays, in memory --read--> pages
 *                                refresh ----------^   what others wrote
 *
 * Writing may take its time, because a store may be far away; reading may not, because a page waits for it. So a store
 * that is far away holds in memory what is published, and looks there again after each write of its own and whenever it
 * is told to, for what others wrote. A store on this machine does everything at once.
 *
 * Whatever a store throws says in its message what state the store is in, never what it holds. A store that rejects
 * a batch must not have written it: the batch comes again. Where it can't know (the answer to a write was lost), it may
 * reject, and that batch may be counted twice.
 */

import { type DayCounts, type DayRecord, withFigures } from "./day.ts";
import { PublishedDays, type StoredRow } from "./published_days.ts";

/** Keeps the figures of days. */
export interface StatisticsStore {
  /**
   * Adds to what was counted on some days, and publishes what may be; all or nothing. A day may come twice. A store on
   * this machine has done it when the call returns, and the promise only says how it went.
   */
  add(figures: readonly DayCounts[]): Promise<void>;
  /** Looks for what others have written to the days since `from`, unless `read` sees that anyway. */
  refresh(from: string): Promise<void>;
  /** The days from `from` to `to`, both included, of which something was counted, in their order. */
  read(from: string, to: string): StoredRow[];
  /** The first day of which anything was counted. */
  firstDay(): string | undefined;
  close(): Promise<void>;
}

/** The most days that memory holds; a store for good keeps them all. */
export const MAX_DAYS_IN_MEMORY = 400;

/** Keeps figures until the program ends. */
export class MemoryStatisticsStore implements StatisticsStore {
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
