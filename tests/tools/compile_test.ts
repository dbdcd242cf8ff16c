/**
 * The executable, as far as it can be tested where Deno's runtime base is unavailable. With Deno itself as the base,
 * the same file is produced. It lists its contents and permissions, but doesn't run.
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import {
  compile,
  failureReason,
  FLAGS,
  jobsOf,
  type Outcome,
  TARGETS,
  type Trial,
  tryOut,
} from "../../tools/compile.ts";
import manifest from "../../deno.json" with { type: "json" };
import { TempFolder } from "../support/files.ts";

/** Maximum size that everything together may add to the runtime, in MB. */
const BUDGET = 15;

const MAIN = new URL("../../main.ts", import.meta.url).href;

/** What an executable contains besides the program, as Deno writes it into the file. */
interface Baked {
  readonly permissions: Record<string, unknown>;
  readonly v8_flags: string[];
  readonly env_vars_from_env_file: unknown;
  readonly unstable_config: { features: string[] };
}

Deno.test("Executable contains the program with its imports, and has exactly the permissions of the start task", async () => {
  await using folder = new TempFolder();
  const output = join(folder.path, "anonymous-chat");
  const outcome = await compile({ output, base: Deno.execPath() });
  const { listing } = outcome as Outcome & { kind: "compiled" };
  assert.equal(outcome.kind, "compiled", JSON.stringify(outcome));
  for (const part of ["page.gen.ts", "main.ts", "redis_client.ts"]) {
    assert.ok(listing.includes(part));
  }
  assert.doesNotMatch(listing, /_test\.ts|bench|esbuild|playwright|axe-core|fast-check|ws\/8/);
  const size = Number(/^Files: ([\d.]+)MB$/m.exec(listing)?.[1]);
  assert.ok(size < BUDGET, `${size} MB are embedded`);

  const { permissions, v8_flags, unstable_config } = await bakedInto(output);
  const { allow_import: _, ...others } = permissions; // Nothing is imported: there is no module to fetch.
  const allowed = Object.entries(others).filter(([, value]) => value !== null);
  assert.deepEqual(Object.fromEntries(allowed), { ...granted(), prompt: false });
  assert.ok(v8_flags.includes("--max-semi-space-size=2"));
  assert.deepEqual(unstable_config.features, manifest.unstable);

  const trial = await tryOut({ output }) as Trial & { kind: "broken" };
  assert.equal(trial.kind, "broken", "Deno itself can't run the program");
  assert.match(
    trial.reason,
    /doesn't start: --version answers ".+"\. DENORT_BIN must name the denort/,
  );
});

Deno.test("Compiling starts the result if it is for this machine, and says so if it isn't", async () => {
  await using folder = new TempFolder();
  const output = join(folder.path, Deno.build.os === "windows" ? "program.exe" : "program");
  const kindOf = async (script: string): Promise<Trial["kind"]> => {
    await Deno.writeTextFile(output, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return (await tryOut({ output })).kind;
  };
  assert.equal(await kindOf(`echo "${manifest.version} (abc)"`), "works");
  assert.equal(await kindOf("echo deno 2.9.6"), "broken");
  assert.equal(await kindOf("exit 127"), "broken");
  await Deno.chmod(output, 0o644);
  assert.equal((await tryOut({ output })).kind, "broken");
  const target = Deno.build.os === "windows" ? "linux-x64" : "windows-x64";
  assert.deepEqual(await tryOut({ target, output }), { kind: "untried" });
});

Deno.test("Executable imports exactly the packages that docs/dependencies.md lists for the server", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json", MAIN] })
    .output();
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as { modules: Module[] };
  const files = modules.map(({ specifier }) => specifier);
  assert.deepEqual(files.filter((file) => /\/tests\/|\/(build|compile)\.ts$/.test(file)), []);
  const imported = modules.flatMap(({ dependencies = [] }) => dependencies)
    .map(({ specifier }) => /^(@[^/]+\/)?[a-z][^/:]*(?=\/|$)/.exec(specifier)?.[0]);
  const packages = new Set(imported.filter((name) => name !== undefined));
  assert.deepEqual([...packages].sort(), (await packagesOf("server")).sort());
});

/** A module of the program, as reported by `deno info`. */
interface Module {
  readonly specifier: string;
  readonly dependencies?: readonly { readonly specifier: string }[];
}

/** The packages of the documented table that are used in one part of the program. */
async function packagesOf(part: string): Promise<string[]> {
  const file = new URL("../../docs/dependencies.md", import.meta.url);
  const [, table = ""] = (await Deno.readTextFile(file)).split(/\| part +\|/);
  return [...table.matchAll(/^\| `(\S+)` +\|.*\|(.*)\|$/gm)]
    .filter(([, , parts]) => parts?.includes(part))
    .map(([, name]) => name!);
}

Deno.test("Executable has named permissions, and prompts for no others", () => {
  assert.ok(FLAGS.includes("--no-prompt"));
  assert.deepEqual(
    FLAGS.filter((flag) => /^(-A|-P|--allow-(all|run|ffi|sys$|env$))/.test(flag)),
    [],
  );
});

Deno.test("Compiling says in one line how to get a missing runtime base", async () => {
  const said = "Compile main.ts to x\nDownload https://dl.deno.land/release/v2.9.6/denort-" +
    "x86_64-apple-darwin.zip\nerror: Writing deno compile executable to temporary file 'x'\n\n" +
    "Caused by:\n    0: Setting up base binary.\n    1: error sending request\n\nStack backtrace:\n";
  assert.equal(
    failureReason(said, TARGETS["macos-x64"]),
    "its runtime base can't be downloaded. Try again where this machine reaches dl.deno.land, or " +
      "fetch and unpack https://dl.deno.land/release/v2.9.6/denort-x86_64-apple-darwin.zip " +
      "elsewhere and start this with DENORT_BIN=PATH",
  );
  const missing = { target: "macos-x64", output: "x", base: "/nowhere/denort-{target}" } as const;
  assert.deepEqual(await compile(missing), {
    kind: "failed",
    reason: "DENORT_BIN names no file: /nowhere/denort-x86_64-apple-darwin",
  });
});

Deno.test("Compiling for all systems uses a base for each, and never one for all", () => {
  const orders = jobsOf(["--all"], "bases/denort-{target}");
  assert.ok(typeof orders !== "string");
  assert.deepEqual(orders.map(({ target }) => target), Object.keys(TARGETS));
  assert.equal(new Set(orders.map(({ output }) => output)).size, orders.length);
  assert.match(String(jobsOf(["--all"], "bases/denort")), /^DENORT_BIN names one base for all/);
  assert.deepEqual(jobsOf([], "x"), [{ output: "anonymous-chat", base: "x" }]);
  for (const args of [["--target=beos"], ["--everything"], ["--all", "--all"]]) {
    assert.match(String(jobsOf(args, "")), /^use --all, or --target= and one of linux-x64, /);
  }
});

Deno.test("Compiling says in one line that a base is for another system", async () => {
  await using folder = new TempFolder();
  const output = join(folder.path, "anonymous-chat");
  const windows = Deno.build.os !== "windows";
  const target = windows ? "windows-x64" : "macos-x64";
  const outcome = await compile({ target, output, base: Deno.execPath() });
  assert.equal(outcome.kind, "failed");
  const { reason } = outcome as Outcome & { kind: "failed" };
  assert.match(reason, /^error: Writing .* Invalid .*\(for \S+\)$/i);
  assert.doesNotMatch(reason, /\n|backtrace/);
});

/** The permissions among the flags, as Deno writes them into the file. An empty list grants everything. */
function granted(): Record<string, string[]> {
  const flags = FLAGS.map((flag) => /^--(allow-\w+)(?:=(.*))?$/.exec(flag));
  const named = flags.filter((match) => match !== null);
  return Object.fromEntries(
    named.map(([, name = "", list]) => [name.replace("-", "_"), list?.split(",") ?? []]),
  );
}

/** The metadata that Deno appends near the end of an executable. */
async function bakedInto(executable: string): Promise<Baked> {
  const bytes = await Deno.readFile(executable);
  const tail = new TextDecoder("latin1").decode(bytes.subarray(-20_000_000));
  const start = tail.lastIndexOf('{"argv":[]');
  const end = tail.indexOf('"app_version"', start);
  return JSON.parse(tail.slice(start, tail.indexOf("}", end) + 1));
}
