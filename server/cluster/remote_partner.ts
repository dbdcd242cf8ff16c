/**
 * Stands on this machine for somebody on another one whom one of our sessions chats with. What is called here is said
 * there, and the other way round:
 *
 *   Session ──receive, partnerLeft ...──> RemotePartner ── frames, words ──> the other machine
 *   Session <──receive, partnerLeft ...── RemotePartner.hear <── words <──── the other machine
 *
 * As a sender it can be slowed down like any other: the machine of whoever sends is asked to read no more from them.
 */

import type { ReportReason } from "../../protocol.ts";
import type { Conduct } from "../abuse.ts";
import type { NodeId, SessionId } from "../pairing.ts";
import type { Sender } from "../relay.ts";
import type { Partner, Session } from "../session.ts";
import type { Bus } from "./bus.ts";
import type { ChatWord } from "./words.ts";

/** Somebody on another machine. */
export class RemotePartner implements Partner, Sender {
  readonly id: SessionId;
  readonly node: NodeId;
  isAway = false;
  readonly #own: SessionId;
  readonly #home: NodeId;
  readonly #bus: Pick<Bus, "frame" | "say">;

  /** The partner `id` on `node` of the session `own` on `home`. */
  constructor(
    bus: Pick<Bus, "frame" | "say">,
    own: { readonly id: SessionId; readonly node: NodeId },
    id: SessionId,
    node: NodeId,
  ) {
    this.#bus = bus;
    this.#own = own.id;
    this.#home = own.node;
    this.id = id;
    this.node = node;
  }

  receive(frame: Uint8Array): boolean {
    if (this.isAway) return false;
    this.#bus.frame(this.node, this.id, this.#own, frame);
    return true;
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

  reported(by: Conduct, reason: ReportReason): void {
    const { name, weight } = by.accuse(reason);
    this.#say({ type: "reported", by: name, weight });
  }

  pause(): void {
    this.#say({ type: "pause" });
  }

  resume(): void {
    this.#say({ type: "resume" });
  }

  /** Asks whether the chat is still on, after an outage or a move. */
  greet(isAway: boolean, isAnswer = false): void {
    this.#say({ type: "hello", isAway, isAnswer });
  }

  /** What the other machine says of this partner happens to `session`. */
  hear(say: ChatWord["say"], session: Session): void {
    switch (say.type) {
      case "left":
        return session.partnerLeft(this.id);
      case "away":
        return this.wentAway(session);
      case "back":
        return this.#cameBack(session);
      case "hello":
        return this.#greeted(say, session);
      case "pause":
        return session.outlet?.pause();
      case "resume":
        return session.outlet?.resume();
      case "reported":
        return session.accused(say.by, say.weight);
    }
  }

  /** Can't be heard for now. */
  wentAway(session: Session): void {
    if (this.isAway) return;
    this.isAway = true;
    session.partnerAway(this.id);
  }

  #cameBack(session: Session): void {
    this.isAway = false;
    session.partnerBack(this.id);
  }

  /** Whoever asks has been out of reach, or has moved: whatever was under way is lost, which both pages must know. */
  #greeted({ isAway, isAnswer }: ChatWord["say"] & { type: "hello" }, session: Session): void {
    if (isAway) this.wentAway(session);
    else if (!isAnswer || this.isAway) this.#cameBack(session);
    if (!isAnswer) this.greet(session.isAway, true);
  }

  #say(say: ChatWord["say"]): void {
    const word = { to: this.id, from: this.#own, node: this.#home, say };
    this.#bus.say(this.node, { type: "chat", word });
  }
}
