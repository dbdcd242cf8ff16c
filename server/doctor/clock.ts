/**
 * Whether the clock of this machine can be right. No time server is asked: what is known locally is enough to notice a
 * clock that was never set, or has been set back. Retention, statistics and certificates depend on the calendar.
 */

import { join } from "node:path";
import { MINUTE } from "../base/clock.ts";
import { POLICY_UPDATED } from "../privacy/policy.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** How far in the future a file may seem to have been written, in milliseconds. */
const TOLERANCE = 5 * MINUTE;

const SUBJECT = "clock";

/** Compares `now` to the date of this version, and to the files in directories that the server writes to. */
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

/** Time of the last change to any file, in milliseconds since 1970; 0 if there are no files. */
async function latestChange(folder: string): Promise<number> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const changes = entries.map(async ({ name }) => {
    const { mtime } = await Deno.stat(join(folder, name));
    return mtime?.getTime() ?? 0;
  });
  const known = await Promise.allSettled(changes);
  return Math.max(0, ...known.map((one) => one.status === "fulfilled" ? one.value : 0));
}
