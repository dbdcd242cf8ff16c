/**
 * A channel between two pages that the server forwards and can't read. It agrees on keys (`key_agreement.ts`), and then
 * carries sealed frames (`sealed_frame.ts`), each with its own key (`ratchet.ts`):
 *
 *        caller                              callee
 *          │ ── offer ─────────────────────────> │      both at the same time
 *          │ <─ offer ────────────────────────── │
 *          │ ── reveal ────────────────────────> │      when the partner's offer is there
 *          │ <─ reveal ───────────────────────── │
 *          │ <═ sealed frames, both ways ══════> │      one round trip after pairing
 *
 * Counters only rise, so a frame can't be repeated. Whatever must be sent again after a dropped connection is sealed
 * again. A frame that was altered, or whose counter does not rise (repeated, late), is rejected and reported, whatever
 * happened to the connection. Skipped counters are reported as missing frames.
 *
 * There is one exception. Frames in transit when a connection drops are lost. So the first frame after
 * {@linkcode SealedChannel.resync} may skip some, and frames that arrive out of turn before the keys are agreed are
 * ignored. Both pages then also repeat their frames of the key agreement, byte by byte, until a sealed frame shows that
 * they have arrived. A repetition is ignored, but a different frame in its place is not. The server can fake a drop,
 * and so have one gap excused. It gains nothing: messages have separate numbers (`delivery.ts`), and missing ones are
 * requested again.
 *
 * Known limits: the server sees who is paired, when frames pass, their kind, and which of the four lengths they have.
 * A page from a hostile operator can cheat in any way it likes: see docs/verify.md.
 */

import { areEqual, type Bytes } from "./bytes.ts";
import { isHandshake, TAG_OFFER, TAG_REVEAL } from "./handshake_frame.ts";
import { type Agreed, Offered, type Revealed } from "./key_agreement.ts";
import type { Ratchet } from "./ratchet.ts";
import { counterOf, isSealed, MAX_COUNTER, open, seal } from "./sealed_frame.ts";

/** Maximum number of frames that wait to be opened. A partner who sends more ends the channel. */
export const MAX_PENDING = 512;

/** Callbacks of a channel. They are called in the order in which things were sent. */
export interface ChannelEvents {
  /** A frame to send to the server. */
  readonly onFrame: (frame: Bytes) => void;
  /** The keys are agreed, by this suite. These are the pictures to compare. */
  readonly onSecured: (pictures: number[], suite: number) => void;
  /** The partner sent content. */
  readonly onOpened: (kind: number, content: Uint8Array) => void;
  /** A frame was altered, repeated or late, or some are missing. What can't be trusted is not delivered. */
  readonly onTampered: () => void;
  /** The channel failed, and nothing more can be sent or received. */
  readonly onFailed: () => void;
}

/** The frames of the key agreement, kept so that they can be repeated and repetitions recognised. */
interface Exchange {
  readonly said: Bytes[];
  readonly heard: Uint8Array[];
}

type Phase =
  | { kind: "starting" }
  | { kind: "offered"; step: Offered }
  | { kind: "revealed"; step: Revealed }
  | { kind: "secured"; sending: Ratchet; receiving: Ratchet }
  | { kind: "closed" };

/** One side of the sealed channel of a chat. */
export class SealedChannel {
  readonly #events: ChannelEvents;
  /** Arrivals are handled one by one. What is sent waits for the keys, and then goes out one by one. */
  #incoming = Promise.resolve();
  #outgoing: Promise<void>;
  #pending = 0;
  readonly #exchange: Exchange = { said: [], heard: [] };
  /** Whether a connection has dropped, so that the key agreement may be repeated. */
  #hasResynced = false;
  /** Whether frames may be missing before the next one, because a connection has just dropped. */
  #gapAllowed = false;
  #unlock = (): void => {};
  #phase: Phase = { kind: "starting" };

  /** Sends the offer immediately if it has been made. It must not be used for another channel. */
  constructor(events: ChannelEvents, offer: Offered | Promise<Offered>) {
    this.#events = events;
    this.#outgoing = new Promise((resolve) => this.#unlock = resolve);
    if (offer instanceof Offered) this.#offer(offer);
    else this.#incoming = offer.then((step) => this.#offer(step)).catch(() => this.#fail());
  }

  /** Seals and sends `content`, once the keys are agreed. The server sees `kind`. */
  send(kind: number, content: Uint8Array): void {
    this.#outgoing = this.#outgoing.then(() => this.#seal(kind, content)).catch(() => this.#fail());
  }

  /** Handles a frame that the server forwarded. */
  receive(frame: Bytes): void {
    if (++this.#pending > MAX_PENDING) return this.#fail();
    this.#incoming = this.#incoming.then(() => this.#take(frame)).catch(() => this.#fail())
      .finally(() => this.#pending--);
  }

  /** Recovers from a dropped connection, when both sides are connected again. */
  resync(): void {
    this.#hasResynced = true;
    this.#gapAllowed = true;
    this.#exchange.said.forEach((frame) => this.#events.onFrame(frame));
  }

  /** Runs `task` once everything that arrived before it has been opened. */
  inTurn(task: () => void): void {
    this.#incoming.then(task);
  }

  /** Discards the keys. Nothing is sent or reported afterwards. */
  close(): void {
    if ("step" in this.#phase) this.#phase.step.forget();
    this.#exchange.said.length = 0;
    this.#phase = { kind: "closed" };
  }

  #offer(step: Offered): void {
    if (this.#phase.kind !== "starting") return step.forget();
    this.#phase = { kind: "offered", step };
    this.#say(step.frame);
  }

  /** Sends a frame of the key agreement, and keeps it for repetition. */
  #say(frame: Bytes): void {
    this.#exchange.said.push(frame);
    this.#events.onFrame(frame);
  }

  #take(frame: Bytes): Promise<void> | void {
    const phase = this.#phase;
    if (phase.kind === "closed") return;
    if (this.#hasResynced && this.#exchange.heard.some((one) => areEqual(one, frame))) return;
    if (phase.kind === "secured") return this.#open(frame);
    if (this.#gapAllowed && isSealed(frame)) return;
    if (phase.kind === "offered" && isHandshake(frame, TAG_OFFER)) {
      return this.#reveal(phase.step, frame);
    }
    if (phase.kind === "revealed" && isHandshake(frame, TAG_REVEAL)) {
      return this.#agree(phase.step, frame);
    }
    const isEarly = isHandshake(frame, TAG_OFFER) || isHandshake(frame, TAG_REVEAL);
    if (!this.#gapAllowed || !isEarly) this.#fail(); // Otherwise, the partner will repeat it in the right order.
  }

  async #reveal(offered: Offered, theirs: Bytes): Promise<void> {
    this.#exchange.heard.push(theirs);
    const step = await offered.reveal(theirs);
    if (this.#phase.kind !== "offered") return step?.forget();
    if (step === undefined) return this.#fail();
    this.#phase = { kind: "revealed", step };
    this.#say(step.frame);
  }

  async #agree(revealed: Revealed, theirs: Bytes): Promise<void> {
    this.#exchange.heard.push(theirs);
    const agreed = await revealed.agree(theirs);
    if (this.#phase.kind !== "revealed") return;
    if (agreed === undefined) return this.#fail();
    revealed.forget();
    this.#secure(agreed);
  }

  #secure({ suite, pictures, sending, receiving }: Agreed): void {
    this.#phase = { kind: "secured", sending, receiving };
    this.#events.onSecured(pictures, suite);
    this.#unlock();
  }

  async #seal(kind: number, content: Uint8Array): Promise<void> {
    const phase = this.#phase;
    if (phase.kind !== "secured") return;
    const { counter } = phase.sending;
    if (counter > MAX_COUNTER) return this.#fail();
    const [frame, next] = await Promise.all([
      phase.sending.key().then((key) => seal(key, kind, counter, content)),
      phase.sending.next(),
    ]);
    phase.sending = next;
    if (this.#phase === phase) this.#events.onFrame(frame);
  }

  async #open(frame: Uint8Array): Promise<void> {
    const phase = this.#phase;
    if (phase.kind !== "secured") return;
    const counter = counterOf(frame);
    const ratchet = counter === undefined ? undefined : await phase.receiving.at(counter);
    const opened = ratchet && await open(await ratchet.key(), frame);
    if (this.#phase !== phase) return;
    if (opened === undefined) return this.#events.onTampered();
    if (ratchet !== phase.receiving && !this.#gapAllowed) this.#events.onTampered();
    this.#gapAllowed = false;
    this.#exchange.said.length = 0; // A sealed frame implies that the partner has completed the exchange.
    this.#events.onOpened(opened.kind, opened.content);
    phase.receiving = await ratchet!.next();
  }

  #fail(): void {
    if (this.#phase.kind === "closed") return;
    this.close();
    this.#events.onFailed();
  }
}
