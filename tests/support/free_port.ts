/**
 * Ports for programs that can't let the system choose one. Another process may take the port between the check and the
 * start. Mostly that is the system, which assigns ports to connections and to listeners that ask for any port. So these
 * ports lie below the range that the system assigns, and are chosen at random, since other tests choose at the same
 * time.
 */

import { randomInt } from "node:crypto";

/** Below the lowest port that Linux assigns automatically, which is lower than that of other systems. */
const PORTS = [20_000, 32_000] as const;

/** A TCP port of the loopback address that is currently free. */
export function freePort(): number {
  for (;;) {
    const port = randomInt(...PORTS);
    if (isFree(port)) return port;
  }
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) return false;
    throw error;
  }
}
