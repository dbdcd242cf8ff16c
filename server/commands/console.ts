/** How commands end with an error. */

import { print } from "../base/print.ts";
import { withTimeout } from "../base/timeout.ts";
import { EXIT_TIME } from "../shutdown.ts";

/** Writes the reason why the program ends to standard error. The program ends even if that can't be written. */
export async function complain(text: string): Promise<void> {
  await withTimeout(EXIT_TIME, print(Deno.stderr, text).catch(() => {}));
}

/** The exit code for what only the operator can change. The systemd unit doesn't restart the program after it. */
export const MISCONFIGURED = 2;

/** Ends the program with a reason and an exit code. */
export async function fail(message: string, code = 1): Promise<never> {
  await complain(`${message}\n`);
  Deno.exit(code);
}
