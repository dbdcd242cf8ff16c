/**
 * What a store has published, held in memory so that it can be read at once: one small record a day.
 *
 * What is published of a day only ever grows. So of two records of a day the one with more chats is the newer, and the
 * other is let go of, in whatever order the answers of a store far away arrive.
 */

import type { DayCounts } from "./day.ts";

/** A day of which something was counted. */
export interface StoredRow {
  readonly day: string;
  /** `undefined` while fewer than LEAST_CHATS_PUBLISHED chats have ended. */
  readonly published: DayCounts | undefined;
}

/** Days by their names. */
export class PublishedDays {
  readonly #days = new Map<string, StoredRow>();
  /** The names in their order; `undefined` while a new one is not among them. */
  #sorted: readonly string[] | undefined;

  /** The first day of which anything was counted. */
  get firstDay(): string | undefined {
    return this.#names()[0];
  }

  /** Takes note of a day; what is older than what is known of it means nothing. */
  take(stored: StoredRow): void {
    const known = this.#days.get(stored.day);
    if (known === undefined) this.#sorted = undefined;
    else if ((stored.published?.chats ?? 0) < (known.published?.chats ?? 0)) return;
    this.#days.set(stored.day, stored);
  }

  /** The days from `from` to `to`, both included, in their order. */
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
