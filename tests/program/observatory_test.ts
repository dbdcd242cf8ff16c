/**
 * The headers as a stranger grades them: the scanner behind MDN's HTTP Observatory, run here against the program.
 *
 * The public service looks only at public hosts. The scanner itself is content with any host that answers by http and
 * by valid https, so the program stands behind `HttpsFront`, whose certificate the scanner is told to trust. It is a
 * large package of many authors, so it runs apart from the project, and may talk to that front and to nobody else.
 *
 * What can't be judged here: whether a host is on the browsers' list of those that are visited by https only. None of
 * ours is, and the best grade doesn't ask for it.
 */

import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpsFront } from "../support/https_front.ts";
import { Program } from "../support/program.ts";

const PAGES = ["/", "/privacy", "/contact", "/statistics", "/transparency"];

const PACKAGE = "@mdn/mdn-http-observatory";
const VERSION = "1.4.8";

/** Where the scanner is kept, so that only the first time takes long. */
const FOLDER = join(tmpdir(), "anonymous-chat-observatory");
const INSTALLED = join(FOLDER, "node_modules", PACKAGE);

/** Neither our configuration nor our lock file names the scanner. */
const APART = ["--no-config", "--no-lock", "--quiet"];

/** How long fetching the scanner or one scan may take, in milliseconds. */
const PATIENCE = 120_000;

/** What the scanner prints, as far as it matters here. */
interface Report {
  readonly scan: { readonly grade: string; readonly score: number };
  readonly tests: Readonly<Record<string, { readonly pass: boolean; readonly result: string }>>;
}

Deno.test("P8: the headers of every page are graded A+ by the HTTP Observatory", async () => {
  if (!await isFetched()) return;
  await using program = await Program.start("--trust-proxy=1");
  await using front = HttpsFront.start({ target: program.port });
  const complaints: string[] = [];
  for (const page of PAGES) complaints.push(...await complain(front, page));
  assert.deepEqual(complaints, []);
});

/** Gets the scanner, or says that it can't be had; in CI that is a failure. */
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

/** The scanner's install script, which Deno doesn't run, would download the list; an empty one says the same of us. */
async function forgetPreloaded(): Promise<void> {
  await Deno.writeTextFile(join(INSTALLED, "conf", "hsts-preload.json"), "{}");
}

/** What keeps a page from the best grade, which bonuses could hide. */
async function complain(front: HttpsFront, page: string): Promise<string[]> {
  const { scan: { grade, score }, tests } = await scan(front, page);
  const failed = Object.entries(tests).filter(([, { pass }]) => !pass);
  const complaints = failed.map(([name, { result }]) => `${page} fails ${name}: ${result}`);
  return grade === "A+" ? complaints : [...complaints, `${page} is graded ${grade} (${score})`];
}

/** Scans one page with the scanner's own command, which takes a path after the host. */
async function scan({ authority, certificate }: HttpsFront, page: string): Promise<Report> {
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
  const env = { NODE_EXTRA_CA_CERTS: file, no_proxy: "*" }; // No proxy of this machine has a part in it.
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
