/**
 * Stands on this machine for somebody on another one whom one of our sessions chats with. What is called here is said
 * there, and the other way round:
 *
 *   Session ──receive, partnerLeft ...──> RemotePartner ── frames, words ──> the other machine
 *   Session <──receive, partnerLeft ...── RemotePartner.hear <── words <──── the other machine
 *
 * Between machines a word to slow down would come too late: much may be under way. So whoever sends has a window, as in
 * HTTP/2 (RFC 9113 section 5.2). What is under way and not yet read is counted, and above the window nothing more is
 * read from their page; the other machine says what has been taken, and keeps that word back while its reader is behind.
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

/** What only the partner of the chat under way can say, from where it is. */
export type Heard = Exclude<ChatMessage["say"], { type: "left" | "reported" }>;

/** How much is taken before that is said, in bytes: a word for a handful of frames. */
const MIN_ACKNOWLEDGED = PAUSE_BYTES / 4;

/** Somebody on another machine. */
export class RemotePartner implements Partner, Sender {
  readonly id: SessionId;
  readonly node: NodeId;
  isAway: boolean;
  /** How many bytes our side has sent that are not known to be taken. */
  #unread = 0;
  /** How many our side has taken and not said so. */
  #owed = 0;
  /** Our side is behind. */
  #isHeld = false;
  readonly #own: SessionId;
  readonly #home: NodeId;
  readonly #bus: Pick<Bus, "frame" | "send">;

  /** The partner `id` on `node` of the session `own` on `home`. */
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

  /** A frame of theirs has been handed to the reader here. */
  delivered(frame: Uint8Array): void {
    this.#owed += frame.length;
    this.#acknowledge();
  }

  /** Nothing: our side is not read from any more, and that is all that could wait. */
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

  /** Asks whether the chat is still on, after an outage or a move. */
  probe(isAway: boolean, isAnswer = false): void {
    this.#say({ type: "hello", isAway, isAnswer });
  }

  /** What the other machine says of this partner happens to `session`. */
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

  /** Can't be heard for now. */
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

  /** Whoever asks has been out of reach, or has moved: whatever was under way is lost, which both pages must know. */
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

  /** What was under way is lost, and words about it with it. */
  #restart(session: Session): void {
    this.#unread = this.#owed = 0;
    session.outlet?.resume();
  }

  #say(say: ChatMessage["say"]): void {
    const word = { to: this.id, from: this.#own, node: this.#home, say };
    this.#bus.send(this.node, { type: "chat", word });
  }
}
