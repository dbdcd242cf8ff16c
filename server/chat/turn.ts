/**
 * Credentials for the TURN relay (RFC 8656). The operator's TURN server and this server share a secret. This server
 * signs a username that is valid for a few minutes, and the TURN server verifies it without a query (coturn's
 * `use-auth-secret`, draft-uberti-behave-turn-rest-00 section 2.2):
 *
 *   username    expiry, in seconds since 1970 : nonce
 *   credential  base64 of HMAC-SHA1 of the username with the secret
 *
 * The nonce makes usernames issued in the same second differ, so that the relay's quotas apply to each client
 * separately. It is new each time and identifies nobody. Without a TURN server calls can only be direct, and the page
 * asks for consent first.
 */

import { createHmac } from "node:crypto";
import type { CallServer, Route } from "../../protocol.ts";
import { type Clock, MINUTE, SECOND } from "../base/clock.ts";

/** How long credentials are valid, in milliseconds. A call that has begun continues after that. */
export const CREDENTIAL_LIFETIME = 10 * MINUTE;

/** How many characters of a token are used as the nonce. */
const NONCE_LENGTH = 16;

export interface TurnOptions {
  /** URIs (RFC 7065). Empty for no relay. */
  readonly urls: readonly string[];
  readonly secret: string;
  readonly clock: Pick<Clock, "date">;
  /** Returns a new unguessable text. */
  readonly newToken: () => string;
}

/** Issues credentials for the relays of this server. */
export class TurnCredentials {
  readonly #options: TurnOptions;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** The route of a call that begins now, with new credentials. */
  route(): Route {
    const { urls } = this.#options;
    return urls.length === 0
      ? { servers: [], policy: "all" }
      : { servers: [{ urls, ...this.#credentials() }], policy: "relay" };
  }

  #credentials(): Omit<CallServer, "urls"> {
    const { clock, newToken, secret } = this.#options;
    const ends = Math.floor((clock.date().getTime() + CREDENTIAL_LIFETIME) / SECOND);
    const username = `${ends}:${newToken().slice(0, NONCE_LENGTH)}`;
    return { username, credential: credentialOf(username, secret) };
  }
}

/** The credential for a username. */
export function credentialOf(username: string, secret: string): string {
  return createHmac("sha1", secret).update(username).digest("base64");
}
