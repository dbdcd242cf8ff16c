/**
 * What is counted of a day, and what is told of it.
 *
 *   message, chatEnded, sample --> figures in memory --flush--> store (counted --> published) --> published()
 *
 * What happens is added to the figures of the day it happens on, in memory, and written in one batch every few
 * seconds; a crash loses no more than that. Nothing is passed in but numbers, so nothing else can be kept.
 *
 * Counting must never disturb a chat, nor wait for a store that is far away: what happens while a batch is being
 * written goes to the next one. When the store fails (the disk is full, the file locked or read-only, the network down),
 * that is logged once, the batch is added to what has been counted meanwhile, a few numbers for each day, and every
 * flush tries again.
 *
 * What is told comes only from what the store has published, in steps of at least LEAST_CHATS_PUBLISHED chats (see
 * day_figures.ts); the figures of a day are the last such step, for today and for every day before.
 */

import { type Clock, DAY, dayOf, MINUTE, SECOND } from "../base/clock.ts";
import { type DayCounts, emptyDay, sumByDay } from "./day.ts";
import type { Log } from "../base/log.ts";
import type { StoredRow } from "./published_days.ts";
import type { StatisticsStore } from "./store.ts";

/** How often the people online are counted, in milliseconds. */
export const SAMPLE_INTERVAL = 10 * SECOND;

/** How often what was counted is written, in milliseconds. */
export const FLUSH_INTERVAL = 5 * SECOND;

/** How often it is looked for what other servers have written, in milliseconds. */
export const REFRESH_INTERVAL = MINUTE;

/** Of how many days figures may wait for a store that fails; then the oldest are dropped. */
export const MAX_PENDING_DAYS = 31;

/** One day as it is told. */
export type PublishedDay =
  & {
    /** YYYY-MM-DD, in UTC. */
    readonly day: string;
    /** Whether the day is over. */
    readonly complete: boolean;
  }
  & (
    | { readonly kind: "counted"; readonly figures: PublishedFigures }
    /** Too few chats have ended to tell anything. */
    | { readonly kind: "withheld" }
    /** The server did not count. */
    | { readonly kind: "no-data" }
  );

/** What is told of a day with enough chats. */
export interface PublishedFigures {
  readonly chats: number;
  readonly messages: number;
  /** How long a chat took on average, in milliseconds. */
  readonly averageChat: number;
  /** The most people at once. */
  readonly peakOnline: number;
  /** The people at once on average. */
  readonly averageOnline: number;
}

/** What {@linkcode Statistics} needs. */
export interface StatisticsOptions {
  readonly clock: Clock;
  readonly store: StatisticsStore;
  readonly log: Log;
}

/** Figures that grow. */
type DayTally = { -readonly [Name in keyof DayCounts]: DayCounts[Name] };

/** Counts, and tells what may be told. */
export class Statistics {
  readonly #clock: Clock;
  readonly #store: StatisticsStore;
  readonly #log: Log;
  /** What was counted since the start, on whatever day; the duration in milliseconds. */
  readonly total = { messages: 0, chats: 0, chatDuration: 0 };
  /** By day, in the order in which they came. */
  readonly #pending = new Map<string, DayTally>();
  /** The flush that is under way. */
  #flushing: Promise<void> | undefined;
  #flushesAgain = false;
  #failing = false;
  /** The last day that was asked for, and which it is since 1970. */
  #day = "";
  #dayNumber = Number.NaN;

  constructor({ clock, store, log }: StatisticsOptions) {
    this.#clock = clock;
    this.#store = store;
    this.#log = log;
  }

  /** The day it is, in UTC. It is asked for with every message, and written out once a day. */
  get today(): string {
    const date = this.#clock.date();
    const number = Math.floor(date.getTime() / DAY);
    if (number !== this.#dayNumber) this.#day = dayOf(date);
    this.#dayNumber = number;
    return this.#day;
  }

  /** Whether the store does not take what was counted. */
  get isFailing(): boolean {
    return this.#failing;
  }

  /** Of how many days figures wait to be written. */
  get pendingDays(): number {
    return this.#pending.size;
  }

  /** Counts a message that was passed on. */
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

  /** Counts the people who are here. An interval task. */
  sample(online: number): void {
    const tally = this.#tally();
    tally.samples++;
    tally.onlineSum += online;
    tally.peakOnline = Math.max(tally.peakOnline, online);
  }

  /** Writes what was counted since the last time, one batch after another. An interval task; never rejects. */
  flush(): Promise<void> {
    if (this.#pending.size === 0) return this.#flushing ?? Promise.resolve();
    this.#flushesAgain = true;
    return this.#flushing ??= this.#flushAll();
  }

  /** Looks for what other servers have written lately. An interval task; never rejects. */
  async refresh(): Promise<void> {
    const from = daysBefore(this.today, MAX_PENDING_DAYS); // No server brings anything older.
    await this.#store.refresh(from).catch(() => {}); // A store that fails shows with the next flush.
  }

  /** The days from `from` to `to` that are not before the first one nor after today; throws when the store does. */
  published(from: string, to: string): PublishedDay[] {
    const { today } = this;
    const firstDay = this.#store.firstDay();
    if (firstDay === undefined) return [];
    const stored = new Map(this.#store.read(from, to).map((day) => [day.day, day]));
    const days = daysFrom(later(from, firstDay), earlier(to, today));
    return days.map((day) => publishedDay(day, day < today, stored.get(day))).toArray();
  }

  /** The same for so many days up to today. */
  publishedLately(days: number): PublishedDay[] {
    const { today } = this;
    return this.published(daysBefore(today, days - 1), today);
  }

  /** Writes what is left and lets go of the store. */
  async close(): Promise<void> {
    await this.flush();
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
      this.#recovered();
    } catch (error) {
      this.#takeBack(batch);
      this.#failed(error);
    }
  }

  /** Puts a batch before what was counted while it could not be written. */
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

  #failed(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#log.warn("Statistics not written: {state}. They are kept in memory for now.", {
      state: stateOf(error),
    });
  }

  #recovered(): void {
    if (this.#failing) this.#log.info("Statistics are being written again.");
    this.#failing = false;
  }
}

/** What the store says of itself. Its message may be logged: a store knows nothing that anybody wrote. */
function stateOf(error: unknown): string {
  return error instanceof Error ? error.message : typeof error;
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

/** The day that is so many days before another; not before the year 0, where the form YYYY-MM-DD ends. */
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
