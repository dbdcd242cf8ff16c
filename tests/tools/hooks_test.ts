/** The git hook, in temporary repositories that ignore this computer's git settings. */

import assert from "node:assert/strict";
import { join } from "node:path";
import manifest from "../../deno.json" with { type: "json" };
import { TempFolder } from "../support/files.ts";
import { isInstalled } from "../support/installed.ts";

const ignore = !(await isInstalled({ name: "git", skipped: "the tests of the hook are skipped" }));

const FORMATTED = "export const answer = 42;\n";
const UNFORMATTED = "export   const answer = 42\n";
const UNTIDY = "let answer = 42;\nexport { answer };\n"; // The linter requires `const`.

/** The outcome of a program. */
interface Result {
  readonly success: boolean;
  readonly said: string;
}

/** A repository with this project's tools. Its `deno` is the one that runs the tests. */
class Repository implements AsyncDisposable {
  readonly #temp = new TempFolder();
  readonly folder = join(this.#temp.path, "with a space");

  static async make(): Promise<Repository> {
    const repository = new Repository();
    const { folder } = repository;
    const programs = repository.#programs;
    for (const path of [folder, programs, join(folder, "tools")]) await Deno.mkdir(path);
    await Deno.symlink(Deno.execPath(), join(programs, "deno"));
    for (const tool of ["git.ts", "hooks.ts", "staged.ts"]) {
      const text = await Deno.readTextFile(new URL(`../../tools/${tool}`, import.meta.url));
      await repository.write(join("tools", tool), text);
    }
    const { fmt, lint, tasks } = manifest;
    await repository.write("deno.json", JSON.stringify({ tasks, fmt, lint }, null, 2) + "\n");
    await repository.git("init", "--quiet");
    return repository;
  }

  get #programs(): string {
    return join(this.#temp.path, "programs");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#temp[Symbol.asyncDispose]();
  }

  async write(file: string, text: string): Promise<void> {
    await Deno.writeTextFile(join(this.folder, file), text);
  }

  read(file: string): Promise<string> {
    return Deno.readTextFile(join(this.folder, file));
  }

  async git(...args: string[]): Promise<Result> {
    return await this.#run("git", args);
  }

  async task(name: "hooks" | "staged"): Promise<Result> {
    return await this.#run(Deno.execPath(), ["task", "--quiet", name]);
  }

  async commit(...files: string[]): Promise<Result> {
    await this.git("add", ...files);
    const author = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
    return await this.git(...author, "commit", "--quiet", "--message=All");
  }

  async #run(program: string, args: string[]): Promise<Result> {
    const kept = Object.entries(Deno.env.toObject()).filter(([name]) => !name.startsWith("GIT_"));
    const command = new Deno.Command(program, {
      args,
      cwd: this.folder,
      clearEnv: true,
      env: {
        ...Object.fromEntries(kept),
        PATH: `${this.#programs}:${Deno.env.get("PATH")}`,
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_CONFIG_NOSYSTEM: "1",
        NO_COLOR: "1",
      },
    });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { success, said: decoder.decode(stdout) + decoder.decode(stderr) };
  }
}

function test(name: string, fn: (repository: Repository) => Promise<void>): void {
  Deno.test({
    name,
    ignore: ignore || Deno.build.os === "windows", // Windows requires privileges for symbolic links.
    fn: async () => {
      await using repository = await Repository.make();
      await fn(repository);
    },
  });
}

test("Hook refuses a commit of an unformatted file, and names it", async (repository) => {
  assert.match((await repository.task("hooks")).said, /^Installed .*pre-commit: it checks/);
  await repository.write("answer.ts", UNFORMATTED);
  const { success, said } = await repository.commit("answer.ts");
  assert.equal(success, false);
  assert.match(said, /^from answer\.ts:$/m);
  assert.match(said, /Run `deno fmt`/);
  assert.doesNotMatch(said, /anonymous-chat-staged|backtrace/);
});

test("Hook refuses a commit of a file with lint errors", async (repository) => {
  await repository.task("hooks");
  await repository.write("answer.ts", UNTIDY);
  const { success, said } = await repository.commit("answer.ts");
  assert.equal(success, false);
  assert.match(said, /prefer-const/);
});

test("Hook accepts a clean commit, with files that Deno does not know", async (repository) => {
  await repository.task("hooks");
  await repository.write("answer.ts", FORMATTED);
  await repository.write("a file.bin", "\0");
  assert.deepEqual(await repository.commit("answer.ts", "a file.bin"), { success: true, said: "" });
});

test("Hook checks what is staged, and neither the file on disk nor other files", async (repository) => {
  await repository.write("other.ts", UNFORMATTED);
  await repository.write("answer.ts", FORMATTED);
  await repository.git("add", "answer.ts");
  await repository.write("answer.ts", UNFORMATTED);
  assert.deepEqual(await repository.task("staged"), { success: true, said: "" });

  await repository.git("add", "answer.ts");
  await repository.write("answer.ts", FORMATTED);
  assert.equal((await repository.task("staged")).success, false);
});

test("Hook accepts a commit that deletes a file", async (repository) => {
  await repository.write("answer.ts", UNFORMATTED);
  await repository.commit("answer.ts", "deno.json");
  await repository.task("hooks");
  await repository.git("rm", "--quiet", "answer.ts");
  assert.deepEqual(await repository.commit("deno.json"), { success: true, said: "" });
});

test("Hook does nothing in a checkout that has no check", async (repository) => {
  await repository.task("hooks");
  await Deno.remove(join(repository.folder, "tools/staged.ts"));
  await repository.write("answer.ts", UNFORMATTED);
  assert.deepEqual(await repository.commit("answer.ts"), { success: true, said: "" });
});

test("Installing the hook again says so, and replaces an older version", async (repository) => {
  await repository.task("hooks");
  const hook = ".git/hooks/pre-commit";
  const installed = await repository.read(hook);
  assert.match((await repository.task("hooks")).said, /pre-commit is up to date\.\n$/);

  await repository.write(hook, "#!/bin/sh\n# Installed by `deno task hooks`.\n");
  assert.match((await repository.task("hooks")).said, /^Updated .*pre-commit\.\n$/);
  assert.equal(await repository.read(hook), installed);
});

test("Installing the hook does not overwrite another one, and says what to do", async (repository) => {
  const hook = ".git/hooks/pre-commit";
  await Deno.mkdir(join(repository.folder, ".git/hooks"), { recursive: true });
  await repository.write(hook, "#!/bin/sh\nmake lint\n");
  const { success, said } = await repository.task("hooks");
  assert.equal(success, false);
  assert.match(said, /^Cannot install the hook: .*pre-commit is another hook; add the line `deno /);
  assert.equal(await repository.read(hook), "#!/bin/sh\nmake lint\n");
});

test("Installing the hook respects core.hooksPath", async (repository) => {
  await repository.git("config", "core.hooksPath", ".hooks");
  await repository.task("hooks");
  assert.match(await repository.read(".hooks/pre-commit"), /task --quiet staged/);
  await repository.write("answer.ts", UNFORMATTED);
  assert.equal((await repository.commit("answer.ts")).success, false);
});

test("Installing the hook needs a repository", async (repository) => {
  await Deno.remove(join(repository.folder, ".git"), { recursive: true });
  const { success, said } = await repository.task("hooks");
  assert.equal(success, false);
  assert.equal(said, "Cannot install the hook: this is not a git repository.\n");
});
