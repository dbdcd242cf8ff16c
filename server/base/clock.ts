/**
 * Time, as a parameter. Limits and windows use a monotonic clock, so that neither a clock jump nor a daylight saving
 * change disconnects a client. Logs and statistics carry dates. They use the calendar clock, which may jump. Tests pass
 * a clock that they advance manually.
 */

/** One second, in milliseconds, like the durations below. */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** A calendar day. In UTC all days have the same length. */
export const DAY = 24 * HOUR;

/** Cancels a repeating task of a {@linkcode Clock}. Calling it again does nothing. */
export type Cancel = () => void;

/** A source of time and a scheduler of repeating tasks. */
export interface Clock {
  /** Milliseconds since an arbitrary start. Never decreases. */
  now(): number;
  /** The calendar time, which may be set forward or back at any moment. */
  date(): Date;
  /** Runs `task` every `ms` milliseconds until cancelled. */
  every(ms: number, task: () => void): Cancel;
}

/** The clock of the operating system. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => new Date(),
  every(ms, task): Cancel {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
};

const MICROSECONDS = 1000;

/**
 * A wait in whole seconds, rounded up so that a client never retries too early. The difference of two times may exceed
 * the wait by a rounding error, which must not cost another second.
 */
export function inSeconds(wait: number): number {
  return Math.ceil(Math.round(wait * MICROSECONDS) / MICROSECONDS / SECOND);
}

/** The day of a date in UTC, as YYYY-MM-DD (RFC 3339). */
export function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** The midnight (UTC) at which a day begins, or `undefined` if the text is not a valid date. */
export function parseDay(text: string): Date | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const date = new Date(`${text}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || dayOf(date) !== text ? undefined : date;
}

/** A time with its UTC offset (RFC 3339 section 5.6), or a day in UTC. `undefined` if the text is neither. */
export function parseTime(text: string): Date | undefined {
  const form = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.exec(text);
  if (form === null) return parseDay(text);
  const time = new Date(text);
  return parseDay(form[1] ?? "") === undefined || Number.isNaN(time.getTime()) ? undefined : time;
}
