/** Checks of this machine: its clock, folders, free disk space, file descriptors and ports. */

import { dirname, join } from "node:path";
import { isLoopback, parseAddress } from "../admission/address.ts";
import { MINUTE } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import { affordableConnections } from "../base/file_descriptors.ts";
import { POLICY_UPDATED } from "../privacy/policy.ts";
import { type Finding, ok, problem } from "./finding.ts";
import { fetchHealth, type ServerAddress } from "./health_client.ts";

/** Whether a host, as in an option or a URL, is the loopback of this machine. */
export function isLoopbackHost(host: string): boolean {
  const address = parseAddress(host.replace(/^\[|\]$/g, ""));
  return host === "localhost" || address !== undefined && isLoopback(address);
}

/** How far in the future a file may seem to have been written, in milliseconds. */
const CLOCK_TOLERANCE = 5 * MINUTE;

/**
 * Checks whether the clock can be right. Retention, statistics and certificates depend on it. No time server is asked:
 * the date of this version and the files that the server wrote show a clock that was never set, or has been set back.
 */
export async function checkClock(now: Date, folders: readonly string[]): Promise<Finding> {
  const shown = `${now.toISOString().slice(0, 19)}Z`;
  if (now < new Date(POLICY_UPDATED)) {
    return problem(
      "clock",
      `the clock says ${shown}, which is before this version was built: set it (NTP)`,
    );
  }
  const latest = Math.max(...await Promise.all(folders.map(latestChange)));
  if (latest > now.getTime() + CLOCK_TOLERANCE) {
    const written = new Date(latest).toISOString().slice(0, 19);
    return problem(
      "clock",
      `the clock says ${shown}, but a file was written at ${written}Z: the clock was set back, or was wrong then`,
    );
  }
  return ok("clock", `the time is ${shown}`);
}

/** Time of the last change to any file, in milliseconds since 1970; 0 if there are no files. */
async function latestChange(folder: string): Promise<number> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch(() => []);
  const changes = entries.map(async ({ name }) => {
    const { mtime } = await Deno.stat(join(folder, name));
    return mtime?.getTime() ?? 0;
  });
  const results = await Promise.allSettled(changes);
  return Math.max(0, ...results.map((result) => result.status === "fulfilled" ? result.value : 0));
}

/** The permission bits of other users, in the mode of a folder. */
export const OTHER_USERS_BITS = 0o077;

/** Checks the folder of an option. The server creates a missing one, with its parents. */
export async function checkFolder(option: string, folder: string): Promise<Finding> {
  const subject = `--${option}`;
  try {
    const existing = await nearest(folder);
    await tryFile(existing);
    if (existing !== folder) {
      return ok(subject, `${folder} will be created, accessible to its owner only`);
    }
    return await checkPermissions(subject, folder);
  } catch (error) {
    return problem(
      subject,
      `cannot write to ${folder} (${errorCode(error)}): give the server's user its own directory`,
    );
  }
}

async function checkPermissions(subject: string, folder: string): Promise<Finding> {
  const { mode } = await Deno.stat(folder);
  if (((mode ?? 0) & OTHER_USERS_BITS) === 0) {
    return ok(subject, `${folder} is writable, and accessible to its owner only`);
  }
  const shown = ((mode ?? 0) & 0o777).toString(8);
  return problem(
    subject,
    `other users can access ${folder} (mode ${shown}): chmod 700 ${folder}`,
  );
}

/** Checks a folder that the server only reads. */
export async function checkWebroot(option: string, folder: string): Promise<Finding> {
  const subject = `--${option}`;
  try {
    await Array.fromAsync(Deno.readDir(folder));
    return ok(subject, `${folder} is readable`);
  } catch (error) {
    return problem(
      subject,
      `cannot read ${folder} (${errorCode(error)}): create it, and let the server's user read it`,
    );
  }
}

/** The folder, or its nearest parent that exists. */
export async function nearest(folder: string): Promise<string> {
  const isThere = await Deno.stat(folder).then(() => true, isMissing);
  return isThere || dirname(folder) === folder ? folder : await nearest(dirname(folder));
}

/** Any other error is a problem to report. */
function isMissing(error: unknown): false {
  if (error instanceof Deno.errors.NotFound) return false;
  throw error;
}

/** Free space that a disk should have, in bytes. */
export const MIN_FREE = 512 * 1024 * 1024;

/** Whether the disk of a folder has enough free space. */
export function checkFreeSpace(option: string, folder: string, free: number): Finding {
  const subject = `disk space for --${option}`;
  const shown = `${(free / 1024 ** 3).toFixed(1)} GiB`;
  return free >= MIN_FREE ? ok(subject, `${shown} free`) : problem(
    subject,
    `only ${shown} free on the disk of ${folder}: free some space, or data will be lost`,
  );
}

async function tryFile(folder: string): Promise<void> {
  await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: "doctor-" }));
}

/** Checks whether the system allows enough file descriptors for `wanted` connections and `otherSockets`. */
export function checkConnections(
  wanted: number,
  otherSockets = 0,
  afford = affordableConnections,
): Finding {
  const subject = "--max-connections";
  const affordable = afford(wanted, otherSockets);
  return affordable >= wanted ? ok(subject, `enough file descriptors for ${wanted}`) : problem(
    subject,
    `enough file descriptors for only ${affordable}, not for ${wanted}: raise the limit ` +
      "(LimitNOFILE= in systemd, ulimit -n) or lower the option",
  );
}

/** Listens on a port briefly. If it is in use, `server` is where to ask whether this server uses it. */
export async function checkPort(where: ServerAddress, server = where): Promise<Finding> {
  const { host, port } = where;
  const subject = `port ${port}`;
  try {
    Deno.listen({ hostname: host, port }).close();
    return ok(subject, port === 0 ? "the system will choose a port" : "free");
  } catch (error) {
    return await explainRefusal(subject, where.host, server, errorCode(error));
  }
}

async function explainRefusal(
  subject: string,
  host: string,
  server: ServerAddress,
  code: string,
): Promise<Finding> {
  switch (code) {
    case "EADDRINUSE":
    case "AddrInUse":
      return await checkOccupied(subject, server);
    case "EACCES":
    case "PermissionDenied":
      return problem(
        subject,
        "permission denied: use port 1024 or higher, or give the service CAP_NET_BIND_SERVICE",
      );
    case "EADDRNOTAVAIL":
    case "AddrNotAvailable":
      return problem(subject, `this machine does not have the address ${host}: check --host`);
    default:
      return problem(subject, `cannot listen on ${host} (${code}): check --host and --port`);
  }
}

async function checkOccupied(subject: string, server: ServerAddress): Promise<Finding> {
  const reply = await fetchHealth(server);
  if (reply.kind !== "answered") {
    return problem(subject, "another program is listening there: stop it, or choose another port");
  }
  const { status, failing } = reply.health;
  return failing.length === 0
    ? ok(subject, `Anonymous Chat is already listening there, with status ${status}`)
    : problem(
      subject,
      `Anonymous Chat is already listening there, but parts of it are failing (${
        failing.join(", ")
      }): check its log`,
    );
}
