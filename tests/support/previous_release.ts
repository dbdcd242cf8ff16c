/**
 * The previous release of this program, for tests of rolling updates: built from the history of the repository, and run
 * as a process. A checkout without history doesn't have it.
 */

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { git } from "../../tools/git.ts";
import { Program, withDefaults } from "./program.ts";

/** The last revision whose pages offer no suites. */
const REVISION = "7d0e01174e82d3086b8839afdfd869a623a8094a";

const root = new URL("../../", import.meta.url);

/** Whether the repository contains the previous release. If not, one line says which tests are skipped. */
export async function isPreviousReleaseThere(): Promise<boolean> {
  if (await git(root, ["cat-file", "-e", `${REVISION}^{commit}`]) !== undefined) return true;
  // deno-lint-ignore no-console -- the one line that says what is missing
  console.log(
    "The history of the repository is missing: the tests of rolling updates are skipped.",
  );
  return false;
}

/** The previous release, in a temporary folder. */
export class PreviousRelease implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Unpacks and builds it. */
  static async build(): Promise<PreviousRelease> {
    const folder = await Deno.makeTempDir({ prefix: "anonymous-chat-previous-" });
    const archive = join(folder, "source.tar");
    await git(root, ["archive", `--output=${archive}`, REVISION]);
    await succeed("tar", "xf", archive, "-C", folder);
    await succeed(Deno.execPath(), "task", "--cwd", folder, "build");
    return new PreviousRelease(folder);
  }

  /** Starts it as one process. */
  async start(...args: string[]): Promise<Program> {
    const data = join(this.#folder, "data");
    const defaults = ["--host=127.0.0.1", "--port=0", `--data-dir=${data}`, "--access-log=off"];
    const options = withDefaults(args, defaults);
    const main = join(this.#folder, "main.ts");
    const config = join(this.#folder, "deno.json");
    const run = ["run", "--no-prompt", "--allow-all", "--no-check", `--config=${config}`, main];
    return await Program.startWith({ command: [Deno.execPath(), ...run, ...options] });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.#folder, { recursive: true });
  }
}

async function succeed(program: string, ...args: readonly string[]): Promise<void> {
  const cwd = fileURLToPath(root);
  const command = new Deno.Command(program, { args: [...args], cwd, stdout: "null" });
  const { success } = await command.output();
  if (!success) throw new Error(`Cannot build the previous release: ${program} failed`);
}
