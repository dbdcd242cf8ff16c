/**
 * Nonces without memory (RFC 8489 section 9.2): the time, and a MAC of it with a key that never leaves the process. A
 * client asks for one before its first signed request and then uses it for hours, because browsers retry a request only
 * once with a new nonce.
 *
 * The MAC covers the address of the client. So a client that forges its address can't send a signed request, because
 * the nonce for that address is sent to its owner.
 */

import { createHmac } from "node:crypto";
import type { Address } from "../admission/address.ts";
import { type Clock, HOUR } from "../base/clock.ts";

/** How long a nonce is issued, in milliseconds. It is valid for at least as long again, and at most twice. */
export const NONCE_PERIOD = 4 * HOUR;

/** Digits of the number of a period, and characters of the MAC: together 16, to keep the reply to a stranger short. */
const PERIOD_DIGITS = 4;
const MAC_LENGTH = 12;

/** Issues and verifies nonces. */
export class Nonces {
  readonly #clock: Pick<Clock, "now">;
  readonly #key: string;

  /** The key is unpredictable. */
  constructor(clock: Pick<Clock, "now">, key: string) {
    this.#clock = clock;
    this.#key = key;
  }

  /** The nonce for a client that begins now. */
  current(client: Address): string {
    return this.#of(client, this.#period);
  }

  /** Whether a nonce was issued to this address, in this period or the one before. */
  isValid(nonce: string, client: Address): boolean {
    const now = this.#period;
    return nonce === this.#of(client, now) || nonce === this.#of(client, now - 1);
  }

  get #period(): number {
    return Math.floor(this.#clock.now() / NONCE_PERIOD) + 1;
  }

  #of(client: Address, period: number): string {
    const digits = period.toString(36).padStart(PERIOD_DIGITS, "0").slice(-PERIOD_DIGITS);
    const mac = createHmac("sha256", this.#key).update(`${digits} ${client}`).digest("base64url");
    return digits + mac.slice(0, MAC_LENGTH);
  }
}
