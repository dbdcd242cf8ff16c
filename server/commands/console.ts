/** What commands write to standard output and standard error, and how they end with an error. */

import { withTimeout } from "../base/timeout.ts";
import { EXIT_TIME } from "../shutdown.ts";

/** Writes text to standard output or standard error. */
export async function print(
  to: { write(bytes: Uint8Array): Promise<number> },
  text: string,
): Promise<void> {
  await to.write(new TextEncoder().encode(text));
}

/** Writes the reason why the program ends to standard error. The program ends even if that can't be written. */
export async function complain(text: string): Promise<void> {
  await withTimeout(EXIT_TIME, print(Deno.stderr, text).catch(() => {}));
}

/** Ends the program with a reason and exit code 1. */
export async function fail(message: string): Promise<never> {
  await complain(`${message}\n`);
  Deno.exit(1);
}
