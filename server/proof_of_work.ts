/**
 * The human check under load: a page that wants to search first lets its device work for about a second. It costs a
 * person who comes once next to nothing, and a program that opens thousands of sessions a processor each. No third
 * party has a part in it, and in calm times nobody is asked.
 *
 *   find ──> challenge (a random salt) ──> the page tries numbers ──> solution ──> the search begins
 *
 * A number is a solution when SHA-256 (FIPS 180-4) of the salt, as UTF-8, and the number, as 4 bytes with the highest
 * first, begins with enough zero bits. Finding one takes 2^bits hashes on average, checking it one. A salt is made for
 * one session and one solution, so nothing can be worked out before, used twice or passed on.
 *
 * Admitted: a program in a fast language on fast hardware works a hundred times faster than a page on a phone. This
 * slows a flood of sessions down; what stops it are the limits on each address.
 */

import { createHash } from "node:crypto";
import { type Clock, MINUTE, SECOND } from "./clock.ts";

/** How many zero bits a solution begins with; about a second of a phone. */
export const WORK_BITS = 16;

/** From how many new sessions on, within {@linkcode RUSH_WINDOW}, everybody is asked to work. */
export const RUSH = 500;

/** The window in which they are counted, in milliseconds. */
export const RUSH_WINDOW = 10 * SECOND;

/** How long everybody is asked after the last rush, in milliseconds. */
export const RUSH_LASTS = MINUTE;

/** When to ask. */
export type WorkMode = "auto" | "always" | "off";

/** Decides whether a session must work before it may search. */
export class HumanCheck {
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
  get isDue(): boolean {
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
    if (++this.#entered >= RUSH) this.#rushUntil = now + RUSH_LASTS;
  }
}

/** Whether `nonce` (0 to 2^32 - 1) solves the challenge of that salt. */
export function isSolution(salt: string, nonce: number, bits: number): boolean {
  const number = new Uint8Array(4);
  new DataView(number.buffer).setUint32(0, nonce);
  const digest = createHash("sha256").update(salt).update(number).digest();
  return digest.readUInt32BE() >>> 32 - bits === 0;
}
