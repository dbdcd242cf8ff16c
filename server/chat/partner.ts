/**
 * The other side of a chat, wherever it is: a session of this machine (`session.ts`), or what stands for one of another
 * (`cluster/remote_partner.ts`). What is called here happens there.
 */

import type { ReportReason } from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Sender } from "../transport.ts";

/** Whom one chats with. */
export interface Partner {
  readonly id: SessionId;
  /** The machine that it is on, as far as is known. */
  readonly node: NodeId;
  /** Whether its connection has dropped. */
  readonly isAway: boolean;
  /** Forwards a frame of `from`; `sender` is slowed down while it can't be read. Whether anybody is there to read it. */
  receive(frame: Uint8Array, from: SessionId, sender: Sender | undefined): boolean;
  /** Nobody waits for this side to read any more, because the other has gone. */
  release(): void;
  /** The chat is over. */
  partnerLeft(from: SessionId): void;
  partnerAway(from: SessionId): void;
  /** The other side can be heard again. */
  partnerBack(from: SessionId): void;
  /** It has been reported by somebody whose address has behaved like this. */
  reported(by: AddressRecord, reason: ReportReason): void;
}
