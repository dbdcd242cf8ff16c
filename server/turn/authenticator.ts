/** Decides whether a request is signed with credentials of this server (RFC 8489 section 9.2.4). */

import type { Address } from "../admission/address.ts";
import type { Clock } from "../base/clock.ts";
import type { Identity } from "./allocation.ts";
import { credentialOf, parseUsername, type Username } from "./credentials.ts";
import { Nonces } from "./nonces.ts";
import { textAttribute, textOf } from "./stun_attributes.ts";
import {
  Attribute,
  integrityKey,
  isSignedWith,
  type StunAttribute,
  type StunMessage,
  valueOf,
} from "./stun_message.ts";
import { TurnError } from "./turn_error.ts";

/** The realm of all credentials. Short, because it is part of the reply to a stranger. */
export const REALM = "chat";

/** Whether a request is signed, and by whom. The credentials may have expired: a call that has begun continues. */
export type Authentication =
  | { readonly kind: "authenticated"; readonly identity: Identity; readonly claims: Username }
  | { readonly kind: "refused"; readonly code: TurnError };

export interface AuthenticatorOptions {
  readonly clock: Pick<Clock, "now">;
  /** Shared with whoever issues the credentials. */
  readonly secret: string;
  /** An unpredictable key, for nonces. */
  readonly key: string;
}

/** Verifies requests. It has no state. */
export class Authenticator {
  readonly #secret: string;
  readonly #nonces: Nonces;

  constructor({ clock, secret, key }: AuthenticatorOptions) {
    this.#secret = secret;
    this.#nonces = new Nonces(clock, key);
  }

  /** Verifies a request from an address. */
  authenticate(request: StunMessage, from: Address): Authentication {
    if (request.signature === undefined) return refused(TurnError.unauthorized);
    const [username, realm, nonce] = [Attribute.username, Attribute.realm, Attribute.nonce]
      .map((type) => valueOf(request, type)).map((value) => value && textOf(value));
    if (username === undefined || realm === undefined || nonce === undefined) {
      return refused(TurnError.badRequest);
    }
    const claims = realm === REALM ? parseUsername(username) : undefined;
    if (claims === undefined) return refused(TurnError.unauthorized);
    const key = integrityKey(username, REALM, credentialOf(username, this.#secret));
    if (!isSignedWith(request, key)) return refused(TurnError.unauthorized);
    if (!this.#nonces.isValid(nonce, from)) return refused(TurnError.staleNonce);
    return { kind: "authenticated", identity: { username, key }, claims };
  }

  /** What a client at this address needs to sign a request. */
  challenge(to: Address): readonly StunAttribute[] {
    return [
      textAttribute(Attribute.realm, REALM),
      textAttribute(Attribute.nonce, this.#nonces.current(to)),
    ];
  }
}

function refused(code: TurnError): Authentication {
  return { kind: "refused", code };
}
