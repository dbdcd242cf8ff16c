/**
 * How large the file of a day may become. Half of the limit is available at midnight and the other half becomes
 * available evenly over the day. So a flood in the morning can't keep the rest of the day out of the log.
 *
 *     limit  ┤                    ╱  requests
 *            │          ╱
 *     half   ┤╱
 *            └─────────────────────
 *             0:00             24:00
 *
 * A small part is reserved for the notices of missing lines.
 */

import { DAY, parseDay } from "../base/clock.ts";

/** The unit of the option, in bytes. */
export const MIB = 1024 * 1024;

/** The part of the limit that only notices may use, in bytes. There is at most one notice a minute. */
export const NOTICE_RESERVE = 256 * 1024;

/** Maximum size of the file of `day` (YYYY-MM-DD) at a moment for another request, in bytes. */
export function requestLimit(limit: number, day: string, now: Date): number {
  const midnight = parseDay(day)?.getTime() ?? 0;
  const elapsed = Math.min(Math.max((now.getTime() - midnight) / DAY, 0), 1);
  return Math.floor((limit - NOTICE_RESERVE) * (1 + elapsed) / 2);
}
