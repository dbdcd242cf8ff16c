/** What a command takes from the outside world. Only `main.ts` has the real one. */

import type { Clock } from "../base/clock.ts";

/** The clock, the environment and sources of randomness. */
export interface System {
  readonly clock: Clock;
  /** The value of an environment variable. */
  env(name: string): string | undefined;
  /** A random number from 0 to 1, without 1; not for secrets. */
  random(): number;
  /** Bytes that can't be guessed. */
  randomBytes(count: number): Uint8Array;
}

/** The length of a session token, in bytes. */
const TOKEN_BYTES = 32;

/** A token that can't be guessed, in hexadecimal. */
export function newToken({ randomBytes }: Pick<System, "randomBytes">): string {
  return randomBytes(TOKEN_BYTES).toHex();
}
