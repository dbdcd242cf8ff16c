/**
 * The figures of the privacy policy. The code enforces these constants and the pages print them, so the policy and the
 * program can't disagree. Options may be stricter than these figures, but never laxer.
 */

import { DAY, HOUR } from "../base/clock.ts";

/** Maximum time an address may be held in memory after its last disconnection, in milliseconds (P1). */
export const MAX_ADDRESS_RETENTION = HOUR;

/** Maximum age of an access log line, in milliseconds (P2). */
export const MAX_ACCESS_LOG_RETENTION = 30 * DAY;

/** Days with fewer chats than this are published without figures (P4). */
export const MIN_CHATS_PUBLISHED = 10;

/** How long a change to the policy is announced on the home page, in milliseconds (P12). */
export const CHANGE_ANNOUNCED_FOR = 30 * DAY;

/** Minimum age of a visitor, in years (P10). */
export const MIN_AGE = 18;
