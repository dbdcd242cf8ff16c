/**
 * Checks the format and lint of the files that are staged for a commit: `deno task staged`, which the git hook runs.
 *
 * The staged content is checked, which can differ from the file on disk. Git therefore writes the staged files to a
 * temporary folder, together with every `deno.json`. `deno fmt` and `deno lint` run there as in `deno task ok`. Types
 * and tests need the whole program, so they are left to that task.
 */

import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";

/** The result of the check. `output` is that of `deno fmt` and `deno lint`. */
export type CheckResult = { kind: "clean" } | { kind: "faulty"; output: string };

/** Checks the staged files of the repository whose top is `folder`. */
export async function checkStaged(folder: string): Promise<CheckResult> {
  const staged = await git(folder, ["diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z"]);
  if (staged === "") return { kind: "clean" };
  const configuration = await git(folder, ["ls-files", "-z", "--", "deno.json", "*/deno.json"]);
  const copy = await Deno.makeTempDir({ prefix: "anonymous-chat-staged-" });
  try {
    const checkout = ["checkout-index", "--force", "-z", "--stdin", `--prefix=${copy}/`];
    await git(folder, checkout, configuration + staged);
    const outputs: string[] = [];
    for (const check of [["fmt", "--check"], ["lint"]]) {
      const result = await denoIn(copy, [...check, "--permit-no-files"]);
      if (result.kind === "faulty") outputs.push(result.output);
    }
    return outputs.length === 0
      ? { kind: "clean" }
      : { kind: "faulty", output: outputs.join("\n") };
  } finally {
    await Deno.remove(copy, { recursive: true });
  }
}

/** Runs `deno` in a folder, and removes the folder's path from its output. */
async function denoIn(folder: string, args: readonly string[]): Promise<CheckResult> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: folder });
  const { success, stdout, stderr } = await command.output();
  if (success) return { kind: "clean" };
  const printed = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  const [before = ""] = stripVTControlCharacters(printed).split("\nStack backtrace");
  return { kind: "faulty", output: before.replaceAll(join(folder, "/"), "").trim() };
}

/** Runs git with a list of files as its input. */
async function git(folder: string, args: string[], files = ""): Promise<string> {
  const piped = { stdin: "piped", stdout: "piped" } as const;
  const child = new Deno.Command("git", { args, cwd: folder, ...piped }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(files));
  await input.close();
  const { success, stdout } = await child.output();
  if (!success) throw new Error(`Cannot read what is staged: git ${args[0]} failed`);
  return new TextDecoder().decode(stdout);
}

if (import.meta.main) {
  const result = await checkStaged(Deno.cwd());
  if (result.kind === "faulty") {
    const advice =
      "Run `deno fmt`, then stage the files again. To commit all the same: --no-verify.";
    await Deno.stderr.write(new TextEncoder().encode(`${result.output}\n\n${advice}\n`));
    Deno.exit(1);
  }
}
