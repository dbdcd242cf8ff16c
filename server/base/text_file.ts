/**
 * Reads a text file that somebody else writes, and which may be anything: missing, a directory, a pipe that never ends,
 * too large, or no text. The result is a value, and a refusal contains nothing of the content.
 */

import { errorCode } from "./error_code.ts";
import { readUpTo } from "./read_up_to.ts";

/** The content of a file, or why it can't be used. The reason is the rest of a sentence. */
export type ReadResult =
  | { kind: "read"; text: string }
  | { kind: "unreadable"; reason: string };

/** Reads a regular file of at most `maxBytes` bytes in UTF-8. A byte order mark is removed. */
export async function readTextFile(path: string, maxBytes: number): Promise<ReadResult> {
  try {
    const { isFile } = await Deno.stat(path); // Opening a pipe would wait for its writer.
    if (!isFile) return { kind: "unreadable", reason: "it is not a file" };
    const bytes = await readAtMost(path, maxBytes + 1);
    if (bytes.length > maxBytes) {
      return { kind: "unreadable", reason: `it is larger than ${maxBytes} bytes` };
    }
    return decode(bytes);
  } catch (error) {
    return { kind: "unreadable", reason: errorCode(error) };
  }
}

async function readAtMost(path: string, maxBytes: number): Promise<Uint8Array> {
  using file = await Deno.open(path);
  const { size } = await file.stat();
  return await readUpTo(file, Math.min(maxBytes, size + 1));
}

function decode(bytes: Uint8Array): ReadResult {
  try {
    return { kind: "read", text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return { kind: "unreadable", reason: "it is not UTF-8" };
  }
}
