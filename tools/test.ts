/**
 * Runs the tests, some files at a time, the longest first: otherwise the last minutes would belong to one long file.
 * Arguments are passed on to `deno test`.
 *
 * Where the browser tests run a second time, on a system with only Node and npm, `TEST_ONCE=1` leaves out the files
 * whose tests need Chromium and nothing else, and of the tests in several engines those in Chromium (`.ci/run`).
 */

/** The files that take longest, in order. */
const LONGEST = ["soak/soak", "promises", "e2e/call", "e2e/accessibility", "e2e/leave"];

/** The files of `tests/e2e/` whose tests need one browser and no other package. */
const ONE_BROWSER = [
  ...["accessibility", "attention", "blocked", "call", "changed_page", "first_paint", "language"],
  ...["line", "links", "mobile", "preferences", "preview", "reading", "report", "resume"],
  ...["screen_reader", "sealed", "small_screens"],
];

/** Audits by Lighthouse. Its name keeps it out of the browser tests of the bare system, which measure nothing. */
const AUDITS = "tests/e2e/lighthouse.ts";

/** How many files run at a time, unless `DENO_JOBS` says otherwise. */
const JOBS = "3";

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
  const first = LONGEST.map((name) => `tests/${name}_test.ts`);
  const files = [...new Set([...first, AUDITS, ...[...testsIn("tests/")].sort()])];
  if (selection === "all") return files;
  if (selection === "browser") return files.filter((file) => /promises_test|e2e.*_test/.test(file));
  return files.filter((file) => !ONE_BROWSER.some((name) => file === `tests/e2e/${name}_test.ts`));
}

/** "--browser" selects the tests of the bare system. */
function selectionOf(options: readonly string[]): Selection {
  if (options.includes(BROWSER)) return "browser";
  return Deno.env.get("TEST_ONCE") === "1" ? "rest" : "all";
}

const BROWSER = "--browser";

if (import.meta.main) {
  const options = Deno.args.filter((option) => option !== BROWSER);
  const files = testFiles(selectionOf(Deno.args));
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", "--parallel", "--allow-all", ...options, ...files],
    env: { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? JOBS },
    cwd: root,
  }).spawn().status;
  Deno.exit(code);
}
