/**
 * The security headers, graded by a third party: the scanner behind MDN's HTTP Observatory, run here against the
 * program.
 *
 * The public service only scans public hosts. The scanner itself accepts any host that answers over http and over valid
 * https, so the program runs behind `HttpsFront`, whose certificate the scanner is told to trust. The scanner is a
 * large package with many authors, so it is installed outside the project and may connect only to that front.
 *
 * One thing can't be judged here: whether a host is on the browsers' HSTS preload list. None of our hosts is, and the
 * best grade doesn't require it.
 */

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpsProxy } from "../support/https_proxy.ts";
import { Program } from "../support/program.ts";

const PAGES = ["/", "/privacy", "/rules", "/contact", "/statistics", "/transparency"];

const PACKAGE = "@mdn/mdn-http-observatory";
const VERSION = "1.4.8";

/** Where the scanner is kept, so that only the first run takes long. */
const FOLDER = join(tmpdir(), "anonymous-chat-observatory");
const INSTALLED = join(FOLDER, "node_modules", PACKAGE);

/** Keeps the scanner out of our configuration and lock file. */
const APART = ["--no-config", "--no-lock", "--quiet"];

/** Time limit for downloading the scanner and for a scan, in milliseconds. */
const PATIENCE = 120_000;

/** The part of the scanner's output that matters here. */
interface Report {
  readonly scan: { readonly grade: string; readonly score: number };
  readonly tests: Readonly<Record<string, { readonly pass: boolean; readonly result: string }>>;
}

Deno.test("P8: the headers of every page are graded A+ by the HTTP Observatory", async () => {
  if (!await isFetched()) return;
  await using program = await Program.start("--trust-proxy=1");
  await using front = HttpsProxy.start({ target: program.port });
  const complaints: string[] = [];
  for (const page of PAGES) complaints.push(...await complain(front, page));
  assert.deepEqual(complaints, []);
});

/** Downloads the scanner, or logs that it is unavailable. In CI, the test fails if it is. */
async function isFetched(): Promise<boolean> {
  await Deno.mkdir(FOLDER, { recursive: true });
  const specifier = `npm:${PACKAGE}@${VERSION}`;
  const { success } = await deno(["cache", ...APART, "--node-modules-dir=auto", specifier]);
  if (success) await forgetPreloaded();
  else if (Deno.env.get("CI")) throw new Error(`Cannot test: ${PACKAGE} could not be fetched`);
  // deno-lint-ignore no-console -- the one line that says what is missing
  else console.log(`${PACKAGE} could not be fetched: the headers are not graded.`);
  return success;
}

/**
 * The scanner's install script, which Deno doesn't run, would download the HSTS preload list. We are in neither that
 * list nor an empty one.
 */
async function forgetPreloaded(): Promise<void> {
  await Deno.writeTextFile(join(INSTALLED, "conf", "hsts-preload.json"), "{}");
}

/** Everything that lowers a page's grade. Bonuses could hide it. */
async function complain(front: HttpsProxy, page: string): Promise<string[]> {
  const { scan: { grade, score }, tests } = await scan(front, page);
  const failed = Object.entries(tests).filter(([, { pass }]) => !pass);
  const complaints = failed.map(([name, { result }]) => `${page} fails ${name}: ${result}`);
  return grade === "A+" ? complaints : [...complaints, `${page} is graded ${grade} (${score})`];
}

/** Scans one page with the scanner's command, which takes a path after the host. */
async function scan({ authority, certificate }: HttpsProxy, page: string): Promise<Report> {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, certificate);
  const args = [
    "run",
    ...APART,
    "--no-prompt",
    "--cached-only",
    "--node-modules-dir=manual",
    "--allow-env",
    "--allow-sys",
    `--allow-read=${FOLDER}`,
    `--allow-net=${authority}`,
    join(INSTALLED, "src", "scan.js"),
    authority + page,
  ];
  const env = { NODE_EXTRA_CA_CERTS: file, no_proxy: "*" }; // Bypasses any proxy configured on this computer.
  const { success, stdout, stderr } = await deno(args, env);
  await Deno.remove(file);
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot scan ${page}: ${decode(stdout)}${decode(stderr)}`);
  return JSON.parse(decode(stdout));
}

async function deno(
  args: string[],
  env: Record<string, string> = {},
): Promise<Deno.CommandOutput> {
  const signal = AbortSignal.timeout(PATIENCE);
  return await new Deno.Command(Deno.execPath(), { args, env, cwd: FOLDER, signal }).output();
}
