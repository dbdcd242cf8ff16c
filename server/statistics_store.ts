/**
 * Where figures of days are kept, and the one place that decides what of them may be seen.
 *
 * Every day has two sets of figures: what was counted, and what is published. Both are sums; nothing in them names
 * anybody or any single chat. Counted figures never leave a store. They become the published ones, all of them at
 * once, when at least LEAST_CHATS_PUBLISHED chats more have ended than were published last:
 *
 *   chats that have ended   0 ... 9          10 ... 21        22 ...
 *   published               fewer than 10    10 chats         22 chats     (as it falls: a step may be longer)
 *
 * So whoever reads a day twice, however closely, learns about ten chats together or about none, also across a
 * restart, because the published set is stored beside the counted one and changes in the same transaction. The price
 * is that a day ends up to nine chats short; that is said where figures are shown. (Just after midnight chats may have
 * ended before the people online were counted for the first time: then publishing waits for that, so that every
 * published set is whole.)
 *
 * The limit of the idea: somebody who holds nine chats of his own can subtract them, and messages are counted when
 * they pass, so a step also holds those of chats that go on. What is learnt is then a number without an owner.
 *
 * The interface is synchronous: a store is a file or memory of this machine, and an answer takes less than a
 * millisecond. Whatever a store throws says in its message what state the store is in, never what it holds.
 */

import { LEAST_CHATS_PUBLISHED } from "./promises.ts";

/** What happened on one day. */
export interface DayFigures {
  /** YYYY-MM-DD, in UTC. */
  readonly day: string;
  /** Chats that ended. */
  readonly chats: number;
  /** How long these took together, in whole milliseconds. */
  readonly chatDuration: number;
  /** Messages that were passed on. */
  readonly messages: number;
  /** How often the people online were counted. */
  readonly samples: number;
  /** The people of all these samples together. */
  readonly onlineSum: number;
  /** The people of the largest sample. */
  readonly peakOnline: number;
}

/** A day of which something was counted. */
export interface StoredDay {
  readonly day: string;
  /** `undefined` while fewer than LEAST_CHATS_PUBLISHED chats have ended. */
  readonly published: DayFigures | undefined;
}

/** Keeps the figures of days. */
export interface StatisticsStore {
  /** Adds to what was counted on some days, and publishes what may be; all or nothing. */
  add(figures: readonly DayFigures[]): void;
  /** The days from `from` to `to`, both included, of which something was counted, in their order. */
  read(from: string, to: string): StoredDay[];
  /** The first day of which anything was counted. */
  firstDay(): string | undefined;
  close(): void;
}

/** The most days that memory holds; a store for good keeps them all. */
export const MAX_DAYS_IN_MEMORY = 400;

/** Keeps figures until the program ends. */
export class MemoryStatisticsStore implements StatisticsStore {
  readonly #counted = new Map<string, DayFigures>();
  readonly #published = new Map<string, DayFigures>();

  add(figures: readonly DayFigures[]): void {
    for (const one of figures) this.#addDay(one);
  }

  read(from: string, to: string): StoredDay[] {
    const days = this.#days().filter((day) => from <= day && day <= to);
    return days.map((day) => ({ day, published: this.#published.get(day) }));
  }

  firstDay(): string | undefined {
    return this.#days()[0];
  }

  close(): void {}

  #addDay(figures: DayFigures): void {
    const { day } = figures;
    const counted = sum(this.#counted.get(day) ?? nothing(day), figures);
    this.#counted.set(day, counted);
    const further = counted.chats - (this.#published.get(day)?.chats ?? 0);
    if (further >= LEAST_CHATS_PUBLISHED && counted.samples > 0) this.#published.set(day, counted);
    if (this.#counted.size > MAX_DAYS_IN_MEMORY) this.#forget(this.#days()[0]!);
  }

  #days(): string[] {
    return [...this.#counted.keys()].sort();
  }

  #forget(day: string): void {
    this.#counted.delete(day);
    this.#published.delete(day);
  }
}

/** The figures of a day on which nothing has happened yet. */
export function nothing(day: string): DayFigures {
  return { day, chats: 0, chatDuration: 0, messages: 0, samples: 0, onlineSum: 0, peakOnline: 0 };
}

/** The figures of two parts of one day, together. */
export function sum(a: DayFigures, b: DayFigures): DayFigures {
  return {
    day: a.day,
    chats: a.chats + b.chats,
    chatDuration: a.chatDuration + b.chatDuration,
    messages: a.messages + b.messages,
    samples: a.samples + b.samples,
    onlineSum: a.onlineSum + b.onlineSum,
    peakOnline: Math.max(a.peakOnline, b.peakOnline),
  };
}
