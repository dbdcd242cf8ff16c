/**
 * The operational log: what the operator needs to know of the program, never of a person.
 *
 * It goes to standard error, as text on a terminal and as one JSON object a line elsewhere. Exceptions are described
 * by their class and place only: their message may quote what somebody wrote, or where they wrote it from.
 */

import {
  configure,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
} from "@logtape/logtape";
import type { LogOutput } from "./log_output.ts";

/** The part of a LogTape logger that the server uses; passed to whatever logs. */
export type Log = Pick<Logger, "info" | "warn" | "error">;

/** Sets up logging to `output` and returns the program's log. */
export async function openLog(output: LogOutput, isTerminal: boolean): Promise<Log> {
  const format = isTerminal ? getTextFormatter({ timestamp: "time" }) : getJsonLinesFormatter();
  await configure({
    sinks: { output: (record) => output.write(format(record)) },
    loggers: [
      { category: "anonymous-chat", sinks: ["output"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["output"], lowestLevel: "warning" },
    ],
  });
  return getLogger("anonymous-chat");
}

/** What may be logged of an exception: its class and where it was thrown. */
export function describeError(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
