/**
 * The partner in a chat, wherever it is: a session on this node (`session.ts`), or a proxy for a session on another
 * node (`cluster/remote_partner.ts`). Each call takes effect on the partner's node.
 */

import type { ReportReason } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Sender } from "../transport.ts";

/** The partner, as a session sees it. */
export interface Partner {
  readonly id: SessionId;
  /** The partner's node, as far as known. */
  readonly node: NodeId;
  /** Whether its connection has dropped. */
  readonly isAway: boolean;
  /**
   * Forwards a frame from `from`. `sender` is paused while this side is behind. Returns whether a client receives it.
   */
  receive(frame: Uint8Array, from: SessionId, sender: Sender | undefined): boolean;
  /** Resumes the sender that waits for this side to read, because the sender's socket is being detached. */
  release(): void;
  /** The chat is over. */
  partnerLeft(from: SessionId): void;
  partnerAway(from: SessionId): void;
  /** The partner is connected again. */
  partnerBack(from: SessionId): void;
  /**
   * The session `from`, its last partner, asks for another chat or no longer does. Returns `false` if there can't be one.
   */
  wantsAgain(from: SessionId, wants: boolean): boolean;
  /** A chat has ended that was long enough to count (`MIN_CHAT_TIME`), with a session from the address of `partner`. */
  chattedWith(partner: AddressRecord): void;
  /** The session is reported from the address of `by`. */
  reported(by: AddressRecord, reason: ReportReason): void;
}

/** A chat as one of its two sides sees it. */
export interface ChatSide {
  partner: Partner;
  /** When it began, in clock milliseconds. */
  readonly since: number;
  /** Whether this side has reported its partner in this chat. */
  reported: boolean;
}
