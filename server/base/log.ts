/**
 * The operational log: what the operator needs to know about the program, and nothing about visitors.
 *
 * It is written to standard error, as text on a terminal and otherwise as one JSON object per line. Exceptions are
 * logged with their class and location only. Their message might quote what a visitor wrote, or contain an address.
 */

import {
  configure,
  getJsonLinesFormatter,
  getLogger,
  getTextFormatter,
  type Logger,
  type TextFormatter,
} from "@logtape/logtape";
import type { Clock } from "./clock.ts";
import type { FormatLoss, LogOutput } from "./log_output.ts";

/** The part of a LogTape logger that the server uses. */
export type Log = Pick<Logger, "info" | "warn" | "error">;

/** Sets up logging to `output` and returns the program's log. */
export async function openLog(output: LogOutput, isTerminal: boolean): Promise<Log> {
  const format = formatterFor(isTerminal);
  await configure({
    sinks: { output: (record) => output.write(format(record)) },
    loggers: [
      { category: "anonymous-chat", sinks: ["output"], lowestLevel: "info" },
      { category: ["logtape", "meta"], sinks: ["output"], lowestLevel: "warning" },
    ],
  });
  describeError(new Error()); // Deno 2.9.6 needs a free descriptor for the first stack trace, and may panic without one.
  return getLogger("anonymous-chat");
}

/** Formats the notice that lines are missing like any other line of the log. It doesn't pass through the log. */
export function lossFormatter(isTerminal: boolean, clock: Pick<Clock, "date">): FormatLoss {
  const format = formatterFor(isTerminal);
  return (lines) => {
    const text = "Log lines could not be written.";
    return format({
      category: ["anonymous-chat"],
      level: "warning",
      message: [text],
      rawMessage: text,
      timestamp: clock.date().getTime(),
      properties: { lines },
    });
  };
}

function formatterFor(isTerminal: boolean): TextFormatter {
  return isTerminal ? getTextFormatter({ timestamp: "time" }) : getJsonLinesFormatter();
}

/** The part of an exception that may be logged: its class and where it was thrown. */
export function describeError(error: unknown): { error: string; at: string[] } {
  if (!(error instanceof Error)) return { error: typeof error, at: [] };
  const frames = String(error.stack).split("\n").filter((line) => /^\s+at /.test(line));
  return { error: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}
