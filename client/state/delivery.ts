/**
 * How messages reach the stranger once each, in order, whatever happens to either connection. The server stores nothing,
 * so whatever was under way when a connection dropped is lost, and each page keeps its own messages until the stranger's
 * page has confirmed them.
 *
 * Each side numbers its messages from 1, inside the sealed frame, and takes only the number that is next: a lower one
 * is a double, a higher one came too early. Now and then it confirms how far it has got.
 *
 *             a connection drops                      both can hear each other
 *   flowing ─────────────────────> held: numbered ────────────────────────────> held: "repeat n" is said
 *      ^                           and kept                                        │ the stranger's "repeat m" comes:
 *      └───────────────────────────────────────────────────────────────────────────┘ all after m is sent again
 *
 * Each side waits for the other's word before it goes on, because it can't know what got through. What comes too early
 * before that word was sent by a page that did not know of the drop yet, and will come again. After it nothing is lost
 * without a drop; if something is missing all the same, somebody has interfered: it is said, and asked for again.
 *
 * What a stranger can make this page do is bounded: it confirms and repeats no faster than the intervals below, whatever
 * comes, and keeps no more than {@linkcode MAX_WAITING} messages, after which nothing more can be written until some
 * are confirmed. A stranger who lies about what arrived deceives nobody but us, about themselves.
 */

import type { Envelope, TextEnvelope } from "../crypto/envelope.ts";

/** How many messages may wait to be confirmed. */
export const MAX_WAITING = 32;
/** How often arrivals are confirmed at most, in milliseconds. */
export const CONFIRM_INTERVAL = 250;
/** How often something is asked for, and sent, again at most when no connection has dropped, in milliseconds. */
export const REPEAT_INTERVAL = 10_000;

/** What one side knows of the messages of a chat. */
export interface Delivery {
  /** The number of the last message of one's own. */
  readonly last: number;
  /** Those of them that are not confirmed, in order. */
  readonly waiting: readonly TextEnvelope[];
  readonly isFlowing: boolean;
  /** Up to which number everything of the stranger's has come. */
  readonly received: number;
  /** What of this has been confirmed, and when, in milliseconds since 1970. */
  readonly confirmed: number;
  readonly confirmedAt: number;
  /** When this side last asked for what was missing, and sent what was asked for. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** What something leads to: what is known now, and what is to be said. */
export interface DeliveryOutcome {
  readonly delivery: Delivery;
  readonly say: readonly Envelope[];
}

/** What becomes of a message that arrives. */
export type Arrival = DeliveryOutcome & { readonly kind: "new" | "double" | "early" | "gap" };

/** As a chat begins. */
export const NOTHING_SENT: Delivery = {
  last: 0,
  waiting: [],
  isFlowing: true,
  received: 0,
  confirmed: 0,
  confirmedAt: 0,
  askedAt: 0,
  answeredAt: 0,
};

/** Whether nothing more can be written for now. */
export function isFull({ waiting }: Delivery): boolean {
  return waiting.length >= MAX_WAITING;
}

/** Sends a text, or keeps it for later. */
export function enqueue(delivery: Delivery, text: string): DeliveryOutcome {
  const message = { kind: "text", number: delivery.last + 1, text } as const;
  const waiting = [...delivery.waiting, message];
  return {
    delivery: { ...delivery, last: message.number, waiting },
    say: delivery.isFlowing ? [message] : [],
  };
}

/** A connection dropped: the stranger's, or one's own. */
export function pause(delivery: Delivery): Delivery {
  return { ...delivery, isFlowing: false };
}

/** Both can hear each other again. */
export function resync(delivery: Delivery): DeliveryOutcome {
  const { received } = delivery;
  return {
    delivery: { ...delivery, isFlowing: false, confirmed: received },
    say: [{ kind: "repeat", number: received }],
  };
}

/** A message has come. */
export function receiveMessage(delivery: Delivery, number: number, now: number): Arrival {
  const { received, isFlowing, askedAt } = delivery;
  if (number <= received) return { kind: "double", delivery, say: [] };
  if (number === received + 1) return { kind: "new", ...confirm(arrived(delivery), now) };
  if (!isFlowing || now - askedAt < REPEAT_INTERVAL) return { kind: "early", delivery, say: [] };
  const say = [{ kind: "repeat", number: received } as const];
  return { kind: "gap", delivery: { ...delivery, askedAt: now, confirmed: received }, say };
}

/** The stranger says that everything up to `number` has come. */
export function acknowledge(delivery: Delivery, number: number): Delivery {
  return { ...delivery, waiting: delivery.waiting.filter((message) => message.number > number) };
}

/** The stranger asks for everything after `number`. */
export function resend(delivery: Delivery, number: number, now: number): DeliveryOutcome {
  const settled = acknowledge(delivery, number);
  const { waiting, isFlowing, answeredAt } = settled;
  if (!isFlowing) return { delivery: { ...settled, isFlowing: true }, say: waiting };
  if (now - answeredAt < REPEAT_INTERVAL) return { delivery: settled, say: [] };
  return { delivery: { ...settled, answeredAt: now }, say: waiting };
}

/** Confirms what has come, if it is time. */
export function confirm(delivery: Delivery, now: number): DeliveryOutcome {
  const { received: number } = delivery;
  if (nextConfirmation(delivery) === 0 || nextConfirmation(delivery) > now) {
    return { delivery, say: [] };
  }
  return {
    delivery: { ...delivery, confirmed: number, confirmedAt: now },
    say: [{ kind: "received", number }],
  };
}

/** When there is something to confirm, in milliseconds since 1970; 0 for never. */
export function nextConfirmation(delivery: Delivery): number {
  const { received, confirmed, confirmedAt, isFlowing } = delivery;
  return isFlowing && received > confirmed ? confirmedAt + CONFIRM_INTERVAL : 0;
}

function arrived(delivery: Delivery): Delivery {
  return { ...delivery, received: delivery.received + 1 };
}
