/**
 * A file in the data directory that says where the server listens, so that `health` finds it without options. The
 * server writes the file when it starts, and removes it when it stops.
 */

import { join } from "node:path";
import type { ServerAddress } from "../doctor/health_client.ts";

/** The name of the file. */
export const ADDRESS_FILE = "listening.json";

/** Hosts at which a server is reached on 127.0.0.1. They are not written, because that is also the default. */
const DEFAULT_HOSTS = ["", "0.0.0.0", "127.0.0.1"];

const MAX_PORT = 65_535;

/** Writes where the server listens. `health` needs options where this fails, so the failure is ignored. */
export async function writeAddress(
  folder: string,
  { host, port, isTls }: ServerAddress,
): Promise<void> {
  if (folder === "") return;
  const text = JSON.stringify({ ...DEFAULT_HOSTS.includes(host) ? {} : { host }, port, isTls });
  await Deno.writeTextFile(join(folder, ADDRESS_FILE), `${text}\n`, { mode: 0o600 })
    .catch(() => {});
}

/** Removes the file when the server stops. */
export async function removeAddress(folder: string): Promise<void> {
  if (folder !== "") await Deno.remove(join(folder, ADDRESS_FILE)).catch(() => {});
}

/** Where the server that uses this directory listens, if it has said so. */
export async function readAddress(folder: string): Promise<ServerAddress | undefined> {
  try {
    return addressIn(JSON.parse(await Deno.readTextFile(join(folder, ADDRESS_FILE))));
  } catch {
    return undefined; // There is no such file, or it isn't ours.
  }
}

function addressIn(
  { host = "127.0.0.1", port, isTls }: Record<string, unknown>,
): ServerAddress | undefined {
  const isValid = typeof host === "string" && typeof isTls === "boolean" &&
    typeof port === "number" && Number.isInteger(port) && port > 0 && port <= MAX_PORT;
  return isValid ? { host, port, isTls } : undefined;
}
