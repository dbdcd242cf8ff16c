/**
 * A session in transit: what its old node sends to the node that its client has reconnected to. Clocks differ between
 * nodes, so a snapshot has durations instead of times. A partner is named by its id and node.
 */

import type { Mode } from "../../protocol.ts";
import type { TokenBalances } from "../limits/session_rate_limiter.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { ChatSide, Partner } from "./partner.ts";

/** A session on its way to another node. Its client is already connected there. */
export interface SessionSnapshot {
  readonly id: SessionId;
  readonly recent: readonly SessionId[];
  readonly hasWorked: boolean;
  /** What is left of its rate limits. */
  readonly balances: TokenBalances;
  readonly mode: Mode;
  /** Whether its page has asked for the route of a call in this chat. */
  readonly hasCall: boolean;
  /** The current chat, or the last one. */
  readonly chatSide: ChatSnapshot | undefined;
}

/** One side of a chat, in transit. */
export interface ChatSnapshot {
  readonly partner: SessionId;
  readonly node: NodeId;
  /** In milliseconds. */
  readonly lasted: number;
  readonly reported: boolean;
  readonly isOver: boolean;
  /** Whether the partner is disconnected. */
  readonly isAway: boolean;
}

/** Exports a chat at `now`, in clock milliseconds. */
export function exportChat(chat: ChatSide, isOver: boolean, now: number): ChatSnapshot {
  const { partner: { id, node, isAway }, since, reported } = chat;
  return { partner: id, node, lasted: now - since, reported, isOver, isAway };
}

/** Imports a chat with `partner` at `now`, in clock milliseconds. */
export function importChat(chat: ChatSnapshot, partner: Partner, now: number): ChatSide {
  return { partner, since: now - chat.lasted, reported: chat.reported };
}
