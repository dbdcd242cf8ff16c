/**
 * Whom a call is relayed by. The operator's TURN server (RFC 8656) and this one share a secret; with it this one signs a
 * name that is good for a few minutes, and the other checks that without asking anybody (coturn's `use-auth-secret`,
 * draft-uberti-behave-turn-rest-00 section 2.2):
 *
 *   username    when it ends, in seconds since 1970 : chance
 *   credential  base64 of HMAC-SHA1 of the username with the secret
 *
 * The chance makes two names of the same second different, so that the relay's quotas hold for each page alone; it is
 * new every time and tells of nobody. Without such a server a call can only go directly, which the pages ask about.
 */

import { createHmac } from "node:crypto";
import type { CallServer, Route } from "../../protocol.ts";
import { type Clock, MINUTE, SECOND } from "../base/clock.ts";

/** How long a name is good for, in milliseconds; a call that has begun goes on after that. */
export const CREDENTIAL_LIFETIME = 10 * MINUTE;

/** How much of a token goes into a name, in characters. */
const NONCE_LENGTH = 16;

/** What the names are made of. */
export interface TurnOptions {
  /** URIs as of RFC 7065; none for no relay. */
  readonly urls: readonly string[];
  readonly secret: string;
  readonly clock: Pick<Clock, "date">;
  /** Makes a new unguessable text. */
  readonly newToken: () => string;
}

/** The relays of this server. */
export class TurnCredentials {
  readonly #options: TurnOptions;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** How a call that begins now may go, with credentials of its own. */
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

/** The password of a name. */
export function credentialOf(username: string, secret: string): string {
  return createHmac("sha1", secret).update(username).digest("base64");
}
