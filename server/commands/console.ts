/** How commands print their results, and how they end with an error. */

import { print } from "../base/print.ts";
import { withTimeout } from "../base/timeout.ts";
import { EXIT_TIME } from "../shutdown.ts";

/**
 * Prints a result on standard output. Returns whether it is still read: a reader such as `head` may exit early, and that
 * is not an error. Ends the program if the result can't be written, for example because the disk is full.
 */
export async function output(text: string): Promise<boolean> {
  const printed = await print(Deno.stdout, text);
  if (printed.kind === "failed") await fail(`Cannot print the result: ${printed.code}.`);
  return printed.kind === "printed";
}

/** Writes a note to standard error. The program continues even if that can't be written. */
export async function complain(text: string): Promise<void> {
  await withTimeout(EXIT_TIME, print(Deno.stderr, text).then(() => {}));
}

/** The exit code for what only the operator can change. The systemd unit doesn't restart the program after it. */
export const MISCONFIGURED = 2;

/** Ends the program with a reason and an exit code. */
export async function fail(message: string, code = 1): Promise<never> {
  await complain(`${message}\n`);
  Deno.exit(code);
}
