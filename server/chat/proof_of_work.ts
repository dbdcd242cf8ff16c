/**
 * The human check under load: a page that wants to search first lets its device work for about a second. It costs a
 * person who comes once next to nothing, and a program that opens thousands of sessions a processor each. No third
 * party has a part in it, and in calm times nobody is asked.
 *
 *   find ──> challenge (a random salt) ──> the page tries numbers ──> solution ──> the search begins
 *
 * A number is a solution when SHA-256 (FIPS 180-4) of the number, as 4 bytes with the highest first, the salt, as UTF-8,
 * and zeros up to 64 KiB begins with enough zero bits. Finding one takes 2^bits hashes on average, checking it one. The
 * input is long so that nearly all of the time goes into the browser's own SHA-256, which is as fast as anybody's; the
 * number stands first so that no hash helps with the next. A salt is made for one session and one solution, so nothing
 * can be worked out before, used twice or passed on.
 *
 * Admitted: fast hardware works ten times faster than a phone. This slows a flood of sessions down; what stops it are
 * the limits on each address.
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { WORK_BYTES } from "../../protocol.ts";
import { type Clock, MINUTE, SECOND } from "../base/clock.ts";

/** How many zero bits a solution begins with; about a second of a phone. */
export const WORK_BITS = 12;

/** From how many new sessions on, within {@linkcode RUSH_WINDOW}, everybody is asked to work. */
export const RUSH_THRESHOLD = 500;

/** The window in which they are counted, in milliseconds. */
export const RUSH_WINDOW = 10 * SECOND;

/** How long everybody is asked after the last rush, in milliseconds. */
export const RUSH_DURATION = MINUTE;

/** When to ask. */
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

  /** Whether whoever searches now must have worked. */
  get isRequired(): boolean {
    return this.#mode === "always" ||
      this.#mode === "auto" && this.#clock.now() < this.#rushUntil;
  }

  /** Counts a new session. */
  entered(): void {
    const now = this.#clock.now();
    if (now - this.#windowBegan >= RUSH_WINDOW) {
      this.#windowBegan = now;
      this.#entered = 0;
    }
    if (++this.#entered >= RUSH_THRESHOLD) this.#rushUntil = now + RUSH_DURATION;
  }
}

/** Whether `nonce` (0 to 2^32 - 1) solves the challenge of that salt. */
export function isSolution(salt: string, nonce: number, bits: number): boolean {
  const input = Buffer.alloc(WORK_BYTES);
  input.writeUInt32BE(nonce);
  input.write(salt, 4);
  return createHash("sha256").update(input).digest().readUInt32BE() >>> 32 - bits === 0;
}
