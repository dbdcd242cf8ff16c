/** Formats durations and days for people, in English. */

import { DAY, HOUR, MINUTE, SECOND } from "./clock.ts";

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

type Unit = readonly [name: string, ms: number];

const SECONDS: Unit = ["second", SECOND];

/** Largest first. */
const UNITS: readonly Unit[] = [["day", DAY], ["hour", HOUR], ["minute", MINUTE], SECONDS];

/** A duration in milliseconds, in the largest unit that divides it without remainder: "1 hour", "90 seconds". */
export function formatDuration(duration: number): string {
  const whole = Math.round(duration / SECOND) * SECOND;
  const [name, ms] = UNITS.find(([, unit]) => whole >= unit && whole % unit === 0) ?? SECONDS;
  return pluralize(whole / ms, name);
}

/** A duration in milliseconds, rounded down to the largest unit that fits: "3 minutes". */
export function formatApproximate(duration: number): string {
  const [name, ms] = UNITS.find(([, unit]) => duration >= unit) ?? SECONDS;
  return pluralize(Math.floor(duration / ms), name);
}

/** Formats a day given as YYYY-MM-DD: "1 June 2026". */
export function formatDay(day: string): string {
  const [year, month, date] = day.split("-").map(Number);
  return `${date} ${MONTHS[(month ?? 0) - 1]} ${year}`;
}

function pluralize(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
