/**
 * Credentials for a TURN server (RFC 8656). The page gets a username that is valid for a few minutes, and a password
 * that the TURN server can compute from it, because both servers share a secret. No query is needed (coturn's
 * `use-auth-secret`, draft-uberti-behave-turn-rest-00 section 2.2):
 *
 *   username    expiry, in seconds since 1970 : chat . side
 *   credential  base64 of HMAC-SHA1 of the username with the secret
 *
 * The chat is the same for both people of a chat. It is a MAC of their session IDs, so it identifies nobody, and two
 * nodes compute the same one. The embedded relay forwards only between the two sides of one chat. For coturn the name
 * just makes usernames differ, so that its quotas apply to each client separately.
 */

import { createHmac } from "node:crypto";
import { type Clock, MINUTE, SECOND } from "../base/clock.ts";
import type { SessionId } from "../ids.ts";

/** How long credentials are valid, in milliseconds. A call that has begun continues after that. */
export const CREDENTIAL_LIFETIME = 10 * MINUTE;

/** Length of the name of a chat, in hexadecimal digits. */
const NAME_LENGTH = 16;

const USERNAME = /^(\d{1,12}):([0-9a-f]{16})\.([01])$/;

/** One of the two people of a chat: the one with the lower session ID, or the other. */
export type Side = 0 | 1;

/** What a username says. */
export interface Username {
  /** In seconds since 1970. */
  readonly expiresAt: number;
  /** The name of the chat. */
  readonly chat: string;
  readonly side: Side;
}

/** A chat, as one of its two sides sees it. */
export interface SessionPair {
  readonly own: SessionId;
  readonly partner: SessionId;
}

/** Which of the two sides the session is. */
export function sideOf({ own, partner }: SessionPair): Side {
  return own < partner ? 0 : 1;
}

/** The name of a chat. Both of its sides get the same. */
export function chatName({ own, partner }: SessionPair, key: string): string {
  const ids = `${Math.min(own, partner)}.${Math.max(own, partner)}`;
  return createHmac("sha256", key).update(ids).digest("hex").slice(0, NAME_LENGTH);
}

/** A new username. */
export function usernameOf(
  chat: string,
  side: Side,
  clock: Pick<Clock, "date">,
): string {
  const expiresAt = Math.floor((clock.date().getTime() + CREDENTIAL_LIFETIME) / SECOND);
  return `${expiresAt}:${chat}.${side}`;
}

/** Parses a username; `undefined` if it is not one. */
export function parseUsername(text: string): Username | undefined {
  const [, expiresAt, chat, side] = USERNAME.exec(text) ?? [];
  if (expiresAt === undefined || chat === undefined) return undefined;
  return { expiresAt: Number(expiresAt), chat, side: side === "0" ? 0 : 1 };
}

/** The credential for a username. */
export function credentialOf(username: string, secret: string): string {
  return createHmac("sha1", secret).update(username).digest("base64");
}
