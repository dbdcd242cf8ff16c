/**
 * Installs what the competitors need and the project does not: packages in exact versions, and a compiled program. npm
 * downloads them to a temporary folder when the benchmark runs, and they stay there for the next run. A program that
 * can't be installed is reported as missing, with the reason, and so is its row in the tables.
 */

import { tmpdir } from "node:os";
import { join } from "node:path";
import { firstLine } from "./cpu_pinning.ts";

/** Exact versions, which appear in the tables. */
export const PACKAGES = { "socket.io": "4.8.4", ws: "8.23.0", bun: "1.4.5" } as const;

/** A program, or why it can't be run. */
export type Tool = { kind: "installed"; path: string; version: string } | {
  kind: "missing";
  reason: string;
};

/** All programs of the competitors. */
export interface Installation {
  /** The folder with the packages. */
  readonly folder: string;
  readonly node: Tool;
  readonly bun: Tool;
  readonly floor: Tool;
  /** The same over TLS, which needs the headers of OpenSSL. */
  readonly tlsFloor: Tool;
}

/** Downloads and compiles what is missing. */
export async function installCompetitors(): Promise<Installation> {
  const folder = join(tmpdir(), "anonymous-chat-bench");
  await Deno.mkdir(folder, { recursive: true });
  const installed = await install(folder);
  const bun = join(folder, "node_modules", ".bin", "bun");
  const [node, bunTool, floor, tlsFloor] = await Promise.all([
    installed ? find("node", "node") : missing("npm could not download its packages"),
    installed ? find(bun, "bun") : missing("npm could not download it"),
    compile(join(folder, "relay_floor")),
    compile(join(folder, "relay_floor_tls"), "-DTLS", "-lssl", "-lcrypto"),
  ]);
  return { folder, node, bun: bunTool, floor, tlsFloor };
}

async function install(folder: string): Promise<boolean> {
  const specifiers = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
  const quiet = ["--no-audit", "--no-fund", "--save-exact", "--prefer-offline"];
  const args = ["install", "--prefix", folder, ...quiet, ...specifiers];
  return await firstLine("npm", ...args) !== undefined;
}

async function find(path: string, name: string): Promise<Tool> {
  const version = await firstLine(path, "--version");
  return version === undefined
    ? missing(`no ${name} runs here`)
    : { kind: "installed", path, version: version.replace("v", "") };
}

async function compile(path: string, ...flags: readonly string[]): Promise<Tool> {
  const source = new URL("relay_floor.c", import.meta.url).pathname;
  const version = await firstLine("gcc", "-dumpfullversion");
  if (version === undefined) return missing("no gcc here");
  const made = await firstLine("gcc", "-O2", "-o", path, source, ...flags);
  if (made !== undefined) return { kind: "installed", path, version };
  return missing(flags.length > 0 ? "no headers of OpenSSL here" : "gcc failed");
}

function missing(reason: string): Tool {
  return { kind: "missing", reason };
}
