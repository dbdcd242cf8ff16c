/**
 * Time, as a parameter. Limits and windows run on a monotonic clock, so that neither a clock jump nor a daylight
 * saving change disconnects anybody; what bears a date (logs, statistics) asks the calendar, which may jump. Tests pass
 * a clock that they move by hand.
 */

/** Milliseconds in a second. */
export const SECOND = 1000;
/** Milliseconds in a minute. */
export const MINUTE = 60 * SECOND;
/** Milliseconds in an hour. */
export const HOUR = 60 * MINUTE;
/** Milliseconds in a day of the calendar, which in UTC are all alike. */
export const DAY = 24 * HOUR;

/** Ends what a {@linkcode Clock} started; calling it again does nothing. */
export type Cancel = () => void;

/** A source of time and of things that happen later. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** What the calendar says; it may be set forward or back at any time. */
  date(): Date;
  /** Runs `task` every `ms` milliseconds until cancelled. */
  every(ms: number, task: () => void): Cancel;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  every(ms, task): Cancel {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
};

/** The day of a date in UTC, as YYYY-MM-DD (RFC 3339). */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The midnight with which a day begins; `undefined` when the text names no day of the calendar. */
export function parseDay(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || dayOf(date) !== text ? undefined : date;
}
