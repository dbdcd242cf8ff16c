/**
 * The way back to a partner who was skipped by mistake. For AGAIN_WINDOW after a chat, each side may ask for another one
 * with the other, and it takes both.
 *
 *             a chat ends          this side asks           the partner asks, too
 *   no offer ─────────────> offer ────────────────> asked ────────────────────────> the next chat
 *      ^                      │                       │ leave
 *      └──────────────────────┴───────────────────────┘
 *        another chat, a report, a dropped connection, the end of the session
 *
 * Each side has its own offer, and begins as soon as it knows that both ask. On one node, both begin in the same step.
 * Between nodes, each receives the other's request exactly once, before or after its own, and then begins. A side that
 * withdraws its request says so, and can't repeat it. If that crosses the request of a partner that has just begun, its
 * node answers that the chat is over. So no session is in two chats, and no pair stays one-sided.
 *
 * A request that is late, or whose partner is gone or has reported it, gets no answer. So it reveals none of these.
 *
 * An offer names the partner and keeps nothing of it. It stays with the connection: a session that is resumed, or moves
 * to another node, has none.
 */

import { AGAIN_WINDOW, type Mode } from "../../protocol.ts";
import type { Clock } from "../base/clock.ts";
import type { SessionId } from "../ids.ts";
import type { Match } from "../matching/matchmaker.ts";

/** Another chat that both sides may ask for. */
export interface RematchOffer {
  /** The chat to begin. */
  readonly match: Match;
  readonly mode: Mode;
}

interface OpenOffer extends RematchOffer {
  /** In clock milliseconds. */
  readonly until: number;
  /** Whether this side asks. */
  asks: boolean;
  /** Whether the partner asks. */
  isAsked: boolean;
}

export interface RematchOptions {
  readonly clock: Pick<Clock, "now">;
  /** Tells the partner whether this side asks. */
  readonly ask: (offer: RematchOffer, wants: boolean) => void;
  /** Called when the partner asks first. */
  readonly onAsked: () => void;
  /** Called when both ask. */
  readonly onAgreed: (offer: RematchOffer) => void;
}

/** One side's way back to its last partner. */
export class Rematch {
  readonly #options: RematchOptions;
  #offer: OpenOffer | undefined;

  constructor(options: RematchOptions) {
    this.#options = options;
  }

  /** Whether this side could ask now. */
  get isOffered(): boolean {
    return this.#offer !== undefined && !this.#offer.asks && !this.#isLate(this.#offer);
  }

  /** A chat has ended. */
  open(offer: RematchOffer): void {
    const until = this.#options.clock.now() + AGAIN_WINDOW;
    this.#offer = { ...offer, until, asks: false, isAsked: false };
  }

  /** This side asks. */
  ask(): void {
    const offer = this.#offer;
    if (offer === undefined || !this.isOffered) return;
    offer.asks = true;
    this.#options.ask(offer, true);
    this.#beginIfAgreed(offer);
  }

  /** This side leaves. Without a request, that is a `leave` that has crossed the partner's, and changes nothing. */
  withdraw(): void {
    if (this.#offer?.asks) this.close();
  }

  /** There is no way back any longer. */
  close(): void {
    const offer = this.#offer;
    this.#offer = undefined;
    if (offer?.asks) this.#options.ask(offer, false);
  }

  /** The session `from` asks, or no longer does. Returns `false` if there is no offer for it. */
  asked(from: SessionId, wants: boolean): boolean {
    const offer = this.#offer;
    if (offer?.match.partner !== from) return false;
    if (!offer.asks && this.#isLate(offer)) return false;
    offer.isAsked = wants;
    if (wants && !offer.asks) this.#options.onAsked();
    this.#beginIfAgreed(offer);
    return true;
  }

  #beginIfAgreed(offer: OpenOffer): void {
    if (!offer.asks || !offer.isAsked) return;
    this.#offer = undefined;
    this.#options.onAgreed(offer);
  }

  #isLate({ until }: OpenOffer): boolean {
    return this.#options.clock.now() >= until;
  }
}
