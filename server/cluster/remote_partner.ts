/**
 * Represents a session on another node that one of our sessions chats with. Calls on this node become messages to the
 * other, and the other way round:
 *
 *   Session ──receive, partnerLeft ...──> RemotePartner ── frames, messages ──> the other node
 *   Session <──receive, partnerLeft ...── RemotePartner.hear <── messages <──── the other node
 *
 * Between nodes a message to slow down would arrive too late, because much may be in flight. So the sending side has a
 * window, as in HTTP/2 (RFC 9113 section 5.2). Bytes that are sent and not yet acknowledged are counted, and above the
 * window nothing more is read from the sending page. The other node acknowledges what has been taken, and withholds
 * that while its reader is slow.
 */

import type { ReportReason } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "../chat/partner.ts";
import { PAUSE_BYTES } from "../chat/relay.ts";
import type { Sender } from "../transport.ts";
import type { Session } from "../chat/session.ts";
import type { Bus } from "./bus.ts";
import type { ChatMessage } from "./messages.ts";

/** Messages that only the current partner can send, from the node it is on. */
export type Heard = Exclude<ChatMessage["say"], { type: "left" | "reported" }>;

/** Bytes that are taken before they are acknowledged: one message for several frames. */
const MIN_ACKNOWLEDGED = PAUSE_BYTES / 4;

/** A partner on another node. */
export class RemotePartner implements Partner, Sender {
  readonly id: SessionId;
  readonly node: NodeId;
  isAway: boolean;
  /** Bytes that our side sent and that are not acknowledged yet. */
  #unread = 0;
  /** Bytes that our side took and has not acknowledged yet. */
  #owed = 0;
  /** Our side is slow to read. */
  #isHeld = false;
  readonly #own: SessionId;
  readonly #home: NodeId;
  readonly #bus: Pick<Bus, "frame" | "send">;

  /** The partner `id` on `node`, for the local session `own`. */
  constructor(
    bus: Pick<Bus, "frame" | "send">,
    own: { readonly id: SessionId; readonly node: NodeId },
    id: SessionId,
    node: NodeId,
    isAway: boolean,
  ) {
    this.isAway = isAway;
    this.#bus = bus;
    this.#own = own.id;
    this.#home = own.node;
    this.id = id;
    this.node = node;
  }

  receive(frame: Uint8Array, _from: SessionId, sender: Sender | undefined): boolean {
    if (this.isAway) return false;
    this.#bus.frame(this.node, this.id, this.#own, frame);
    this.#unread += frame.length;
    if (this.#unread > PAUSE_BYTES) sender?.pause();
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
    this.#say({ type: "left" });
  }

  partnerAway(): void {
    this.#say({ type: "away" });
  }

  partnerBack(): void {
    this.#say({ type: "back" });
  }

  reported(by: AddressRecord, reason: ReportReason): void {
    const { name, weight } = by.fileReport(reason);
    this.#say({ type: "reported", by: name, weight });
  }

  pause(): void {
    this.#isHeld = true;
  }

  resume(): void {
    this.#isHeld = false;
    this.#acknowledge();
  }

  /** Asks whether the chat is still active, after an outage or a move. */
  probe(isAway: boolean, isAnswer = false): void {
    this.#say({ type: "hello", isAway, isAnswer });
  }

  /** Applies a message of the partner to `session`. */
  hear(say: Heard, session: Session): void {
    switch (say.type) {
      case "away":
        return this.wentAway(session);
      case "back":
        return this.#cameBack(session);
      case "hello":
        return this.#greeted(say, session);
      case "read":
        return this.#read(say.bytes, session);
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
  #greeted({ isAway, isAnswer }: ChatMessage["say"] & { type: "hello" }, session: Session): void {
    if (isAway) this.wentAway(session);
    else if (!isAnswer || this.isAway) this.#cameBack(session);
    if (!isAnswer) this.probe(session.isAway, true);
  }

  #read(bytes: number, session: Session): void {
    this.#unread = Math.max(0, this.#unread - bytes);
    if (this.#unread <= PAUSE_BYTES) session.outlet?.resume();
  }

  #acknowledge(): void {
    if (this.#isHeld || this.#owed < MIN_ACKNOWLEDGED) return;
    this.#say({ type: "read", bytes: this.#owed });
    this.#owed = 0;
  }

  /** What was in flight is lost, and so are its acknowledgements. */
  #restart(session: Session): void {
    this.#unread = this.#owed = 0;
    session.outlet?.resume();
  }

  #say(say: ChatMessage["say"]): void {
    const word = { to: this.id, from: this.#own, node: this.#home, say };
    this.#bus.send(this.node, { type: "chat", word });
  }
}
