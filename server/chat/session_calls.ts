/**
 * How the calls of one session are routed: through the relay of this node, through that of the partner's node, or
 * directly (`remote_relay.ts`). The call itself is between the two pages.
 */

import type { Route } from "../../protocol.ts";
import type { NodeId, SessionId } from "../ids.ts";
import { type SessionPair, sideOf } from "../turn/credentials.ts";
import type { RelayLocation } from "../turn/relay_location.ts";
import type { CallRoutes } from "./call_routes.ts";
import type { Partner } from "./partner.ts";
import {
  answerOf,
  type OwnRoutes,
  type RelayAnswer,
  routeAfter,
  routeWithoutAsking,
} from "./remote_relay.ts";

export interface SessionCallsOptions {
  /** The session, and its node. */
  readonly id: SessionId;
  readonly node: NodeId;
  readonly callRoutes: CallRoutes;
  /** The partner in the current chat. */
  readonly partner: () => Partner | undefined;
  /** Where the page reaches the relay of this node. */
  readonly location: () => RelayLocation | undefined;
  /** Asks the partner's node for credentials for its relay. */
  readonly askRelay: (partner: Partner) => Promise<RelayAnswer>;
  readonly onRoute: (route: Route) => void;
  /** Called when the partner's node does not answer. */
  readonly onUnreachable: () => void;
}

/** The calls of one session. */
export class SessionCalls {
  readonly #options: SessionCallsOptions;
  #hasCall = false;
  /** Whether the call must use another relay as soon as both are connected. */
  #hasNewRelay = false;
  /** The partner whose node was asked for its relay, and has not answered. */
  #askedFor: SessionId | undefined;

  constructor(options: SessionCallsOptions) {
    this.#options = options;
  }

  /** Whether the page has asked for the route of a call in this chat. */
  get hasCall(): boolean {
    return this.#hasCall;
  }

  /** A chat begins. */
  reset(): void {
    this.#hasCall = this.#hasNewRelay = false;
  }

  /** The session has moved to this node. */
  restore(hasCall: boolean, partner: Partner): void {
    this.#hasCall = hasCall;
    this.#hasNewRelay = sideOf(this.#pairWith(partner)) === 0;
  }

  /** The partner's session has moved. */
  partnerMoved(partner: Partner): void {
    if (sideOf(this.#pairWith(partner)) === 1) this.#hasNewRelay = true;
  }

  /** The page asks for the route of a call. */
  prepare(): void {
    const partner = this.#partner;
    if (partner === undefined) return;
    this.#hasCall = true;
    this.#routeCall(partner);
  }

  /**
   * Sends the new route of a call whose relay has moved with the session of side 0. A page that noticed this by itself
   * might hear from its partner's page first, and would then answer with candidates of the old relay.
   */
  move(): void {
    const partner = this.#partner;
    if (!this.#hasNewRelay || partner === undefined || partner.isAway) return;
    this.#hasNewRelay = false;
    if (this.#hasCall) this.#routeCall(partner);
  }

  #routeCall(partner: Partner): void {
    const own = this.#routesWith(partner);
    const route = partner.node === this.#options.node
      ? own.relayed()
      : routeWithoutAsking(this.#pairWith(partner), own);
    if (route === undefined) void this.#askRelay(partner);
    else this.#options.onRoute(route);
  }

  /** Asks the partner's node. A request that is repeated meanwhile gets the same answer. */
  async #askRelay(partner: Partner): Promise<void> {
    if (this.#askedFor === partner.id) return;
    this.#askedFor = partner.id;
    const { node } = partner;
    const answer = await this.#options.askRelay(partner);
    if (this.#askedFor === partner.id) this.#askedFor = undefined;
    const now = this.#partner;
    if (now?.id !== partner.id) return; // That chat is over.
    if (answer.kind === "gone" && now.node !== node) this.#routeCall(now);
    else this.#takeRelay(now, answer);
  }

  /** Sends the route. A partner that has moved here in the meantime uses the relay of this node. */
  #takeRelay(partner: Partner, answer: RelayAnswer): void {
    const own = this.#routesWith(partner);
    const route = partner.node === this.#options.node ? own.relayed() : routeAfter(answer, own);
    if (route !== undefined) return this.#options.onRoute(route);
    this.#options.onUnreachable();
  }

  #routesWith(partner: Partner): OwnRoutes {
    const pair = this.#pairWith(partner);
    const { callRoutes, location } = this.#options;
    return {
      relayed: () => callRoutes.route(pair, location()),
      unrelayed: () => callRoutes.route(pair, undefined),
    };
  }

  /** Credentials for the relay of this node, for a partner on another node. */
  relayFor(partner: SessionId): RelayAnswer {
    const { id, callRoutes, location } = this.#options;
    if (this.#partner?.id !== partner) return { kind: "gone" };
    return answerOf(callRoutes.route({ own: partner, partner: id }, location()));
  }

  #pairWith(partner: Partner): SessionPair {
    return { own: this.#options.id, partner: partner.id };
  }

  get #partner(): Partner | undefined {
    return this.#options.partner();
  }
}
