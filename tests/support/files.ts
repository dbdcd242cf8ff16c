/** Folders for tests, and the content of their files. */

import { join } from "node:path";

/** A folder that is deleted at the end of a test. */
export class TempFolder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "anonymous-chat-" });

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Waits for other processes that have locked a file, and locks it until it is closed. */
export async function lockFile(path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { create: true, write: true });
  await file.lock(true);
  return file;
}

/** Replaces a folder by an empty file while a program writes to the folder and would create it again. */
export async function replaceByFile(folder: string): Promise<void> {
  do await removeInUse(folder); while (!await createFile(folder));
}

/** Removes a folder. It is renamed first, because a program could write another file while its files are removed. */
export async function removeInUse(folder: string): Promise<void> {
  const aside = `${folder}.aside`;
  await Deno.rename(folder, aside).catch(ifMissing);
  await Deno.remove(aside, { recursive: true }).catch(ifMissing);
}

/** Whether a file was created. If there is something else at that path, it was not. */
async function createFile(path: string): Promise<boolean> {
  return await Deno.writeTextFile(path, "", { createNew: true }).then(() => true, () => false);
}

/** A file, read as one character per byte. */
export interface FoundFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly text: string;
}

/** The path of every file below a folder, relative to it. Empty if there is no such folder. */
export async function pathsIn(
  folder: string,
  enters: (name: string) => boolean = () => true,
  below = "",
): Promise<string[]> {
  const paths: string[] = [];
  const entries = await Array.fromAsync(Deno.readDir(join(folder, below))).catch(() => []);
  for (const { name, isDirectory } of entries) {
    const path = below === "" ? name : `${below}/${name}`;
    if (!isDirectory) paths.push(path);
    else if (enters(name)) paths.push(...await pathsIn(folder, enters, path));
  }
  return paths;
}

/** Every file below a folder. Empty if the folder does not exist. A running program may rename or delete a file. */
export async function filesIn(folder: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const path of await pathsIn(folder)) {
    const bytes = await Deno.readFile(join(folder, path)).catch(ifMissing);
    if (bytes !== undefined) found.push({ path, text: asText(bytes) });
  }
  return found;
}

function ifMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** The content of all files in a folder, ordered by name. */
export async function textsIn(folder: string): Promise<string> {
  const files = await filesIn(folder);
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1).map(({ text }) => text).join("");
}

function asText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
