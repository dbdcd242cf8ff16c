/**
 * Proof of work under load: a client that wants to search first computes for about a second. This costs a visitor next
 * to nothing, but a program that opens thousands of sessions needs a processor for each. No third party is involved,
 * and in calm times no client is asked.
 *
 *   find ──> challenge (a random salt) ──> the client tries numbers ──> solution ──> the search begins
 *
 * The input of SHA-256 (FIPS 180-4) is the number (4 bytes, big-endian), the salt (UTF-8), and zeros up to 64 KiB. A
 * number is a solution when the hash begins with enough zero bits. Finding one takes 2^bits hashes on average, checking
 * it takes one. The long input spends nearly all of the time in the browser's own SHA-256, which is as fast as any. The
 * number comes first so that no hash helps with the next. A salt is valid for one session and one solution, so
 * solutions can't be precomputed, reused or passed on.
 *
 * Known limit: fast hardware is ten times faster than a phone. Proof of work slows a flood of sessions down. The limits
 * on each address stop it.
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { WORK_BYTES } from "../../protocol.ts";
import { type Clock, MINUTE, SECOND } from "../base/clock.ts";

/** Number of zero bits in a solution: about a second of work for a phone. */
export const WORK_BITS = 12;

/** Number of new sessions within {@linkcode RUSH_WINDOW} from which every client must work. */
export const RUSH_THRESHOLD = 500;

/** The window in which new sessions are counted, in milliseconds. */
export const RUSH_WINDOW = 10 * SECOND;

/** How long every client must work after the last rush, in milliseconds. */
export const RUSH_DURATION = MINUTE;

/** When to require work: under load, always, or never. */
export type WorkMode = "auto" | "always" | "off";

/** Decides whether a session must work before it may search. */
export class ProofOfWorkGate {
  readonly #clock: Clock;
  readonly #mode: WorkMode;
  #windowBegan: number;
  #entered = 0;
  #rushUntil: number;

  constructor(clock: Clock, mode: WorkMode) {
    this.#clock = clock;
    this.#mode = mode;
    this.#windowBegan = this.#rushUntil = clock.now();
  }

  /** Whether a search that starts now requires work. */
  get isRequired(): boolean {
    return this.#mode === "always" ||
      this.#mode === "auto" && this.#clock.now() < this.#rushUntil;
  }

  entered(): void {
    const now = this.#clock.now();
    if (now - this.#windowBegan >= RUSH_WINDOW) {
      this.#windowBegan = now;
      this.#entered = 0;
    }
    if (++this.#entered >= RUSH_THRESHOLD) this.#rushUntil = now + RUSH_DURATION;
  }
}

/** Whether `nonce` (0 to 2^32 - 1) solves the challenge with this salt. */
export function isSolution(salt: string, nonce: number, bits: number): boolean {
  const input = Buffer.alloc(WORK_BYTES);
  input.writeUInt32BE(nonce);
  input.write(salt, 4);
  return createHash("sha256").update(input).digest().readUInt32BE() >>> 32 - bits === 0;
}
