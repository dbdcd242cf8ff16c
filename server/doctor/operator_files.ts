/** Checks of the files that the operator may change while the server runs. */

import { DENY_FILE } from "../admission/deny_list.ts";
import { examine, type FileFormat } from "../base/watched_file.ts";
import { ANNOUNCEMENT_FILE } from "../config/announcement_file.ts";
import type { Config } from "../config/options.ts";
import { RULES_FILE } from "../config/rules_file.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** An option that names such a file. */
type FileOption = "deny-file" | "announcement-file" | "rules-file";

/** Reads the files that the options name, as the server does. */
export async function checkOperatorFiles(config: Config): Promise<Finding[]> {
  const files: readonly [option: FileOption, FileFormat<unknown>][] = [
    ["deny-file", DENY_FILE],
    ["announcement-file", ANNOUNCEMENT_FILE],
    ["rules-file", RULES_FILE],
  ];
  const given = files.filter(([option]) => config[option] !== "");
  return await Promise.all(
    given.map(([option, format]) => checkFile(option, { ...format, path: config[option] })),
  );
}

async function checkFile(
  option: string,
  file: FileFormat<unknown> & { readonly path: string },
): Promise<Finding> {
  const found = await examine(file);
  return found.kind === "valid"
    ? ok(`--${option}`, `${file.path} is valid`)
    : problem(`--${option}`, `the server would refuse ${file.path}: ${found.reason}`);
}
