/**
 * The route of a call: through the TURN relays of this server, with credentials for one side of one chat
 * (`server/turn/credentials.ts`). Without a relay calls can only be direct, and the page asks for consent first.
 */

import type { Route } from "../../protocol.ts";
import type { Clock } from "../base/clock.ts";
import {
  chatName,
  credentialOf,
  type SessionPair,
  sideOf,
  usernameOf,
} from "../turn/credentials.ts";

export interface TurnOptions {
  /** URIs (RFC 7065). Empty for no relay. */
  readonly urls: readonly string[];
  readonly secret: string;
  /**
   * The key of the names of chats, if not the secret. Session IDs repeat when a server starts again, and on other
   * servers. A relay that serves all of them must not mistake two chats for one.
   */
  readonly nameKey?: string;
  readonly clock: Pick<Clock, "date">;
}

/** Issues credentials for the relays of this server. */
export class TurnCredentials {
  readonly #options: TurnOptions;

  constructor(options: TurnOptions) {
    this.#options = options;
  }

  /** The route of a call that begins now, with new credentials for the session that asks. */
  route(pair: SessionPair): Route {
    const { urls, secret, nameKey = secret, clock } = this.#options;
    if (urls.length === 0) return { servers: [], policy: "all" };
    const username = usernameOf(chatName(pair, nameKey), sideOf(pair), clock);
    const credential = credentialOf(username, secret);
    return { servers: [{ urls, username, credential }], policy: "relay" };
  }
}
