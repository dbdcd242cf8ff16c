/**
 * Time, as a parameter. Limits and windows run on a monotonic clock, so that neither a clock jump nor a daylight
 * saving change disconnects anybody; tests pass a clock that they move by hand.
 */

/** Milliseconds in a second. */
export const SECOND = 1000;
/** Milliseconds in a minute. */
export const MINUTE = 60 * SECOND;

/** Ends what a {@linkcode Clock} started; calling it again does nothing. */
export type Cancel = () => void;

/** A source of time and of things that happen later. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never goes back. */
  now(): number;
  /** Runs `task` every `ms` milliseconds until cancelled. */
  every(ms: number, task: () => void): Cancel;
}

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => performance.now(),
  every(ms, task): Cancel {
    const timer = setInterval(task, ms);
    return () => clearInterval(timer);
  },
};
