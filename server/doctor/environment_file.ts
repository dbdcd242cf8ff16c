/** Checks an environment file: what systemd ignores, what Docker reads differently, and who may read its secrets. */

import type { EnvironmentFile } from "../config/command_line.ts";
import { readAsDocker, readAsSystemd } from "../config/environment_file.ts";
import { environmentName, OPTION_NAMES, OPTIONS } from "../config/options.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { OTHER_USERS_BITS } from "./machine.ts";

const SUBJECT = "--env-file";

const VARIABLES = OPTION_NAMES.map(environmentName);

/** Checks the file. No value is printed, because it may be secret. */
export async function checkEnvironmentFile({ path, text }: EnvironmentFile): Promise<Finding[]> {
  const { assignments, ignoredLines } = readAsSystemd(text);
  const values = new Map(assignments.map(({ name, value }) => [name, value]));
  const names = [...values.keys()];
  const inDocker = readAsDocker(text);
  const differing = names.filter((name) => inDocker.get(name) !== values.get(name));
  const unknown = names.filter((name) => !VARIABLES.includes(name));
  return [
    ok(SUBJECT, `${path} sets ${names.length - unknown.length} options`),
    ...ignoredLines.map((line) =>
      problem(SUBJECT, `line ${line} sets no variable: write NAME=VALUE, without "export"`)
    ),
    ...unknown.map((name) => skipped(SUBJECT, `${name} is not an option: check its spelling`)),
    ...differing.map((name) =>
      skipped(
        SUBJECT,
        `${name} is read as systemd reads it; Docker would keep its quotes or spaces`,
      )
    ),
    ...await checkSecrets(path, names),
  ];
}

async function checkSecrets(path: string, names: readonly string[]): Promise<Finding[]> {
  const isSecret = OPTION_NAMES.some((name) =>
    OPTIONS[name].isSecret === true && names.includes(environmentName(name))
  );
  const { mode } = await Deno.stat(path);
  if (!isSecret || ((mode ?? 0) & OTHER_USERS_BITS) === 0) return [];
  return [problem(SUBJECT, `other users can read the secrets in ${path}: chmod 600 ${path}`)];
}
