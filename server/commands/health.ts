/** The command `health`: prints the health of the server that runs with these options. */

import { print } from "../base/print.ts";
import { withTimeout } from "../base/timeout.ts";
import type { Config } from "../config/options.ts";
import { EXIT_TIME } from "../shutdown.ts";
import { fail } from "./console.ts";

/** Prints it, and exits with 1 unless the server accepts visitors. */
export async function printHealth({ host, port, "tls-cert": cert }: Config): Promise<void> {
  const { fetchHealth, reachableHost } = await import("../doctor/health_client.ts");
  const result = await fetchHealth({ host, port, isTls: cert !== "" });
  const where = `${reachableHost(host)} port ${port}`;
  if (result.kind === "unreachable") {
    await fail(`Cannot check the server on ${where}: ${result.code}.`);
  }
  if (result.kind === "other") {
    await fail(`Cannot check the server on ${where}: it is not Anonymous Chat.`);
  }
  if (result.kind !== "answered") return;
  const { status, failing } = result.health;
  const printed = print(Deno.stdout, `${[status, ...failing].join(" ")}\n`).then(() => {});
  await withTimeout(EXIT_TIME, printed); // The exit code is the answer, even if nobody reads this.
  Deno.exit(status === "draining" ? 1 : 0);
}
