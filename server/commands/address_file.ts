/**
 * A file in the data directory that says where the server listens, so that `health` and `status` find it without
 * options. The server writes the file when it starts, and removes it when it stops. Only its owner can read the file, so
 * the token in it proves that `status` was started by the operator. It is a new one each time.
 */

import { join } from "node:path";
import type { ServerAddress } from "../doctor/health_client.ts";

/** The name of the file. */
export const ADDRESS_FILE = "listening.json";

/** Hosts at which a server is reached on 127.0.0.1. They are not written, because that is also the default. */
const DEFAULT_HOSTS = ["", "0.0.0.0", "127.0.0.1"];

const MAX_PORT = 65_535;

/** Where a server listens, and the token with which it shows its metrics to this machine. */
export interface WrittenAddress extends ServerAddress {
  readonly token?: string;
}

/** Writes where the server listens. `health` needs options where this fails, so the failure is ignored. */
export async function writeAddress(
  folder: string,
  { host, ...where }: WrittenAddress,
): Promise<void> {
  if (folder === "") return;
  const text = JSON.stringify({ ...DEFAULT_HOSTS.includes(host) ? {} : { host }, ...where });
  await Deno.writeTextFile(join(folder, ADDRESS_FILE), `${text}\n`, { mode: 0o600 })
    .catch(() => {});
}

/** Removes the file when the server stops. */
export async function removeAddress(folder: string): Promise<void> {
  if (folder !== "") await Deno.remove(join(folder, ADDRESS_FILE)).catch(() => {});
}

/** Where the server that uses this directory listens, if it has said so. */
export async function readAddress(folder: string): Promise<WrittenAddress | undefined> {
  try {
    return addressIn(JSON.parse(await Deno.readTextFile(join(folder, ADDRESS_FILE))));
  } catch {
    return undefined; // There is no such file, or it isn't ours.
  }
}

function addressIn(
  { host = "127.0.0.1", port, isTls, token }: Record<string, unknown>,
): WrittenAddress | undefined {
  const isValid = typeof host === "string" && typeof isTls === "boolean" &&
    typeof port === "number" && Number.isInteger(port) && port > 0 && port <= MAX_PORT;
  if (!isValid) return undefined;
  return { host, port, isTls, ...typeof token === "string" ? { token } : {} };
}
