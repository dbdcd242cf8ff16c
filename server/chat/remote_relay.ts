/**
 * The route of a call whose two people are on different nodes. Both must use the same relay, so both nodes choose it by
 * the same rule:
 *
 *     the node of side 0 has a relay ──────────────> that relay
 *     only the node of side 1 has one ─────────────> that relay
 *     neither, or a node is too old to answer ─────> directly, if both people agree
 *
 * Only a node itself knows the secret of its relay, and which chats are open there. So the other node asks it for
 * credentials. The chat is opened and ended by the session on the node of the relay.
 */

import type { CallServer, Route } from "../../protocol.ts";
import { type SessionPair, sideOf } from "../turn/credentials.ts";

/** What the partner's node says about its relay. */
export type RelayAnswer =
  /** Credentials for the side that asked. */
  | { readonly kind: "relayed"; readonly server: CallServer }
  | { readonly kind: "no-relay" }
  /** Its version is older than this question. It tells its own page to connect directly, or by `--turn-url`. */
  | { readonly kind: "unaware" }
  /** It can't be reached, or the partner is not there. */
  | { readonly kind: "gone" };

/** The routes that this node can offer for a chat. */
export interface OwnRoutes {
  /** Through the relay of this node, if it has one. */
  relayed(): Route;
  /** Without that relay. */
  unrelayed(): Route;
}

/** The route that needs no question to the partner's node; `undefined` if that node must answer first. */
export function routeWithoutAsking(pair: SessionPair, own: OwnRoutes): Route | undefined {
  if (sideOf(pair) !== 0) return undefined;
  const route = own.relayed();
  return route.policy === "relay" ? route : undefined;
}

/** The route after the partner's node has answered; `undefined` if the partner can't be reached. */
export function routeAfter(answer: RelayAnswer, own: OwnRoutes): Route | undefined {
  switch (answer.kind) {
    case "relayed":
      return { servers: [answer.server], policy: "relay" };
    case "no-relay":
      return own.relayed();
    case "unaware":
      return own.unrelayed();
    case "gone":
      return undefined;
  }
}

/** The answer of the relay that `route` leads through. */
export function answerOf({ policy, servers: [server] }: Route): RelayAnswer {
  return policy === "all" || server === undefined
    ? { kind: "no-relay" }
    : { kind: "relayed", server };
}
