/** How the calls of a chat connect: directly, through the operator's TURN servers, or through the embedded relay. */

import type { Route } from "../../protocol.ts";
import type { Clock } from "../base/clock.ts";
import { chatName, type SessionPair } from "../turn/credentials.ts";
import type { OpenChats } from "../turn/open_chats.ts";
import { type RelayLocation, relayUrls } from "../turn/relay_location.ts";
import { TurnCredentials } from "./turn.ts";

/** Decides about the calls of all chats. */
export interface CallRoutes {
  /**
   * The route of a call that begins now. `location` is where the page of this session reaches the relay of its node,
   * or `undefined` if the partner can't reach it.
   */
  route(pair: SessionPair, location: RelayLocation | undefined): Route;
  /** The chat, or its call, is over. */
  ended(pair: SessionPair): void;
}

/** The operator's TURN servers, or no relay. They don't know when a chat ends. */
export class ExternalRoutes implements CallRoutes {
  readonly #turn: TurnCredentials;

  constructor(turn: TurnCredentials) {
    this.#turn = turn;
  }

  route(pair: SessionPair): Route {
    return this.#turn.route(pair);
  }

  ended(): void {}
}

export interface EmbeddedRoutesOptions {
  /** Shared with the relay. */
  readonly secret: string;
  readonly clock: Pick<Clock, "date">;
  /** Those of the relay. */
  readonly chats: OpenChats;
}

/** The relay in this program, which relays only for chats that are open. */
export class EmbeddedRoutes implements CallRoutes {
  readonly #options: EmbeddedRoutesOptions;

  constructor(options: EmbeddedRoutesOptions) {
    this.#options = options;
  }

  route(pair: SessionPair, location: RelayLocation | undefined): Route {
    const { secret, clock, chats } = this.#options;
    if (location === undefined) return { servers: [], policy: "all" };
    chats.open(chatName(pair, secret));
    return new TurnCredentials({ urls: relayUrls(location), secret, clock }).route(pair);
  }

  ended(pair: SessionPair): void {
    const { secret, chats } = this.#options;
    if (chats.size > 0) chats.end(chatName(pair, secret));
  }
}
