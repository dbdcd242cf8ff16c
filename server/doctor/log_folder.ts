/** Checks the folder of the access log for copies that would outlive the retention of the log. */

import { listFolder } from "../access_log/files.ts";
import { errorCode } from "../base/error_code.ts";
import { type Finding, ok, problem } from "./finding.ts";

/** Maximum number of copies that a finding names. */
const MAX_NAMED = 3;

/** Checks whether the server deletes every file in the folder that has lines of the log. */
export async function checkLogCopies(folder: string): Promise<Finding> {
  const subject = "access log";
  try {
    const { copies } = await listFolder(folder);
    if (copies.length === 0) return ok(subject, `no copies in ${folder}`);
    const others = copies.length > MAX_NAMED ? `, and ${copies.length - MAX_NAMED} more` : "";
    const names = copies.slice(0, MAX_NAMED).join(", ") + others;
    return problem(
      subject,
      `the server doesn't delete these copies in ${folder}: ${names}. Delete them, and don't rotate the log`,
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return ok(subject, `${folder} doesn't exist yet`);
    return problem(subject, `cannot list ${folder} (${errorCode(error)}): check its permissions`);
  }
}
