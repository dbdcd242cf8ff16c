/**
 * Ports for programs that can't be told to take any. Between the look and the start another may take the port, and mostly
 * that is the system, which gives one to each connection and to each listener that asks for any. So these lie below the
 * ports that it gives, and are drawn by chance, since other tests look for theirs at the same time.
 */

import { randomInt } from "node:crypto";

/** Below the least port that Linux gives by itself, which is below those of the other systems. */
const PORTS = [20_000, 32_000] as const;

/** A TCP port of the loopback address that is free at this moment. */
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
