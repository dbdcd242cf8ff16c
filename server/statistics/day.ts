/**
 * The figures of a day, and the one place that decides what of them may be seen.
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
 */

import { MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";

/** What happened on one day. */
export interface DayCounts {
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

/** A day as a store keeps it. */
export interface DayRecord {
  readonly counted: DayCounts;
  /** `undefined` while fewer than LEAST_CHATS_PUBLISHED chats have ended. */
  readonly published: DayCounts | undefined;
}

/** A day with `figures` added to what was counted, and published where that makes a step. */
export function withFigures(kept: DayRecord | undefined, figures: DayCounts): DayRecord {
  const counted = kept === undefined ? figures : sum(kept.counted, figures);
  const further = counted.chats - (kept?.published?.chats ?? 0);
  const isStep = further >= MIN_CHATS_PUBLISHED && counted.samples > 0;
  return { counted, published: isStep ? counted : kept?.published };
}

/** The figures of a day on which nothing has happened yet. */
export function emptyDay(day: string): DayCounts {
  return { day, chats: 0, chatDuration: 0, messages: 0, samples: 0, onlineSum: 0, peakOnline: 0 };
}

/** The figures of two parts of one day, together. */
export function sum(a: DayCounts, b: DayCounts): DayCounts {
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

/** Each day once, in the order in which the days come, with all its figures together. */
export function sumByDay(figures: Iterable<DayCounts>): Map<string, DayCounts> {
  const days = new Map<string, DayCounts>();
  for (const one of figures) {
    const known = days.get(one.day);
    days.set(one.day, known === undefined ? one : sum(known, one));
  }
  return days;
}
