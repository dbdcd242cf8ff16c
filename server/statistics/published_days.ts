/**
 * The published figures of a store, held in memory for immediate reading: one small record a day.
 *
 * The published figures of a day only grow. So of two records of a day the one with more chats is newer and the other
 * is dropped, in whatever order the answers of a remote store arrive.
 */

import type { DayCounts } from "./day.ts";

/** A day on which something was counted. */
export interface StoredRow {
  readonly day: string;
  /** `undefined` while fewer than MIN_CHATS_PUBLISHED chats have ended. */
  readonly published: DayCounts | undefined;
}

/** Days, sorted by date. */
export class PublishedDays {
  readonly #days = new Map<string, StoredRow>();
  /** The dates in order; `undefined` while a new one has not been sorted in. */
  #sorted: readonly string[] | undefined;

  /** The first day on which anything was counted. */
  get firstDay(): string | undefined {
    return this.#names()[0];
  }

  /** Stores a day, unless a newer record of it is known. */
  take(stored: StoredRow): void {
    const known = this.#days.get(stored.day);
    if (known === undefined) this.#sorted = undefined;
    else if ((stored.published?.chats ?? 0) < (known.published?.chats ?? 0)) return;
    this.#days.set(stored.day, stored);
  }

  /** The days from `from` to `to`, inclusive, in order. */
  read(from: string, to: string): StoredRow[] {
    const names = this.#names().filter((day) => from <= day && day <= to);
    return names.flatMap((day) => this.#days.get(day) ?? []);
  }

  forget(day: string): void {
    this.#days.delete(day);
    this.#sorted = undefined;
  }

  #names(): readonly string[] {
    return this.#sorted ??= [...this.#days.keys()].sort();
  }
}
