/**
 * Represents a session on another node that one of our sessions chats with. Calls on this node become messages to the
 * other, and the other way round:
 *
 *   Session ──receive, partnerLeft ...──> RemotePartner ── frames, messages ──> the other node
 *   Session <──receive, partnerLeft ...── RemotePartner.handle <─ messages <─── the other node
 *
 * Between nodes a message to slow down would arrive too late, because much may be in flight. So the sending side has a
 * window, as in HTTP/2 (RFC 9113 section 5.2). Bytes that are sent and not yet acknowledged are counted, and above the
 * window nothing more is read from the sending page. The other node acknowledges what has been taken, and withholds
 * that while its reader is slow.
 */

import type { ReportReason } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { Clock } from "../base/clock.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "../chat/partner.ts";
import { PAUSE_BYTES } from "../chat/relay.ts";
import type { Sender } from "../transport.ts";
import type { Session } from "../chat/session.ts";
import type { Bus } from "./bus.ts";
import type { ChatEvent } from "./messages.ts";

/** Events that only the current partner can send, from the node it is on. */
export type PartnerEvent = Exclude<ChatEvent, { type: "left" | "again" | "chatted" | "reported" }>;

/** Bytes that are taken before they are acknowledged: one message for several frames. */
const MIN_ACKNOWLEDGED = PAUSE_BYTES / 4;

export interface RemotePartnerOptions {
  readonly clock: Pick<Clock, "now">;
  readonly bus: Pick<Bus, "frame" | "send">;
  /** The session on this node that chats with the partner. */
  readonly own: { readonly id: SessionId; readonly node: NodeId };
  /** The partner's session, and the node it is on. */
  readonly id: SessionId;
  readonly node: NodeId;
  /** Whether the partner is disconnected. */
  readonly isAway: boolean;
}

/** A partner on another node. */
export class RemotePartner implements Partner, Sender {
  readonly id: SessionId;
  readonly node: NodeId;
  isAway: boolean;
  /** Bytes that our side sent and that are not acknowledged yet. */
  #unacknowledged = 0;
  /** Bytes that our side took and has not acknowledged yet. */
  #owed = 0;
  /** Our side is slow to read. */
  #isPaused = false;
  readonly #now: () => number;
  readonly #own: RemotePartnerOptions["own"];
  readonly #bus: RemotePartnerOptions["bus"];

  constructor({ clock, bus, own, id, node, isAway }: RemotePartnerOptions) {
    this.#now = () => clock.now();
    this.id = id;
    this.node = node;
    this.isAway = isAway;
    this.#own = own;
    this.#bus = bus;
  }

  receive(frame: Uint8Array, _from: SessionId, sender: Sender | undefined): boolean {
    if (this.isAway) return false;
    this.#bus.frame(this.node, this.id, this.#own.id, frame);
    this.#unacknowledged += frame.length;
    if (this.#unacknowledged > PAUSE_BYTES) sender?.pause();
    return true;
  }

  /** A frame of the partner has been handed to the reader here. */
  delivered(frame: Uint8Array): void {
    this.#owed += frame.length;
    this.#acknowledge();
  }

  /** Nothing to do: this could only resume reads from our side, and those have ended. */
  release(): void {}

  partnerLeft(): void {
    this.#send({ type: "left" });
  }

  partnerAway(): void {
    this.#send({ type: "away" });
  }

  partnerBack(): void {
    this.#send({ type: "back" });
  }

  /** The other node answers `left` if there can't be another chat. */
  wantsAgain(_from: SessionId, wants: boolean): boolean {
    this.#send({ type: "again", wants });
    return true;
  }

  chattedWith({ name }: AddressRecord): void {
    this.#send({ type: "chatted", with: name });
  }

  reported(by: AddressRecord, reason: ReportReason): void {
    const { name, weight } = by.fileReport(reason, this.#now());
    this.#send({ type: "reported", by: name, weight });
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#acknowledge();
  }

  /** Asks whether the chat is still active, after an outage or a move. */
  probe(isAway: boolean, isAnswer = false): void {
    this.#send({ type: "probe", isAway, isAnswer });
  }

  /** Applies an event of the partner to `session`. */
  handle(event: PartnerEvent, session: Session): void {
    switch (event.type) {
      case "away":
        return this.wentAway(session);
      case "back":
        return this.#cameBack(session);
      case "probe":
        return this.#probed(event, session);
      case "read":
        return this.#acknowledged(event.bytes, session);
    }
  }

  /** The partner can't be reached for now. */
  wentAway(session: Session): void {
    if (this.isAway) return;
    this.isAway = true;
    this.#restart(session);
    session.partnerAway(this.id);
  }

  #cameBack(session: Session): void {
    this.isAway = false;
    this.#restart(session);
    session.partnerBack(this.id);
  }

  /** The sender was unreachable or has moved. What was in flight is lost, and both pages must know that. */
  #probed({ isAway, isAnswer }: ChatEvent & { type: "probe" }, session: Session): void {
    if (isAway) this.wentAway(session);
    else if (!isAnswer || this.isAway) this.#cameBack(session);
    if (!isAnswer) this.probe(session.isAway, true);
  }

  #acknowledged(bytes: number, session: Session): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
    if (this.#unacknowledged <= PAUSE_BYTES) session.outlet?.resume();
  }

  #acknowledge(): void {
    if (this.#isPaused || this.#owed < MIN_ACKNOWLEDGED) return;
    this.#send({ type: "read", bytes: this.#owed });
    this.#owed = 0;
  }

  /** What was in flight is lost, and so are its acknowledgements. */
  #restart(session: Session): void {
    this.#unacknowledged = this.#owed = 0;
    session.outlet?.resume();
  }

  #send(event: ChatEvent): void {
    const { id, node } = this.#own;
    const message = { to: this.id, from: id, node, event };
    this.#bus.send(this.node, { type: "chat", message });
  }
}
