/**
 * Deno Deploy on this machine, as far as its documentation (of August 2026) says what it is: `DENO_DEPLOY` in the
 * environment, `deno.json` and its lock as they are, `main.ts` as the entry point without arguments, `Deno.serve`,
 * Deno KV, and files that can't be relied on. Here there are none at all: what runs may use the network and read its
 * environment, and has no permission to read or write a file, nor to run anything.
 *
 * Deno KV is a database that the runtime opens by itself, outside of what the program may do. Which one depends on the
 * location that the program is told, so instances with the same `site` share one, as those of one app do.
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { Program } from "./program.ts";

/** The Deno that the tests run on, and the last one of the line that Deno Deploy ran when it was last documented. */
export const DENO_VERSIONS = [Deno.version.deno, "2.5.7"] as const;

/** How long fetching another Deno may take, in milliseconds. */
const FETCH_LIMIT = 180_000;

/** Starts an instance and waits until it listens. It says what it says in its `log`. */
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
  const here = { DENO_DEPLOY: "1", HOST: "127.0.0.1", PORT: "0" }; // On the platform both are its own affair.
  return await Program.startWith({ command, env: { ...here, ...env } });
}

/** An app of its own, with a database of its own. */
export function newSite(): string {
  return `http://${crypto.randomUUID()}.example`;
}

/** Looks into the database of a site, which must not have an instance any more, and deletes it. */
export async function takeDatabase<T>(site: string, look: (kv: Deno.Kv) => Promise<T>): Promise<T> {
  const folder = await storageOf(site);
  try {
    using kv = await Deno.openKv(join(folder, "kv.sqlite3"));
    return await look(kv);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where Deno keeps what belongs to a location; `deno info` names another place, that of a URL with a slash. */
async function storageOf(site: string): Promise<string> {
  const { denoDir } = JSON.parse(await outputOf(Deno.execPath(), ["info", "--json"]));
  return join(denoDir, "location_data", createHash("sha256").update(site).digest("hex"));
}

/** Where the executable of a version is; npm has them all. */
async function executableOf(version: string): Promise<string> {
  if (version === Deno.version.deno) return Deno.execPath();
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
