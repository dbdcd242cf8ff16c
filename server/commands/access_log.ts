/** The command `access-log`: prints the lines of a period, and states on standard error which lines can't be among them. */

import { readLines } from "../access_log/access_log.ts";
import { type Clock, DAY } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import type { Command } from "../config/command_line.ts";
import { complain, fail, output } from "./console.ts";

/** Prints the lines from one instant to another. */
export async function printAccessLog(
  { config, from, to }: Command & { kind: "access-log" },
  clock: Clock,
): Promise<void> {
  const folder = config["log-dir"];
  const days = config["access-log-retention-days"];
  const oldest = clock.date().getTime() - days * DAY;
  if (from.getTime() < oldest) {
    const kept = new Date(oldest).toISOString();
    await complain(`Lines are deleted after ${days} days: none exist from before ${kept}.\n`);
  }
  try {
    const since = new Date(Math.max(from.getTime(), oldest)); // A server that was off may not have deleted yet.
    for await (const line of readLines(folder, since, to)) {
      if (!await output(`${line}\n`)) break;
    }
  } catch (error) {
    await fail(`Cannot read the access log in ${folder}: ${errorCode(error)}.`);
  }
}
