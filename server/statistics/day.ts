/**
 * The figures of a day, and the only place that decides which of them may be seen.
 *
 * Every day has two sets of figures: what was counted, and what is published. Both are sums. Nothing in them identifies
 * a person or a single chat. Counted figures never leave a store. They become the published ones, all at the same time,
 * when at least MIN_CHATS_PUBLISHED more chats have ended than were last published:
 *
 *   chats that have ended   0 ... 9          10 ... 21        22 ...
 *   published               fewer than 10    10 chats         22 chats     (an example: a step may be longer)
 *
 * So a reader of a day, however often they look, learns about ten chats together or about none. This also holds across
 * a restart, because the published set is stored next to the counted one and changes in the same transaction. The price
 * is that a day ends up to nine chats short, which is stated where figures are shown. (Just after midnight, chats may
 * have ended before the people online were first counted. Publishing waits for that, so that every published set is
 * complete.)
 *
 * Known limit: a person with nine of the chats in a step can subtract them. Messages are counted when they are relayed,
 * so a step also contains messages of active chats. All that can be learnt is a number that can't be tied to a person.
 */

import { MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";

/** What happened on one day. */
export interface DayCounts {
  /** YYYY-MM-DD, in UTC. */
  readonly day: string;
  /** Chats that ended. */
  readonly chats: number;
  /** Their total duration, in whole milliseconds. */
  readonly chatDuration: number;
  /** Messages relayed. */
  readonly messages: number;
  /** How often the people online were counted. */
  readonly samples: number;
  /** The sum of all samples. */
  readonly onlineSum: number;
  /** The largest sample. */
  readonly peakOnline: number;
}

/** A day as it is stored. */
export interface DayRecord {
  readonly counted: DayCounts;
  /** `undefined` while fewer than MIN_CHATS_PUBLISHED chats have ended. */
  readonly published: DayCounts | undefined;
}

/** A day with `figures` added to what was counted, and published if that completes a step. */
export function withFigures(kept: DayRecord | undefined, figures: DayCounts): DayRecord {
  const counted = kept === undefined ? figures : sum(kept.counted, figures);
  const further = counted.chats - (kept?.published?.chats ?? 0);
  const isStep = further >= MIN_CHATS_PUBLISHED && counted.samples > 0;
  return { counted, published: isStep ? counted : kept?.published };
}

/** A day on which nothing has been counted yet. */
export function emptyDay(day: string): DayCounts {
  return { day, chats: 0, chatDuration: 0, messages: 0, samples: 0, onlineSum: 0, peakOnline: 0 };
}

/** The figures of two parts of a day, together. */
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

/** Each day once, in order of first appearance, with all its figures added up. */
export function sumByDay(figures: Iterable<DayCounts>): Map<string, DayCounts> {
  const days = new Map<string, DayCounts>();
  for (const one of figures) {
    const known = days.get(one.day);
    days.set(one.day, known === undefined ? one : sum(known, one));
  }
  return days;
}
