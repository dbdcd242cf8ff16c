/**
 * Opens a store, and opens it again when it fails: its file was locked or unreadable at the start, its folder has been
 * removed, its disk has been replaced, its database is down.
 *
 *   closed ──add──> open ──add──> open ──add──> ...
 *     ^      │ failed       │ failed, or works only in part
 *     └──────┴──────────────┘
 *
 * A store that fails is closed, and every further `add` tries to open it. Nothing is kept here: a rejected batch stays
 * with the caller, who repeats it (`statistics.ts`). Meanwhile the published figures can be read as they were last
 * known, because a store holds them in memory.
 */

import type { DayCounts } from "./day.ts";
import type { StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

/** A store that may be closed. */
export class ReopeningStore implements StatisticsStore {
  readonly #openStore: () => StatisticsStore | Promise<StatisticsStore>;
  /** The store that was last opened. */
  #store: StatisticsStore | undefined;
  #isOpen = false;
  #failure: string | undefined;

  constructor(openStore: () => StatisticsStore | Promise<StatisticsStore>) {
    this.#openStore = openStore;
  }

  /** Tries to open the store. Resolves with a store whose `failure` says if that was impossible. */
  static async open(
    openStore: () => StatisticsStore | Promise<StatisticsStore>,
  ): Promise<ReopeningStore> {
    const store = new ReopeningStore(openStore);
    await store.#open().catch(() => {}); // `failure` has the reason.
    return store;
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  add(figures: readonly DayCounts[]): Promise<void> {
    return this.#isOpen && this.#store !== undefined
      ? this.#addTo(this.#store, figures)
      : this.#open().then((store) => this.#addTo(store, figures));
  }

  async refresh(from: string): Promise<void> {
    if (this.#isOpen) await this.#store?.refresh(from);
  }

  read(from: string, to: string): StoredRow[] {
    return this.#store?.read(from, to) ?? [];
  }

  firstDay(): string | undefined {
    return this.#store?.firstDay();
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await this.#store?.close().catch(() => {}); // It was closed because it failed, or everything is written.
  }

  async #open(): Promise<StatisticsStore> {
    try {
      const store = await this.#openStore();
      [this.#store, this.#isOpen, this.#failure] = [store, true, undefined];
      return store;
    } catch (error) {
      this.#failure = stateOf(error);
      throw error;
    }
  }

  async #addTo(store: StatisticsStore, figures: readonly DayCounts[]): Promise<void> {
    try {
      await store.add(figures);
      this.#failure = store.failure;
    } catch (error) {
      this.#failure = stateOf(error);
      throw error;
    } finally {
      if (this.#failure !== undefined) await this.close();
    }
  }
}

/** The error message of a store. It may be logged: a store knows nothing that a visitor wrote. */
export function stateOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
}
