/**
 * Installs the git hook that checks each commit before it is made: `deno task hooks`. The hook only starts
 * `tools/staged.ts`, so it stays the same when the check changes. In a checkout that is older than that file it does
 * nothing. If Deno is not installed, the hook runs the version that installed it, from npm.
 *
 * Git reports where hooks belong, so `core.hooksPath` and linked worktrees are respected. A hook of another origin is
 * never overwritten.
 */

import { dirname, resolve } from "node:path";
import { git } from "./git.ts";

/** Included in every hook of this project, to recognize it. */
const MARKER = "Installed by `deno task hooks`";

/** Checks the staged files. Git runs hooks at the top of the working tree, and with `sh` even on Windows. */
const HOOK = `#!/bin/sh
# Checks the format and lint of staged files. ${MARKER}.
test -f tools/staged.ts || exit 0
if command -v deno >/dev/null 2>&1; then
  exec deno task --quiet staged
fi
exec npx -y deno@${Deno.version.deno} task --quiet staged
`;

/** Where the hook is, or why it was not installed. */
export type Outcome =
  | { kind: "installed" | "updated" | "unchanged"; path: string }
  | { kind: "refused"; reason: string };

/** Installs the hook in the repository that a folder belongs to. */
export async function installHook(folder: string): Promise<Outcome> {
  const hooks = await git(folder, ["rev-parse", "--git-path", "hooks"]); // May be relative.
  if (hooks === undefined) return { kind: "refused", reason: "this is not a git repository" };
  const path = resolve(folder, hooks, "pre-commit");
  const before = await Deno.readTextFile(path).catch(() => undefined);
  if (before !== undefined && !before.includes(MARKER)) {
    const advice = "add the line `deno task --quiet staged || exit 1` to it instead";
    return { kind: "refused", reason: `${path} is another hook; ${advice}` };
  }
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, HOOK);
  if (Deno.build.os !== "windows") await Deno.chmod(path, 0o755);
  if (before === undefined) return { kind: "installed", path };
  return { kind: before === HOOK ? "unchanged" : "updated", path };
}

/** The outcome as one line. */
function report(outcome: Outcome): string {
  switch (outcome.kind) {
    case "installed":
      return `Installed ${outcome.path}: it checks the format and lint of staged files.`;
    case "updated":
      return `Updated ${outcome.path}.`;
    case "unchanged":
      return `${outcome.path} is up to date.`;
    case "refused":
      return `Cannot install the hook: ${outcome.reason}.`;
  }
}

if (import.meta.main) {
  const outcome = await installHook(Deno.cwd());
  await Deno.stdout.write(new TextEncoder().encode(`${report(outcome)}\n`));
  if (outcome.kind === "refused") Deno.exit(1);
}
