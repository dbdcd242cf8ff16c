/**
 * Writes to the streams of the process, such as standard output, whatever is at their other end: a terminal, a file on a
 * full disk, or a pipe that is full, or whose reader has exited.
 */

import { SECOND } from "./clock.ts";
import { errorCode } from "./error_code.ts";
import { delay } from "./timeout.ts";

/** The part of `Deno.stdout` and `Deno.stderr` that is used. */
export interface TextStream {
  /** Writes some or all of `bytes`, from the start. Resolves with the number of bytes written. */
  write(bytes: Uint8Array): Promise<number>;
}

/** The result of printing. `unread`: the reader has exited, like `head` when it has seen enough. */
export type Printed = { readonly kind: "printed" | "unread" } | {
  readonly kind: "failed";
  readonly code: string;
};

/** How long to wait before a full pipe in non-blocking mode is tried again, in milliseconds. */
const FULL_PIPE_WAIT = SECOND / 50;

/** Writes text to standard output or standard error. A pipe may take only a part of it at a time. Never throws. */
export async function print(to: TextStream, text: string): Promise<Printed> {
  try {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(await writeSome(to, rest));
    return { kind: "printed" };
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return { kind: "unread" };
    return { kind: "failed", code: errorCode(error) };
  }
}

/**
 * Writes at least one byte, and returns the number of bytes written. A pipe may be in non-blocking mode, because another
 * process that uses it, such as npx, has switched it. Then a full pipe is an error, and this waits until it has room.
 */
export async function writeSome(to: TextStream, bytes: Uint8Array): Promise<number> {
  for (;;) {
    try {
      const written = await to.write(bytes);
      if (written > 0) return written;
      throw new Deno.errors.WriteZero("Cannot write: no bytes were written");
    } catch (error) {
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await delay(FULL_PIPE_WAIT);
    }
  }
}
