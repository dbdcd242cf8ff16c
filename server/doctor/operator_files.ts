/** Checks of the files that the operator may change while the server runs. */

import { MAX_DENY_FILE_BYTES, parseDenyList } from "../admission/deny_list.ts";
import { examine, type WatchedFileOptions } from "../base/watched_file.ts";
import { MAX_ANNOUNCEMENT_FILE_BYTES, parseAnnouncement } from "../config/announcement_file.ts";
import type { Config } from "../config/options.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** Reads the files that the options name, as the server does. */
export async function checkOperatorFiles(config: Config): Promise<Finding[]> {
  const files: readonly [option: "deny-file" | "announcement-file", file: Limits][] = [
    ["deny-file", { maxBytes: MAX_DENY_FILE_BYTES, parse: parseDenyList }],
    ["announcement-file", { maxBytes: MAX_ANNOUNCEMENT_FILE_BYTES, parse: parseAnnouncement }],
  ];
  const given = files.filter(([option]) => config[option] !== "");
  return await Promise.all(
    given.map(([option, limits]) => checkFile(option, { ...limits, path: config[option] })),
  );
}

/** What a file may contain. */
type Limits = Pick<WatchedFileOptions<unknown>, "maxBytes" | "parse">;

async function checkFile(
  option: string,
  file: Limits & { readonly path: string },
): Promise<Finding> {
  const found = await examine(file);
  return found.kind === "valid"
    ? ok(`--${option}`, `${file.path} is valid`)
    : problem(`--${option}`, `the server would refuse ${file.path}: ${found.reason}`);
}
