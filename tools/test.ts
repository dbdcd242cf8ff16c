/**
 * Runs the tests, several files at a time. Deno orders files by folder, so the longest files would be the last ones,
 * alone. They have their own process. Arguments are passed on to `deno test`.
 *
 * Where the browser tests run a second time, on a system with only Node and npm, `TEST_ONCE=1` leaves out the tests
 * that need Chromium and nothing else: whole files, most promise tests, and of the tests in several engines those in
 * Chromium (`.ci/run`).
 */

import { print } from "../server/base/print.ts";

/** The promise tests. */
const PROMISES = "tests/promises_test.ts";

/** The promise tests that need a package which the bare system lacks. */
const BEYOND_BARE = "--filter=/system calls/";

/** The files that take longest, and some that mostly wait. They run one by one, next to all others. */
const LONGEST = [
  ...["tests/soak/soak_test.ts", PROMISES, "tests/soak/fault_soak_test.ts"],
  ...["tests/program/storage_faults_test.ts", "tests/attacks/sockets_test.ts"],
  ...["tests/server/commands/hangup_test.ts", "tests/server/cluster/processes_test.ts"],
  "tests/docs_commands_test.ts",
];

/** Files that begin before others in their folder, because they take long. */
const LONG = ["call", "accessibility", "leave"].map((name) => `tests/e2e/${name}_test.ts`);

/** The files of `tests/e2e/` whose tests need one browser and no other package. */
const ONE_BROWSER = [
  ...["accessibility", "attention", "blocked", "call", "changed_page", "first_paint", "language"],
  ...["line", "links", "mobile", "preferences", "preview", "reading", "report", "resume"],
  ...["screen_reader", "sealed", "small_screens"],
];

/** Audits by Lighthouse. Its name keeps it out of the browser tests of the bare system, which measure nothing. */
const AUDITS = "tests/e2e/lighthouse.ts";

/** How many other files run at a time, unless `DENO_JOBS` says otherwise. */
const JOBS = "2";

const root = new URL("../", import.meta.url);

/** The test files in and below a folder, as paths from the root. */
function* testsIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder, root))) {
    if (isDirectory) yield* testsIn(`${folder}${name}/`);
    else if (name.endsWith("_test.ts")) yield folder + name;
  }
}

/** Which tests: all, all but those that run on the bare system, or those of the bare system. */
export type Selection = "all" | "rest" | "browser";

/** The files to run, in order. */
export function testFiles(selection: Selection): string[] {
  const files = [...new Set([...LONGEST, ...LONG, AUDITS, ...[...testsIn("tests/")].sort()])];
  if (selection === "all") return files;
  if (selection === "browser") return files.filter((file) => /promises_test|e2e.*_test/.test(file));
  const left = [PROMISES, ...ONE_BROWSER.map((name) => `tests/e2e/${name}_test.ts`)];
  return files.filter((file) => !left.includes(file));
}

/** Selects the tests of the bare system. */
const BROWSER = "--browser";

function selectionOf(options: readonly string[]): Selection {
  if (options.includes(BROWSER)) return "browser";
  return Deno.env.get("TEST_ONCE") === "1" ? "rest" : "all";
}

/** What is printed when only the longest files are left. `.ci/run` then starts the tests of the bare system. */
export const LEFT = "Only the longest files are left.";

/** Runs some files, `jobs` at a time, and returns the exit code. */
async function run(
  files: readonly string[],
  jobs: string,
  options: readonly string[],
): Promise<number> {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--parallel", "--allow-all", ...options, ...files],
    env: { DENO_JOBS: jobs },
    cwd: root,
  }).spawn().status;
  return code;
}

if (import.meta.main) {
  const options = Deno.args.filter((option) => option !== BROWSER);
  const selection = selectionOf(Deno.args);
  const { longest = [], others = [] } = Object.groupBy(
    testFiles(selection),
    (file) => LONGEST.includes(file) ? "longest" : "others",
  );
  const longestDone = run(longest, "1", options);
  const codes = await Promise.all([
    run(others, Deno.env.get("DENO_JOBS") ?? JOBS, options),
    selection === "rest" ? run([PROMISES], "1", [BEYOND_BARE]) : 0,
  ]);
  await print(Deno.stdout, `${LEFT}\n`);
  Deno.exit(Math.max(await longestDone, ...codes));
}
