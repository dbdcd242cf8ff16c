/**
 * The figures of the privacy policy. The code obeys these very constants and the pages print them, so that what is
 * promised and what is done can't disagree. Options may be stricter than a figure here, never laxer.
 */

import { DAY, HOUR } from "../base/clock.ts";

/** The longest that an address may be held in memory after its last disconnection, in milliseconds (P1). */
export const MAX_ADDRESS_RETENTION = HOUR;

/** The longest that a line of the access log may live, in milliseconds (P2). */
export const MAX_ACCESS_LOG_RETENTION = 30 * DAY;

/** Days with fewer chats than this are published without figures (P4). */
export const MIN_CHATS_PUBLISHED = 10;

/** How long a change of the policy is announced on the home page, in milliseconds (P12). */
export const CHANGE_ANNOUNCED_FOR = 30 * DAY;

/** How old a visitor must be, in years (P10). */
export const MIN_AGE = 18;
