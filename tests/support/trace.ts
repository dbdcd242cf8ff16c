/**
 * The system calls of a whole run, by `strace`: what the program writes and sends, and which files it opens for
 * writing. The tracer stands aside (`-D`), so that the program is our own child and gets our signals.
 */

import { succeeds } from "./installed.ts";

const WRITING = "write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,sendmmsg,sendfile,splice";
const OPENING = "open,openat,openat2,creat,rename,renameat,renameat2,link,linkat,symlink,symlinkat";

/** What stands before a command so that its calls go to `file`, each with all of its bytes. */
export function TRACER(file: string): string[] {
  const calls = `trace=${WRITING},${OPENING}`;
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
 * Whether a run can be traced. Where there is no tracer, one line says so, and in CI that is a failure; where the system
 * forbids tracing, one line says that.
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

/** What a run did. */
export interface Trace {
  /** Every call that writes or sends, with what it wrote. */
  readonly calls: readonly string[];
  /** Every path that was opened for writing, or made. */
  readonly opened: readonly string[];
}

/** Reads a trace. */
export async function readTrace(file: string): Promise<Trace> {
  const lines = (await Deno.readTextFile(file)).split("\n");
  const writes = new RegExp(`^\\d+ +(?:${WRITING.replaceAll(",", "|")})\\(`);
  return {
    calls: lines.filter((line) => writes.test(line)),
    opened: lines.filter((line) =>
      /O_WRONLY|O_RDWR|O_CREAT|creat\(|rename\w*\(|link(?:at)?\(/.test(line)
    )
      .filter((line) => !line.includes(" = -1 "))
      .map((line) => /"([^"]*)"/.exec(line)?.[1] ?? line),
  };
}
