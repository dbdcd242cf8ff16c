/**
 * Audits of all pages by Lighthouse: accessibility, best practices and search engine optimization without a fault, and
 * fast on a simulated slow phone. Lighthouse is a large package by many authors, so it runs apart from the project, in
 * a process that can reach only this machine.
 *
 * Other tests run at the same time. So tasks are measured by the processor time that they took, because another program
 * may get the processor in the middle of one (`processor_time.ts`). A page that is too slow, or could not be measured, is
 * measured again a limited number of times, and passes if one run does. Lighthouse simulates a phone by slowing the
 * processor down by a fixed factor, which assumes a fast processor. It also measures how fast the processor was, and each
 * further run reduces the slowdown by as much as the processor fell short. None of this makes a slow page fast.
 * Everything else must pass on the first run.
 */

import { deepEqual } from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TestServer } from "../support/server.ts";
import { launchForInspection } from "./browser.ts";

const VERSION = "13.5.0";

/** The folder of Lighthouse. It is kept, so that only the first run takes long. */
const FOLDER = join(tmpdir(), "anonymous-chat-lighthouse");

/** Keeps Lighthouse out of our configuration and our lock file. */
const APART = ["--no-config", "--no-lock", "--quiet"];

/** The pages to audit, and the form factor. */
const VISITS = [
  { path: "/", form: "mobile" },
  { path: "/", form: "desktop" },
  { path: "/privacy", form: "mobile" },
  { path: "/statistics", form: "mobile" },
] as const;

type Visit = (typeof VISITS)[number];

/** The maximum number of runs per page. */
const RUNS = 6;

/**
 * How much slower the simulated phone is than a processor with this benchmark index, and that index
 * (https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md).
 */
const SLOWDOWN = { mobile: 4, desktop: 1 } as const;
const FAST_INDEX = 1500;

/** The minimum score in each category, out of 100. */
const LEAST = {
  "performance": 95,
  "accessibility": 100,
  "best-practices": 100,
  "seo": 100,
} as const;

type Category = keyof typeof LEAST;

/** The separate program: audits a page in a running browser, and prints the result. */
const JUDGE = `
  import { desktopConfig } from "npm:lighthouse@${VERSION}";
  import { navigationGather } from "npm:lighthouse@${VERSION}/core/gather/navigation-runner.js";
  import { Runner } from "npm:lighthouse@${VERSION}/core/runner.js";
  import { useProcessorTime } from "./processor_time.ts";
  const [url, port, form, slowdown] = Deno.args;
  const onlyCategories = ${JSON.stringify(Object.keys(LEAST))};
  const flags = { port: Number(port), onlyCategories, logLevel: "silent", disableFullPageScreenshot: true,
    throttling: { cpuSlowdownMultiplier: Number(slowdown) } };
  const config = form === "desktop" ? desktopConfig : undefined;
  const { artifacts, runnerOptions } = await navigationGather(undefined, url, { config, flags });
  if (artifacts.Trace) useProcessorTime(artifacts.Trace.traceEvents);
  const { lhr } = await Runner.audit(artifacts, runnerOptions);
  const points = Object.values(lhr.categories).map(({ id, score }) => [id, Math.round(score * 100)]);
  const faults = Object.values(lhr.categories).flatMap(({ id, auditRefs }) => auditRefs
    .filter(({ weight, id }) => weight > 0 && lhr.audits[id].score !== null && lhr.audits[id].score < 0.9)
    .map((ref) => id + ": " + lhr.audits[ref.id].title));
  const { benchmarkIndex } = lhr.environment;
  console.log(JSON.stringify({ points: Object.fromEntries(points), faults, benchmarkIndex, error: lhr.runtimeError?.message }));
  Deno.exit();
`;

/** The result for one page. */
interface Verdict {
  readonly points: Readonly<Record<Category, number>>;
  /** The failed audits, in words. */
  readonly faults: readonly string[];
  /** The speed of the processor: some 1,500 for a fast, idle computer. */
  readonly benchmarkIndex: number;
  /** Why the page could not be audited. */
  readonly error?: string;
}

Deno.test("Lighthouse finds nothing wrong with any page, and each fast", async () => {
  if (!await isFetched()) return;
  await using server = await TestServer.start();
  await using browser = await launchForInspection();
  for (const visit of VISITS) deepEqual(await complain(server.http, browser.port, visit), []);
});

/** Fetches Lighthouse, or says that it can't. In CI, that is a failure. */
async function isFetched(): Promise<boolean> {
  await Deno.mkdir(FOLDER, { recursive: true });
  await Deno.writeTextFile(join(FOLDER, "judge.js"), JUDGE);
  const processorTime = new URL("processor_time.ts", import.meta.url);
  await Deno.copyFile(processorTime, join(FOLDER, "processor_time.ts"));
  const { success } = await deno("cache", ...APART, "judge.js");
  if (!success && Deno.env.get("CI")) {
    throw new Error("Cannot test: Lighthouse could not be fetched");
  }
  // deno-lint-ignore no-console -- the one line that says what is missing
  if (!success) console.log("lighthouse could not be fetched: the pages are not judged by it.");
  return success;
}

/** The complaints about a page. */
async function complain(site: string, port: number, visit: Visit): Promise<string[]> {
  let complaints: string[] = [];
  let slowdown: number = SLOWDOWN[visit.form];
  for (let run = 0; run < RUNS; run++) {
    const verdict = await judge(site + visit.path, port, visit, slowdown);
    slowdown = Math.max(1, SLOWDOWN[visit.form] * Math.min(1, verdict.benchmarkIndex / FAST_INDEX));
    complaints = complaintsOf(verdict).map((one) => `${visit.path} (${visit.form}): ${one}`);
    if (verdict.error === undefined && !isOnlySlow(verdict)) break;
  }
  return complaints;
}

function complaintsOf({ points, faults, error }: Verdict): string[] {
  if (error !== undefined) return [error];
  const short = categories().filter((category) => points[category] < LEAST[category]);
  return short.map((category) =>
    [`${category} ${points[category]}`, ...faults.filter((fault) => fault.startsWith(category))]
      .join("; ")
  );
}

function isOnlySlow({ points }: Verdict): boolean {
  return points.performance < LEAST.performance &&
    categories().every((one) => one === "performance" || points[one] === LEAST[one]);
}

function categories(): Category[] {
  return Object.keys(LEAST) as Category[];
}

async function judge(
  url: string,
  port: number,
  { form }: Visit,
  slowdown: number,
): Promise<Verdict> {
  const { success, stdout, stderr } = await deno(
    "run",
    ...APART,
    "--no-prompt",
    "--cached-only",
    ...["--allow-env", "--allow-sys", "--allow-read", `--allow-write=${FOLDER}`],
    "--allow-net=127.0.0.1,localhost",
    "judge.js",
    url,
    String(port),
    form,
    String(slowdown),
  );
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot judge ${url}: ${decode(stdout)}${decode(stderr)}`);
  return JSON.parse(decode(stdout));
}

async function deno(...args: string[]): Promise<Deno.CommandOutput> {
  return await new Deno.Command(Deno.execPath(), { args, cwd: FOLDER }).output();
}
