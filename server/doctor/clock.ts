/**
 * Whether the calendar of this machine can be right. Nobody else is asked what day it is: what is known here is enough to
 * notice a clock that was never set, or has been set back. Retention, statistics and certificates go by the calendar.
 */

import { join } from "node:path";
import { MINUTE } from "../base/clock.ts";
import { POLICY_UPDATED } from "../privacy/policy.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** How much later than now a file may seem to have been written, in milliseconds. */
const TOLERANCE = 5 * MINUTE;

const SUBJECT = "clock";

/** Compares `now` to the day of this version, and to the files in folders that the server writes to. */
export async function checkCalendar(now: Date, folders: readonly string[]): Promise<Finding> {
  const shown = `${now.toISOString().slice(0, 19)}Z`;
  if (now < new Date(POLICY_UPDATED)) {
    return problem(
      SUBJECT,
      `the time here is ${shown}, before this version was made: set the clock (NTP)`,
    );
  }
  const latest = Math.max(...await Promise.all(folders.map(latestChange)));
  if (latest > now.getTime() + TOLERANCE) {
    const written = new Date(latest).toISOString().slice(0, 19);
    return problem(
      SUBJECT,
      `the time here is ${shown}, but a file was written at ${written}Z: the clock was set back, or was wrong then`,
    );
  }
  return ok(SUBJECT, `the time is ${shown}`);
}

/** When the file that changed last did, in milliseconds since 1970; 0 when there is none. */
async function latestChange(folder: string): Promise<number> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const changes = entries.map(async ({ name }) => {
    const { mtime } = await Deno.stat(join(folder, name));
    return mtime?.getTime() ?? 0;
  });
  const known = await Promise.allSettled(changes);
  return Math.max(0, ...known.map((one) => one.status === "fulfilled" ? one.value : 0));
}
