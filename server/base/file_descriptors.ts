/**
 * How many sockets this process can afford. Every connection uses a file descriptor, and the system limits their
 * number. A server without free descriptors can't accept connections, write its log or answer health checks. The limit
 * can't be read portably, so it is probed at startup: a path is opened repeatedly until there are enough descriptors or
 * opening fails. Probing writes nothing, because a container may have no place for a temporary file.
 */

/** Descriptors reserved for files and the runtime, besides those already open. */
const RESERVE = 64;

/** Connections for plain HTTP requests besides the WebSockets, so that a full server can still answer. */
const SPARE = 256;

/** Maximum number of descriptors to probe. An operator who needs more is expected to have raised the limit. */
const MAX_PROBED = 100_000;

/** Maximum number of HTTP connections to a port that redirects to HTTPS, or has only a relay. Each gets one response. */
export const REDIRECTED_CONNECTIONS = 256;

/** Number of sockets that such a port may use. */
export function redirectedSockets(isOpen: boolean): number {
  return isOpen ? REDIRECTED_CONNECTIONS + spareConnections(REDIRECTED_CONNECTIONS) : 0;
}

/** Number of plain HTTP connections that a listener accepts besides `maxConnections` WebSockets. */
export function spareConnections(maxConnections: number): number {
  return Math.min(SPARE, Math.ceil(maxConnections / 4));
}

/** Number of WebSockets that the process can afford besides `otherSockets`, at most `wanted`. */
export function affordableConnections(wanted: number, otherSockets = 0): number {
  const reserve = RESERVE + otherSockets;
  const needed = wanted + spareConnections(wanted) + reserve;
  const available = countDescriptors(Math.min(needed, MAX_PROBED));
  if (available >= Math.min(needed, MAX_PROBED)) return wanted;
  const rest = Math.max(0, available - reserve);
  return Math.max(1, rest - SPARE, Math.floor(rest * 4 / 5));
}

/**
 * Opens a file that every process can open: the root folder or, on Windows, which can't open folders, the executable.
 * Throws if there are too few descriptors.
 */
export function openAny(): Deno.FsFile {
  return Deno.openSync(Deno.build.os === "windows" ? Deno.execPath() : "/");
}

function countDescriptors(max: number): number {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < max) files.push(openAny());
  } catch {
    // The limit is reached.
  }
  for (const file of files) file.close();
  return files.length;
}
