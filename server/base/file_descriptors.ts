/**
 * How many sockets this process can afford. Every connection is a file descriptor, and the system gives out only so
 * many; a server that runs out of them can't accept, can't log and can't be asked how it is. There is no portable way
 * to read the limit, so at start it is tried out: descriptors are opened until there are enough, or no more.
 */

/** Descriptors that are kept for files, the runtime and whatever it opens, beside those that are open already. */
const RESERVE = 64;

/** Connections for plain requests beyond those for WebSockets, so that a full house can still be told so. */
const SPARE = 256;

/** Not more than this is tried out; whoever wants more has set the limit. */
const MAX_TRIED = 100_000;

/** How many connections those who come by plain HTTP may have, for one answer each, where that is sent to https. */
export const REDIRECTED_CONNECTIONS = 256;

/** How many sockets those may take. */
export function redirectedSockets(isRedirecting: boolean): number {
  return isRedirecting ? REDIRECTED_CONNECTIONS + spareConnections(REDIRECTED_CONNECTIONS) : 0;
}

/** How many plain connections a listener for so many WebSockets takes besides. */
export function spareConnections(maxConnections: number): number {
  return Math.min(SPARE, Math.ceil(maxConnections / 4));
}

/**
 * How many WebSockets there can be, at most `wanted`, with so many sockets `beside` them; `path` is a file that can be
 * read.
 */
export function affordableConnections(wanted: number, path: string, beside = 0): number {
  const reserve = RESERVE + beside;
  const needed = wanted + spareConnections(wanted) + reserve;
  const available = countDescriptors(Math.min(needed, MAX_TRIED), path);
  if (available >= Math.min(needed, MAX_TRIED)) return wanted;
  const rest = Math.max(0, available - reserve);
  return Math.max(1, rest - SPARE, Math.floor(rest * 4 / 5));
}

function countDescriptors(most: number, path: string): number {
  const files: Deno.FsFile[] = [];
  try {
    while (files.length < most) files.push(Deno.openSync(path));
  } catch {
    // There are no more.
  }
  for (const file of files) file.close();
  return files.length;
}
