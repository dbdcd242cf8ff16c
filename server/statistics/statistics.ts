/**
 * Counts what happens on a day, and publishes what may be seen of it.
 *
 *   message, chatEnded, sample --> figures in memory --flush--> store (counted --> published) --> published()
 *
 * An event is added to the figures of its day in memory, and these are written in one batch every FLUSH_INTERVAL. A
 * crash or `kill -9` loses no more than that. Only numbers are passed in, so nothing else can be stored.
 *
 * Counting must never disturb a chat, nor wait for a remote store: what happens while a batch is being written goes
 * into the next one. When the store fails (the disk is full, the file locked or read-only, the network down), that is
 * logged once, and reported until the store works again. The batch is then added to what has been counted meanwhile, a
 * few numbers for each day, and every flush retries.
 *
 * Only published figures of the store are shown. They move in steps of at least MIN_CHATS_PUBLISHED chats (`day.ts`).
 * The figures of a day are its last step, for today and for every day before.
 */

import { type Clock, DAY, dayOf, MINUTE, SECOND } from "../base/clock.ts";
import { type DayCounts, emptyDay, sumByDay } from "./day.ts";
import type { Log } from "../base/log.ts";
import type { StoredRow } from "./published_days.ts";
import { stateOf } from "./reopening_store.ts";
import type { StatisticsStore } from "./store.ts";

/** Interval at which the people online are counted, in milliseconds. */
export const SAMPLE_INTERVAL = 10 * SECOND;

/** Interval at which figures are written, in milliseconds. */
export const FLUSH_INTERVAL = 5 * SECOND;

/** Interval at which figures of other servers are read, in milliseconds. */
export const REFRESH_INTERVAL = MINUTE;

/** Maximum number of days that wait for a failing store; beyond that the oldest are dropped. */
export const MAX_PENDING_DAYS = 31;

/**
 * Whether the published figures can be relied on. `delayed`: the store fails, so they are as they were last read.
 * `unavailable`: the store fails and nothing is known.
 */
export type Availability = "current" | "delayed" | "unavailable";

/** One day as it is published. */
export type PublishedDay =
  & {
    /** YYYY-MM-DD, in UTC. */
    readonly day: string;
    /** Whether the day is over. */
    readonly complete: boolean;
  }
  & (
    | { readonly kind: "counted"; readonly figures: PublishedFigures }
    /** Too few chats have ended to publish anything. */
    | { readonly kind: "withheld" }
    /** The server did not count. */
    | { readonly kind: "no-data" }
  );

/** The published figures of a day with enough chats. */
export interface PublishedFigures {
  readonly chats: number;
  readonly messages: number;
  /** Average duration of a chat, in milliseconds. */
  readonly averageChat: number;
  /** The highest number of people online at the same time. */
  readonly peakOnline: number;
  /** The average number of people online. */
  readonly averageOnline: number;
}

export interface StatisticsOptions {
  readonly clock: Clock;
  readonly store: StatisticsStore;
  readonly log: Log;
}

/** The figures of a day, writable. */
type DayTally = { -readonly [Name in keyof DayCounts]: DayCounts[Name] };

/** Counts, and publishes what may be seen. */
export class Statistics {
  readonly #clock: Clock;
  readonly #store: StatisticsStore;
  readonly #log: Log;
  /** Totals since the start of the process; the duration in milliseconds. */
  readonly total = { messages: 0, chats: 0, chatDuration: 0 };
  /** Figures that wait to be written, by day, oldest first. */
  readonly #pending = new Map<string, DayTally>();
  /** The flush in progress. */
  #flushing: Promise<void> | undefined;
  #flushesAgain = false;
  #failing = false;
  /** The day last returned by `today`, and its number since 1970. */
  #day = "";
  #dayNumber = Number.NaN;

  constructor({ clock, store, log }: StatisticsOptions) {
    this.#clock = clock;
    this.#store = store;
    this.#log = log;
    this.#note(store.failure);
  }

  /** Today, in UTC. Every message needs it, but it is formatted only once a day. */
  get today(): string {
    const date = this.#clock.date();
    const number = Math.floor(date.getTime() / DAY);
    if (number !== this.#dayNumber) this.#day = dayOf(date);
    this.#dayNumber = number;
    return this.#day;
  }

  /** Whether the store can't be opened, rejects what was counted, or works only in part. */
  get isFailing(): boolean {
    return this.#failing;
  }

  get availability(): Availability {
    if (!this.#failing) return "current";
    return this.#store.firstDay() === undefined ? "unavailable" : "delayed";
  }

  /** Number of days that wait to be written. */
  get pendingDays(): number {
    return this.#pending.size;
  }

  /** Counts a relayed message. */
  message(): void {
    this.#tally().messages++;
    this.total.messages++;
  }

  /** Counts a chat that took `duration` milliseconds, on the day it ended. */
  chatEnded(duration: number): void {
    const took = Math.max(0, Math.round(duration));
    for (const tally of [this.#tally(), this.total]) {
      tally.chats++;
      tally.chatDuration += took;
    }
  }

  /** Records the number of people online. An interval task. */
  sample(online: number): void {
    const tally = this.#tally();
    tally.samples++;
    tally.onlineSum += online;
    tally.peakOnline = Math.max(tally.peakOnline, online);
  }

  /**
   * Writes what was counted since the last flush, one batch after another. A failing store is tried even if nothing was
   * counted. An interval task; never rejects.
   */
  flush(): Promise<void> {
    if (this.#pending.size === 0 && !this.#failing) return this.#flushing ?? Promise.resolve();
    this.#flushesAgain = true;
    return this.#flushing ??= this.#flushAll();
  }

  /** Reads what other servers have written lately. An interval task; never rejects. */
  async refresh(): Promise<void> {
    const from = daysBefore(this.today, MAX_PENDING_DAYS); // No server writes older days.
    await this.#store.refresh(from).catch(() => {}); // The next flush reports a failing store.
  }

  /** The days from `from` to `to`, limited to the first day and today; throws if the store does. */
  published(from: string, to: string): PublishedDay[] {
    const { today } = this;
    const firstDay = this.#store.firstDay();
    if (firstDay === undefined) return [];
    const stored = new Map(this.#store.read(from, to).map((day) => [day.day, day]));
    const days = daysFrom(later(from, firstDay), earlier(to, today));
    return days.map((day) => publishedDay(day, day < today, stored.get(day))).toArray();
  }

  /** The same for the last `days` days, including today. */
  publishedLately(days: number): PublishedDay[] {
    const { today } = this;
    return this.published(daysBefore(today, days - 1), today);
  }

  /** Writes what is left and closes the store. */
  async close(): Promise<void> {
    await this.flush();
    if (this.#pending.size > 0) this.#log.error("Unwritten statistics are lost.");
    await this.#store.close();
  }

  async #flushAll(): Promise<void> {
    while (this.#flushesAgain) {
      this.#flushesAgain = false;
      await this.#write();
    }
    this.#flushing = undefined;
  }

  async #write(): Promise<void> {
    const batch = [...this.#pending.values()];
    this.#pending.clear();
    try {
      await this.#store.add(batch);
      this.#note(this.#store.failure);
    } catch (error) {
      this.#takeBack(batch);
      this.#note(stateOf(error));
    }
  }

  /** Puts a failed batch back, before what was counted meanwhile. */
  #takeBack(batch: readonly DayCounts[]): void {
    const days = sumByDay([...batch, ...this.#pending.values()]);
    this.#pending.clear();
    for (const [day, together] of days) this.#pending.set(day, together);
    while (this.#pending.size > MAX_PENDING_DAYS) this.#dropOldest();
  }

  #tally(): DayTally {
    const { today } = this;
    const known = this.#pending.get(today);
    if (known !== undefined) return known;
    if (this.#pending.size >= MAX_PENDING_DAYS) this.#dropOldest();
    const fresh = emptyDay(today);
    this.#pending.set(today, fresh);
    return fresh;
  }

  #dropOldest(): void {
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#pending.delete(oldest);
  }

  /** Logs that the store has begun to fail, or works again. */
  #note(failure: string | undefined): void {
    const isFailing = failure !== undefined;
    if (isFailing === this.#failing) return;
    this.#failing = isFailing;
    if (!isFailing) this.#log.info("Statistics are being written again.");
    else {
      this.#log.warn("Statistics store failing: {state}. Unwritten counts are kept in memory.", {
        state: failure,
      });
    }
  }
}

function publishedDay(day: string, complete: boolean, stored: StoredRow | undefined): PublishedDay {
  if (stored === undefined) return { kind: "no-data", day, complete };
  if (stored.published === undefined) return { kind: "withheld", day, complete };
  return { kind: "counted", day, complete, figures: publishedFigures(stored.published) };
}

function publishedFigures(figures: DayCounts): PublishedFigures {
  const { chats, messages, chatDuration, samples, onlineSum, peakOnline } = figures;
  return {
    chats,
    messages,
    averageChat: chatDuration / chats,
    peakOnline,
    averageOnline: onlineSum / samples,
  };
}

/** The day `days` before `day`, but not before the year 0, where the format YYYY-MM-DD ends. */
export function daysBefore(day: string, days: number): string {
  return dayOf(new Date(Math.max(Date.parse(day) - days * DAY, Date.parse("0000-01-01"))));
}

function later(a: string, b: string): string {
  return a > b ? a : b;
}

function earlier(a: string, b: string): string {
  return a < b ? a : b;
}

function* daysFrom(from: string, to: string): Generator<string> {
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) yield dayOf(new Date(at));
}
