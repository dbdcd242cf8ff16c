/** A deadline whose remaining seconds are shown. */

export interface Countdown {
  /** In milliseconds of the page's clock; Infinity while the countdown waits. */
  readonly until: number;
  /** The seconds that are shown; 0 when it is over. */
  readonly left: number;
}

export function countdown(until: number, now: number): Countdown {
  return { until, left: Math.max(0, Math.ceil((until - now) / 1000)) };
}

/** When the seconds that are shown change next, in milliseconds of the page's clock; `NaN` for never. */
export function nextSecond({ until, left }: Countdown): number {
  return until - (left - 1) * 1000;
}
