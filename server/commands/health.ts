/** The command `health`: prints the health of the server that runs with these options. */

import type { Config } from "../config/options.ts";
import { fail, print } from "./console.ts";

/** Prints it, and exits with 1 unless the server accepts visitors. */
export async function printHealth({ host, port, "tls-cert": cert }: Config): Promise<void> {
  const { askOwnServer, reachable } = await import("../doctor/health_client.ts");
  const reply = await askOwnServer({ host, port, isTls: cert !== "" });
  const where = `${reachable(host)} port ${port}`;
  if (reply.kind === "unreachable") {
    await fail(`Cannot check the server on ${where}: ${reply.code}.`);
  }
  if (reply.kind === "other") {
    await fail(`Cannot check the server on ${where}: it is not Anonymous Chat.`);
  }
  if (reply.kind !== "answered") return;
  const { status, failing } = reply.health;
  await print(Deno.stdout, `${[status, ...failing].join(" ")}\n`);
  Deno.exit(status === "draining" ? 1 : 0);
}
