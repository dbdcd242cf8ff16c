/**
 * The command `health`: prints the health of the running server. Options say where it listens. Without them, the file
 * that the server has written says so (`address_file.ts`). A container's health check therefore needs no options.
 */

import { print } from "../base/print.ts";
import { withTimeout } from "../base/timeout.ts";
import type { Command } from "../config/command_line.ts";
import { EXIT_TIME } from "../shutdown.ts";
import { readAddress, type WrittenAddress } from "./address_file.ts";
import { fail } from "./console.ts";

/** Prints it, and exits with 1 unless the server accepts visitors. */
export async function printHealth(command: Command & { kind: "health" }): Promise<void> {
  const { fetchHealth, describeAddress } = await import("../doctor/health_client.ts");
  const address = await addressOf(command);
  const result = await fetchHealth(address);
  const where = describeAddress(address);
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

/** Where the server listens: as the given options say, otherwise as it has written, otherwise by default. */
export async function addressOf(
  { config, given }: Command & { kind: "health" | "status" },
): Promise<WrittenAddress> {
  const written = await readAddress(config["data-dir"]);
  const isOther = given.has("host") || given.has("port");
  return {
    host: given.has("host") ? config.host : written?.host ?? config.host,
    port: given.has("port") ? config.port : written?.port ?? config.port,
    isTls: given.has("tls-cert") ? config["tls-cert"] !== "" : written?.isTls ?? false,
    ...isOther || written?.token === undefined ? {} : { token: written.token },
  };
}
