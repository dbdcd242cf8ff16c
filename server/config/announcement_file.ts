/** The content of an announcement file: what `--announcement` allows, so that the home page shows both the same way. */

import type { FileFormat, Parsed } from "../base/watched_file.ts";
import { OPTIONS } from "./options.ts";

/** Maximum size of an announcement file, in bytes. The option limits the characters. */
export const MAX_ANNOUNCEMENT_FILE_BYTES = 4096;

/** Parses an announcement file: the text of `--announcement`. Its lines are joined, and an empty file has none. */
export function parseAnnouncement(text: string): Parsed<string> {
  const value = OPTIONS.announcement.parse(text.replace(/\s+/g, " ").trim());
  return value === undefined
    ? { kind: "invalid", reason: `it is not ${OPTIONS.announcement.allowedValues}` }
    : { kind: "valid", value };
}

/** The format of an announcement file. */
export const ANNOUNCEMENT_FILE: FileFormat<string> = {
  name: "announcement file",
  maxBytes: MAX_ANNOUNCEMENT_FILE_BYTES,
  parse: parseAnnouncement,
};
