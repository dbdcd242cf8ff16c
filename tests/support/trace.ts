/**
 * The system calls of a whole run, recorded by `strace`: what the program writes and sends, and which files it opens
 * for writing. The tracer runs as a grandchild (`-D`), so that the program is our direct child and receives our
 * signals.
 */

import { succeeds } from "./installed.ts";

const WRITING = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice";
/** Calls that may open a file for reading only. */
const OPENING = "open,openat,openat2";
/** Calls that always create or replace a file. */
const CHANGING = "creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat";

const WRITES = startsWith(WRITING);
const OPENS = startsWith(OPENING);
const FOR_WRITING = /O_WRONLY|O_RDWR|O_CREAT/;
const CHANGES = startsWith(CHANGING);

function startsWith(calls: string): RegExp {
  return new RegExp(`^\\d+ +(?:${calls.replaceAll(",", "|")})\\(`);
}

/** The command prefix that records a command's system calls in `file`, each with all of its bytes. */
export function TRACER(file: string): string[] {
  const calls = `trace=${WRITING},${OPENING},${CHANGING}`;
  return [
    "strace",
    "-D",
    "-f",
    "-qq",
    "-s",
    "1000000",
    "-e",
    calls,
    "-e",
    "signal=none",
    "-o",
    file,
  ];
}

/**
 * Whether a run can be traced. A missing tracer is reported in one line, and in CI it is a failure. If the system
 * forbids tracing, one line says so.
 */
export async function isTraceable(): Promise<boolean> {
  const [command = "", ...args] = [...TRACER("/dev/null"), "true"];
  const outcome = await succeeds(command, args);
  if (outcome === undefined && Deno.env.get("CI")) {
    throw new Error("Cannot test: Debian's strace is not installed");
  }
  const obstacle = outcome === undefined ? "is not installed" : "may not trace here";
  // deno-lint-ignore no-console -- the one line that says what is missing
  if (!outcome) console.log(`strace ${obstacle}: the test of the system calls is skipped.`);
  return outcome === true;
}

/** The recorded system calls of a run. */
export interface Trace {
  /** Every call that writes or sends, with its data. */
  readonly calls: readonly string[];
  /** Every path that was opened for writing, created, renamed or linked. */
  readonly opened: readonly string[];
}

/** Reads a trace file. */
export async function readTrace(file: string): Promise<Trace> {
  return parseTrace(await Deno.readTextFile(file));
}

/**
 * Parses the lines of a trace. Only the name at the start of a line tells which call it is: what a call writes may contain
 * the name of another, as compiled code does.
 */
export function parseTrace(text: string): Trace {
  const lines = text.split("\n");
  return {
    calls: lines.filter((line) => WRITES.test(line)),
    opened: lines.filter((line) => CHANGES.test(line) || OPENS.test(line) && FOR_WRITING.test(line))
      .filter((line) => !line.includes(" = -1 "))
      .map((line) => /"([^"]*)"/.exec(line)?.[1] ?? line),
  };
}
