/**
 * Deno Deploy on this machine, as far as its documentation (of August 2026) describes it: `DENO_DEPLOY` in the
 * environment, `deno.json` and its lock file unchanged, `main.ts` as the entry point without arguments, `Deno.serve`,
 * Deno KV, and a file system that can't be relied on. Here the program has no file access at all: it may use the
 * network and read its environment, but it may not read or write files, or run anything.
 *
 * Deno KV is a database that the runtime opens outside the permissions of the program. The location given to the
 * program selects the database, so instances with the same `site` share one, like the instances of one app.
 */

import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OLDEST_DENO } from "../../server/base/runtime.ts";
import { lockFile } from "./files.ts";
import { Program } from "./program.ts";

/** The Deno that the tests run on, and the oldest of 2.5, the series that Deno Deploy's documentation names. */
export const DENO_VERSIONS = [Deno.version.deno, OLDEST_DENO.deno] as const;

/** The time limit for fetching another Deno, in milliseconds. */
const FETCH_LIMIT = 180_000;

/** Starts an instance and waits until it listens. Its output is in its `log`. */
export async function startOnDeploy(
  version: string,
  env: Readonly<Record<string, string>> = {},
  site = newSite(),
): Promise<Program> {
  const command = [
    await executableOf(version),
    "run",
    "--no-prompt",
    "--frozen",
    "--allow-net",
    "--allow-env",
    `--location=${site}`,
    "main.ts",
  ];
  const here = { DENO_DEPLOY: "1", HOST: "127.0.0.1", PORT: "0" }; // The platform sets both itself.
  return await Program.startWith({ command, env: { ...here, ...env } });
}

/** A new app with its own database. */
export function newSite(): string {
  return `http://${crypto.randomUUID()}.example`;
}

/** Reads the database of a site and deletes it. No instance of the site may be running. */
export async function takeDatabase<T>(site: string, look: (kv: Deno.Kv) => Promise<T>): Promise<T> {
  const folder = await storageOf(site);
  try {
    using kv = await Deno.openKv(join(folder, "kv.sqlite3"));
    return await look(kv);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where Deno stores the data of a location. `deno info` shows another path, that of the URL with a slash. */
async function storageOf(site: string): Promise<string> {
  const { denoDir } = JSON.parse(await outputOf(Deno.execPath(), ["info", "--json"]));
  return join(denoDir, "location_data", createHash("sha256").update(site).digest("hex"));
}

/** The path of the executable of a version. npm has all versions. */
export async function executableOf(version: string): Promise<string> {
  if (version === Deno.version.deno) return Deno.execPath();
  // npx may not install one version twice at the same time, which tests in several processes would ask for.
  using _lock = await lockFile(join(tmpdir(), "anonymous-chat-npx.lock"));
  const where = "console.log(Deno.execPath())";
  return (await outputOf("npx", ["-y", `deno@${version}`, "eval", where])).trim();
}

async function outputOf(command: string, args: string[]): Promise<string> {
  const signal = AbortSignal.timeout(FETCH_LIMIT);
  const { code, stdout, stderr } = await new Deno.Command(command, { args, signal }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  if (code !== 0) throw new Error(`Cannot run ${command}: ${decode(stderr)}`);
  return decode(stdout);
}
