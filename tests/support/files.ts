/** Folders for tests, and the content of their files. */

import { join } from "node:path";

/** A folder that is deleted at the end of a test. */
export class TempFolder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync({ prefix: "anonymous-chat-" });

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** A file, read as one character per byte. */
export interface FoundFile {
  /** Relative to the folder. */
  readonly path: string;
  readonly text: string;
}

/** Every file below a folder. Empty if the folder does not exist. */
export async function filesIn(folder: string, below = ""): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const entries = await Array.fromAsync(Deno.readDir(join(folder, below))).catch(() => []);
  for (const { name, isDirectory } of entries) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) found.push(...await filesIn(folder, path));
    else found.push({ path, text: asText(await Deno.readFile(join(folder, path))) });
  }
  return found;
}

/** The content of all files in a folder, ordered by name. */
export async function textsIn(folder: string): Promise<string> {
  const files = await filesIn(folder);
  return files.toSorted((a, b) => a.path < b.path ? -1 : 1).map(({ text }) => text).join("");
}

function asText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
