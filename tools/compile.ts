/**
 * Builds the executable: one file with the program, its page, the packages that it imports, and Deno's runtime.
 *
 * The permissions are fixed in the file and cannot be extended when it is started. They are those of the task `start`,
 * the only place that lists them. The program never asks for more (`--no-prompt`), and relative paths refer to the
 * folder that it is started in.
 *
 * The runtime is a base binary for each target, `denort`, which is not part of Deno. Deno downloads the one for its own
 * version and caches it. If it can't, DENORT_BIN names a file to use instead. `{target}` in that name is replaced by
 * the target, so one value works for all targets.
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { errorCode } from "../server/base/error_code.ts";
import { print } from "../server/base/print.ts";
import { runtimeProblem } from "../server/base/runtime.ts";
import manifest from "../deno.json" with { type: "json" };

/** The targets of executables: the name shown to people, and Deno's name. */
export const TARGETS = {
  "linux-x64": "x86_64-unknown-linux-gnu",
  "linux-arm64": "aarch64-unknown-linux-gnu",
  "macos-x64": "x86_64-apple-darwin",
  "macos-arm64": "aarch64-apple-darwin",
  "windows-x64": "x86_64-pc-windows-msvc",
  "windows-arm64": "aarch64-pc-windows-msvc",
} as const;

/** The folder for executables of a named target. */
const FOLDER = "dist";

/** What to build: an executable for this machine, or for one of the {@linkcode TARGETS}. */
export interface CompileJob {
  readonly target?: keyof typeof TARGETS | undefined;
  /** The file to write. On Windows, `.exe` is added. */
  readonly output: string;
  /** A base binary to use instead of the one that Deno downloads, or "". */
  readonly base: string;
}

/** The result: Deno's list of what is in the file, or why it was not built. */
export type Outcome = { kind: "compiled"; listing: string } | { kind: "failed"; reason: string };

/** The task `start`: a setting for the C library, then `deno run`, its flags and the entry point. */
const [SETTING = "", , , ...STARTED] = manifest.tasks.start.command.split(" ");

/** The flags of the task `start`: what `deno` is started with, and what is fixed in the executable. */
export const FLAGS: readonly string[] = STARTED.slice(0, -1);

/** The setting that makes glibc overwrite freed memory. It is read before the program starts, so it can't be built in. */
export const GLIBC_TUNABLES: string = SETTING.slice("GLIBC_TUNABLES=".length);

const root = new URL("../", import.meta.url);

/** Builds one executable. Its folder must exist. */
export async function compile({ target, output, base }: CompileJob): Promise<Outcome> {
  const triple = target === undefined ? Deno.build.target : TARGETS[target];
  const baseFile = base.replaceAll("{target}", triple);
  if (baseFile !== "" && !await isFile(baseFile)) {
    return { kind: "failed", reason: `DENORT_BIN names no file: ${baseFile}` };
  }
  const buildFlags = ["--no-check", "--exclude-unused-npm"]; // Types are checked by the task `ok`.
  const flags = [...FLAGS, ...buildFlags, "--target", triple, "--output", output];
  const command = new Deno.Command(Deno.execPath(), {
    args: ["compile", ...flags, "main.ts"],
    env: baseFile === "" ? {} : { DENORT_BIN: resolve(baseFile) },
    cwd: root,
  });
  const { success, stderr } = await command.output();
  const message = stripVTControlCharacters(new TextDecoder().decode(stderr));
  return success
    ? { kind: "compiled", listing: message }
    : { kind: "failed", reason: failureReason(message, triple) };
}

/** Why Deno built nothing, in one line: its last message before the stack trace, or what to do about a missing base. */
export function failureReason(output: string, triple: string): string {
  const address = /https:\S+\/denort-\S+\.zip/.exec(output)?.[0];
  if (address !== undefined && output.includes("Setting up base binary")) {
    const { host } = new URL(address);
    return `its runtime base can't be downloaded. Try again where this machine reaches ${host}, ` +
      `or fetch and unpack ${address} elsewhere and start this with DENORT_BIN=PATH`;
  }
  const [before = ""] = output.split("\nStack backtrace");
  const lines = before.slice(before.indexOf("error: ")).split("\n").map((line) => line.trim());
  return `${lines.filter(Boolean).join(" ")} (for ${triple})`;
}

/** Whether an executable works: only starting it proves that its base can run it. */
export type Trial =
  | { kind: "works" }
  /** It is for another system, so it can't be started here. */
  | { kind: "untried" }
  | { kind: "broken"; reason: string };

/** Time limit for the start of an executable, in milliseconds. */
const TRIAL_TIME = 60_000;

/** Starts an executable that was built for this machine, and compares its version with the expected one. */
export async function tryOut({ target, output }: Omit<CompileJob, "base">): Promise<Trial> {
  const triple = target === undefined ? Deno.build.target : TARGETS[target];
  if (triple !== Deno.build.target) return { kind: "untried" };
  const file = resolve(fileURLToPath(root), Deno.build.os === "windows" ? `${output}.exe` : output);
  const said = await firstLine(file);
  if (said.startsWith(`${manifest.version} (`)) return { kind: "works" };
  const reason = `it was written, but doesn't start: --version answers "${said}". ` +
    `DENORT_BIN must name the denort of Deno ${Deno.version.deno}, not Deno itself`;
  return { kind: "broken", reason };
}

/** The first line that `--version` prints, or the code of the error. */
async function firstLine(file: string): Promise<string> {
  const signal = AbortSignal.timeout(TRIAL_TIME);
  const command = new Deno.Command(file, { args: ["--version"], signal });
  try {
    const { stdout, stderr } = await command.output();
    const [line = ""] = new TextDecoder().decode(stdout.length > 0 ? stdout : stderr).split("\n");
    return stripVTControlCharacters(line);
  } catch (error) {
    return errorCode(error);
  }
}

function isFile(path: string): Promise<boolean> {
  return Deno.stat(path).then((entry) => entry.isFile, () => false);
}

/** The jobs on a command line, or what is wrong with it. */
export function jobsOf(args: readonly string[], base: string): readonly CompileJob[] | string {
  if (args.length === 0) return [{ output: "anonymous-chat", base }];
  const names = Object.keys(TARGETS) as (keyof typeof TARGETS)[];
  const isAll = args[0] === "--all";
  const wanted = isAll ? names : names.filter((name) => args[0] === `--target=${name}`);
  if (args.length > 1 || wanted.length === 0) {
    return `use --all, or --target= and one of ${names.join(", ")}`;
  }
  if (isAll && base !== "" && !base.includes("{target}")) {
    return "DENORT_BIN names one base for all targets; write {target} where they differ";
  }
  return wanted.map((target) => ({ target, output: `${FOLDER}/anonymous-chat-${target}`, base }));
}

if (import.meta.main) {
  const unfit = runtimeProblem("node", { version: Deno.version.deno, isBuiltIn: true });
  if (unfit !== undefined) {
    await print(Deno.stdout, `Cannot compile: ${unfit}.\n`);
    Deno.exit(2);
  }
  const jobs = jobsOf(Deno.args, Deno.env.get("DENORT_BIN") ?? "");
  if (typeof jobs === "string") {
    await print(Deno.stdout, `Cannot compile: ${jobs}.\n`);
    Deno.exit(2);
  }
  if (Deno.args.length > 0) await Deno.mkdir(new URL(FOLDER, root), { recursive: true });
  for (const job of jobs) {
    const outcome = await compile(job);
    if (outcome.kind === "failed") {
      await print(Deno.stdout, `Cannot compile ${job.output}: ${outcome.reason}.\n`);
      Deno.exit(1);
    }
    const trial = await tryOut(job);
    if (trial.kind === "broken") {
      await print(Deno.stdout, `Cannot compile ${job.output}: ${trial.reason}.\n`);
      Deno.exit(1);
    }
    const started = trial.kind === "works"
      ? "It starts."
      : "It is for another system: not started.";
    const size = /^Files: (.*)$/m.exec(outcome.listing)?.[1];
    await print(Deno.stdout, `${job.output}: ${size} beside the runtime. ${started}\n`);
  }
}
