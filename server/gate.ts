/**
 * Who may open a WebSocket, decided before the upgrade and answered with a value.
 *
 * A browser always says which page asks (`Origin`), and a page of another site must not use a visitor's browser as its
 * own client (cross-site WebSocket hijacking), so an Origin must name the host that was asked. A program that is no
 * browser sends none and could send any, so none is accepted: the check protects visitors, not the server.
 */

import { SUBPROTOCOL } from "../protocol.ts";

/** What a client says when it asks for a WebSocket. */
export interface Handshake {
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** The `Sec-WebSocket-Protocol` header (RFC 6455 section 11.3.4). */
  readonly protocols: string | undefined;
}

/** Whether somebody may enter; a refusal is an HTTP answer. */
export type Admission =
  | { kind: "admitted" }
  | { kind: "refused"; status: 400 | 403 | 503; reason: string; retryAfter?: number };

/** Seconds after which a visitor may try again when everything is taken. */
export const RETRY_AFTER_FULL = 10;

/** Decides on one handshake while `online` people are here and `capacity` may be. */
export function admit(handshake: Handshake, online: number, capacity: number): Admission {
  if (!isSameOrigin(handshake)) {
    return refuse(403, "Cannot connect: the page is of another origin.");
  }
  if (!offersSubprotocol(handshake)) {
    return refuse(400, `Cannot connect: the client does not speak ${SUBPROTOCOL}.`);
  }
  if (online < capacity) return { kind: "admitted" };
  return { ...refuse(503, "Cannot connect: every place is taken."), retryAfter: RETRY_AFTER_FULL };
}

function refuse(status: 400 | 403 | 503, reason: string): Admission & { kind: "refused" } {
  return { kind: "refused", status, reason };
}

function isSameOrigin({ host, origin }: Handshake): boolean {
  if (origin === undefined) return true;
  if (host === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host.toLowerCase();
}

function offersSubprotocol({ protocols = "" }: Handshake): boolean {
  return protocols.split(",").some((protocol) => protocol.trim() === SUBPROTOCOL);
}
