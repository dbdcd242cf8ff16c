/**
 * Checks whether the doctor's user can open what the server will open: the statistics and the access log. A backup that
 * was restored by root, for example, belongs to root. The doctor must run as the server's user to notice everything.
 */

import { join } from "node:path";
import { errorCode } from "../base/error_code.ts";
import { type Finding, ok, problem, skipped } from "./finding.ts";
import { nearest } from "./machine.ts";

/** The number of the user root. */
const ROOT = 0;

/** The user of this process. Deno doesn't reveal it to a program without that permission, but a new file belongs to it. */
export async function checkUser(folder: string): Promise<Finding[]> {
  const uid = await ownUser(folder);
  if (uid === undefined) return []; // The check of the folder says why.
  return [
    uid === ROOT
      ? skipped("user", "root may open every file: run the doctor as the user of the server")
      : ok("user", `number ${uid}, which must be the user of the server`),
  ];
}

async function ownUser(folder: string): Promise<number | undefined> {
  try {
    const file = await Deno.makeTempFile({ dir: await nearest(folder), prefix: "doctor-" });
    const { uid } = await Deno.stat(file);
    await Deno.remove(file);
    return uid ?? undefined;
  } catch {
    return undefined;
  }
}

/** The files in a folder that the server writes to, as it opens them. Other files are not its own. */
const SERVER_FILES = /^(statistics\.db(-wal|-shm)?|access-\d{4}-\d{2}-\d{2}\.log)$/;

/** The first bytes of a SQLite database (https://sqlite.org/fileformat.html). */
const SQLITE_MAGIC = "SQLite format 3\0";

/** Opens each of the files in a folder, and changes none. There may be none yet. */
export async function checkStoredFiles(option: string, folder: string): Promise<Finding[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const names = entries.map(({ name }) => name).filter((name) => SERVER_FILES.test(name)).sort();
  const found = await Promise.all(
    names.map((name) => checkStoredFile(`--${option}`, folder, name)),
  );
  return found.flat();
}

async function checkStoredFile(subject: string, folder: string, name: string): Promise<Finding[]> {
  const path = join(folder, name);
  try {
    using file = await Deno.open(path, { read: true, write: true });
    if (name === "statistics.db" && !await isDatabase(file)) {
      return [
        problem(subject, `${path} is not a statistics database: restore it, or move it away`),
      ];
    }
    const [{ uid }, { uid: owner }] = [await file.stat(), await Deno.stat(folder)];
    return uid === owner ? [] : [
      problem(subject, `${path} and its directory have different owners: ${advice(folder, path)}`),
    ];
  } catch (error) {
    return [
      problem(subject, `cannot write to ${path} (${errorCode(error)}): ${advice(folder, path)}`),
    ];
  }
}

function advice(folder: string, path: string): string {
  return `chown --reference=${folder} ${path}`;
}

/** SQLite creates an empty file before it writes to it. */
async function isDatabase(file: Deno.FsFile): Promise<boolean> {
  const bytes = new Uint8Array(SQLITE_MAGIC.length);
  const count = await file.read(bytes);
  return count === null || new TextDecoder().decode(bytes) === SQLITE_MAGIC;
}
