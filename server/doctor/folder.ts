/** Whether a folder can be written to, by the server and by nobody else. */

import { codeOf, type Finding, ok, wrong } from "./finding.ts";

/** What others may do with a folder, among the bits of its mode. */
const OTHERS = 0o077;

/** Looks at the folder of an option; one that isn't there yet is made and taken away again. */
export async function checkFolder(option: string, folder: string): Promise<Finding> {
  const of = `--${option}`;
  try {
    const made = await Deno.mkdir(folder, { mode: 0o700 }).then(() => true, ifThere);
    await tryFile(folder);
    const { mode } = await Deno.stat(folder);
    if (made) await Deno.remove(folder);
    if (made) return ok(of, `${folder} will be made, for the owner alone`);
    if (((mode ?? 0) & OTHERS) === 0) {
      return ok(of, `${folder} can be written to, by its owner alone`);
    }
    const shown = ((mode ?? 0) & 0o777).toString(8);
    return wrong(
      of,
      `others on this machine can look into ${folder} (mode ${shown}): chmod 700 ${folder}`,
    );
  } catch (error) {
    return wrong(
      of,
      `cannot write to ${folder} (${codeOf(error)}): give the server's user a folder of its own`,
    );
  }
}

/** Free bytes that a disk should have. */
export const LEAST_FREE = 512 * 1024 * 1024;

/** Whether there is room on the disk of a folder. */
export function checkRoom(option: string, folder: string, free: number): Finding {
  const of = `room for --${option}`;
  const shown = `${(free / 1024 ** 3).toFixed(1)} GiB`;
  return free >= LEAST_FREE ? ok(of, `${shown} free`) : wrong(
    of,
    `only ${shown} free on the disk of ${folder}: make room, or what is to be written is lost`,
  );
}

/** An existing folder is no mistake. */
function ifThere(error: unknown): false {
  if (error instanceof Deno.errors.AlreadyExists) return false;
  throw error;
}

async function tryFile(folder: string): Promise<void> {
  await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: "doctor-" }));
}
