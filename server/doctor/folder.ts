/** Whether a folder can be used by the server and by no other user. */

import { errorCode } from "../base/error_code.ts";
import { dirname } from "node:path";
import { type Finding, ok, problem } from "./finding.ts";

/** The permission bits of other users, in the mode of a folder. */
const OTHERS = 0o077;

/** Checks the folder of an option. The server creates a missing one, with its parents. */
export async function checkFolder(option: string, folder: string): Promise<Finding> {
  const of = `--${option}`;
  try {
    const there = await nearest(folder);
    await tryFile(there);
    if (there !== folder) return ok(of, `${folder} will be created, accessible to its owner only`);
    return await judge(of, folder);
  } catch (error) {
    return problem(
      of,
      `cannot write to ${folder} (${errorCode(error)}): give the server's user its own directory`,
    );
  }
}

async function judge(of: string, folder: string): Promise<Finding> {
  const { mode } = await Deno.stat(folder);
  if (((mode ?? 0) & OTHERS) === 0) {
    return ok(of, `${folder} is writable, and accessible to its owner only`);
  }
  const shown = ((mode ?? 0) & 0o777).toString(8);
  return problem(
    of,
    `other users can access ${folder} (mode ${shown}): chmod 700 ${folder}`,
  );
}

/** Checks a folder that the server only reads. */
export async function checkWebroot(option: string, folder: string): Promise<Finding> {
  const of = `--${option}`;
  try {
    await Array.fromAsync(Deno.readDir(folder));
    return ok(of, `${folder} is readable`);
  } catch (error) {
    return problem(
      of,
      `cannot read ${folder} (${errorCode(error)}): create it, and let the server's user read it`,
    );
  }
}

/** The folder, or its nearest parent that exists. */
async function nearest(folder: string): Promise<string> {
  const isThere = await Deno.stat(folder).then(() => true, isMissing);
  return isThere || dirname(folder) === folder ? folder : await nearest(dirname(folder));
}

/** Any other error is a problem to report. */
function isMissing(error: unknown): false {
  if (error instanceof Deno.errors.NotFound) return false;
  throw error;
}

/** Free space that a disk should have, in bytes. */
export const LEAST_FREE = 512 * 1024 * 1024;

/** Whether the disk of a folder has enough free space. */
export function checkRoom(option: string, folder: string, free: number): Finding {
  const of = `disk space for --${option}`;
  const shown = `${(free / 1024 ** 3).toFixed(1)} GiB`;
  return free >= LEAST_FREE ? ok(of, `${shown} free`) : problem(
    of,
    `only ${shown} free on the disk of ${folder}: free some space, or data will be lost`,
  );
}

async function tryFile(folder: string): Promise<void> {
  await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: "doctor-" }));
}
