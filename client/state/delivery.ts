/**
 * How messages reach the partner exactly once and in order, whatever happens to either connection. The server stores
 * nothing, so whatever is in transit when a connection drops is lost. Each page therefore keeps its own messages until
 * the partner's page has confirmed them.
 *
 * Each side numbers its messages from 1, inside the sealed frame, and accepts only the next number. A lower number is a
 * duplicate, and a higher one came too early. From time to time, each side confirms how far it has got.
 *
 *             a connection drops                      both are connected again
 *   flowing ─────────────────────> held: numbered ────────────────────────────> held: "repeat n" is sent
 *      ^                           and kept                                        │ the partner's "repeat m" comes:
 *      └───────────────────────────────────────────────────────────────────────────┘ all after m is sent again
 *
 * Each side waits for the partner's "repeat" before it continues, because it can't know what got through. A message
 * that comes too early before then was sent by a page that did not know of the drop yet, and will come again.
 * Afterwards, nothing is lost without a drop. If something is missing all the same, somebody has interfered: the
 * visitor is warned, and the message is requested again.
 *
 * What a partner can make this page do is bounded. It confirms and repeats no faster than the intervals below, whatever
 * arrives. It keeps at most {@linkcode MAX_WAITING} messages; after that, nothing more can be written until some are
 * confirmed. A partner's page that lies about what arrived can mislead only this page, and only about that.
 */

import type { Envelope, TextEnvelope } from "../crypto/envelope.ts";

/** Maximum number of unconfirmed messages. */
export const MAX_WAITING = 32;
/** Minimum interval between confirmations, in milliseconds. */
export const CONFIRM_INTERVAL = 250;
/**
 * Minimum interval between requests for missing messages, and between answers to them, while no connection has dropped.
 * In milliseconds.
 */
export const REPEAT_INTERVAL = 10_000;

/** The delivery state of one side of a chat. */
export interface Delivery {
  /** The number of this side's last message. */
  readonly last: number;
  /** This side's unconfirmed messages, in order. */
  readonly waiting: readonly TextEnvelope[];
  readonly isFlowing: boolean;
  /** The number up to which all messages of the partner have arrived. */
  readonly received: number;
  /** The number up to which this side has confirmed them, and when, in milliseconds of the page's clock. */
  readonly confirmed: number;
  readonly confirmedAt: number;
  /** When this side last requested missing messages, and when it last answered such a request. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** The next delivery state, and the envelopes to send. */
export interface DeliveryOutcome {
  readonly delivery: Delivery;
  readonly say: readonly Envelope[];
}

/** The result of receiving a message. */
export type Arrival = DeliveryOutcome & { readonly kind: "new" | "double" | "early" | "gap" };

/** The delivery state of a chat that begins. */
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

/** Whether the maximum number of unconfirmed messages is reached. */
export function isFull({ waiting }: Delivery): boolean {
  return waiting.length >= MAX_WAITING;
}

/** Sends a text, or keeps it until messages flow again. */
export function enqueue(delivery: Delivery, text: string): DeliveryOutcome {
  const message = { kind: "text", number: delivery.last + 1, text } as const;
  const waiting = [...delivery.waiting, message];
  return {
    delivery: { ...delivery, last: message.number, waiting },
    say: delivery.isFlowing ? [message] : [],
  };
}

/** A connection dropped, on either side. */
export function pause(delivery: Delivery): Delivery {
  return { ...delivery, isFlowing: false };
}

/** Both sides are connected again: reports what has arrived, so that the partner repeats the rest. */
export function resync(delivery: Delivery): DeliveryOutcome {
  const { received } = delivery;
  return {
    delivery: { ...delivery, isFlowing: false, confirmed: received },
    say: [{ kind: "repeat", number: received }],
  };
}

/** Decides what to do with a message that arrived. */
export function receiveMessage(delivery: Delivery, number: number, now: number): Arrival {
  const { received, isFlowing, askedAt } = delivery;
  if (number <= received) return { kind: "double", delivery, say: [] };
  if (number === received + 1) return { kind: "new", ...confirm(arrived(delivery), now) };
  if (!isFlowing || now - askedAt < REPEAT_INTERVAL) return { kind: "early", delivery, say: [] };
  const say = [{ kind: "repeat", number: received } as const];
  return { kind: "gap", delivery: { ...delivery, askedAt: now, confirmed: received }, say };
}

/** The partner confirms everything up to `number`. */
export function acknowledge(delivery: Delivery, number: number): Delivery {
  return { ...delivery, waiting: delivery.waiting.filter((message) => message.number > number) };
}

/** The partner requests everything after `number`. */
export function resend(delivery: Delivery, number: number, now: number): DeliveryOutcome {
  const settled = acknowledge(delivery, number);
  const { waiting, isFlowing, answeredAt } = settled;
  if (!isFlowing) return { delivery: { ...settled, isFlowing: true }, say: waiting };
  if (now - answeredAt < REPEAT_INTERVAL) return { delivery: settled, say: [] };
  return { delivery: { ...settled, answeredAt: now }, say: waiting };
}

/** Confirms what has arrived, if a confirmation is due. */
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

/** When the next confirmation is due, in milliseconds of the page's clock; 0 for never. */
export function nextConfirmation(delivery: Delivery): number {
  const { received, confirmed, confirmedAt, isFlowing } = delivery;
  return isFlowing && received > confirmed ? confirmedAt + CONFIRM_INTERVAL : 0;
}

function arrived(delivery: Delivery): Delivery {
  return { ...delivery, received: delivery.received + 1 };
}
