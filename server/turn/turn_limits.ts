/** Bounds of the TURN server. A client decides about everything that is bounded here. */

import { MINUTE, SECOND } from "../base/clock.ts";
import type { Rate } from "../base/token_bucket.ts";

/** How long an allocation, and the binding of a channel, lives unless it is refreshed, in milliseconds. */
export const ALLOCATION_LIFETIME = 10 * MINUTE;

/** How long a permission lives unless it is renewed, in milliseconds (RFC 8656 section 9). */
export const PERMISSION_LIFETIME = 5 * MINUTE;

/** How much later they end, in milliseconds. Firefox refreshes 10 s before the end, and its packets may be lost. */
export const GRACE = 20 * SECOND;

/** Allocations of one person in one chat. Chromium makes one for each interface, address family and URL. */
export const MAX_ALLOCATIONS_PER_PERSON = 16;

/**
 * The part of all calls that an address may have when half of them are in use, and how many it may always have. So one
 * visitor with many pages can't take them all. A multiple for an address that many people share.
 */
export const [SHARE_OF_CALLS, MIN_CALLS_PER_ADDRESS] = [1 / 4, 8];

/** Maximum length of a message, in bytes. Media packets have at most 1,500. */
export const MAX_MESSAGE_BYTES = 2048;

/** Maximum length of a reply to a client that has not signed its request, in bytes: its address may be forged. */
export const MAX_STRANGER_REPLY_BYTES = 64;

/** Maximum number of attributes that an error names as unknown, so that the reply is not longer. */
export const MAX_UNKNOWN_ATTRIBUTES = 16;

/** Replies to UDP clients of an address without an allocation. A multiple for an address that many people share. */
export const STRANGER_RATE: Rate = { burst: 20, perMinute: 10 * 60 };

/** What a person may send through the relay, in bytes: a chat is no tunnel. */
export const PERSON_RATE: Rate = { burst: 800_000, perMinute: 400_000 * 60 };

/**
 * A shorter message costs a person as much as one of this length, in bytes. What it costs the relay and the partner's
 * network doesn't depend on its length.
 */
export const MIN_PACKET_COST = 200;

/** What a person may send to the relay by TCP and TLS, in bytes. A connection is cut when it exceeds that. */
export const STREAM_RATE: Rate = {
  burst: 4 * PERSON_RATE.burst,
  perMinute: 4 * PERSON_RATE.perMinute,
};

/** How long a TCP connection may take to send its first byte, and then to allocate, in milliseconds. */
export const STREAM_DEADLINE = 5 * SECOND;

/** Bytes that may wait for a client that reads slowly by TCP. What exceeds them is dropped, and never queued. */
export const MAX_STREAM_BACKLOG = 64 * 1024;

/**
 * Requests of an allocation that name its client, and separately those that don't, which anyone can forge. Browsers send
 * some ten at once, and then one in minutes.
 */
export const REQUEST_RATE: Rate = { burst: 100, perMinute: 10 * 60 };

/** Channels of an allocation: one for each port that its partner may have, twice. */
export const MAX_CHANNELS = 2 * MAX_ALLOCATIONS_PER_PERSON;
