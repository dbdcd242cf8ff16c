/**
 * Messages between nodes. A message to a session names both sides of the chat. A session changes partners, and a late
 * message of the last partner must not reach the next one.
 */

import type { BlockReason } from "../admission/address_record.ts";
import type { SearchRequest } from "../matching/policy.ts";
import type { NodeId, SessionId, Ticket } from "../ids.ts";
import type { RelayAnswer } from "../chat/remote_relay.ts";
import type { SessionSnapshot } from "../chat/session_snapshot.ts";
import type { KeyAnswer, KeyRequest } from "./key_exchange.ts";

/** A search request as Redis and other nodes see it: its interests and languages are pseudonyms (`keys.ts`). */
export type EncodedSearch = SearchRequest;

/** From Redis to a node: the node's search of `ticket` has been taken for `request`, a search of another node. */
export interface PairNotice {
  readonly ticket: Ticket;
  readonly request: EncodedSearch;
}

/** From one side of a chat to the other. */
export interface ChatMessage {
  readonly to: SessionId;
  readonly from: SessionId;
  /** The node of `from`. */
  readonly node: NodeId;
  readonly event: ChatEvent;
}

/** What one side of a chat tells the other. */
export type ChatEvent =
  | { readonly type: "left" }
  | { readonly type: "away" | "back" }
  /** The reader has taken this many bytes. */
  | { readonly type: "read"; readonly bytes: number }
  /** Is the chat still active? Sent from the current node of `from`. */
  | { readonly type: "probe"; readonly isAway: boolean; readonly isAnswer: boolean }
  /** The chat was long enough to count. `with` is the pseudonym of the sender's address; "" if it has none. */
  | { readonly type: "chatted"; readonly with: string }
  /** `by` is the pseudonym of an address (`keys.ts`); "" if it has none. */
  | { readonly type: "reported"; readonly by: string; readonly weight: number };

/** From one node to another, or to all nodes. */
export type NodeMessage =
  | { readonly type: "chat"; readonly message: ChatMessage }
  /** The search of `ticket` has taken `request`, whose side of the chat has begun. The reply says if it has begun, too. */
  | { readonly type: "invite"; readonly ticket: Ticket; readonly request: EncodedSearch }
  /** The search of `ticket` has taken one that is over. */
  | { readonly type: "declined"; readonly ticket: Ticket }
  | { readonly type: "fetch"; readonly token: string }
  /** The page of `from` prepares a call with `to`: does your node have a relay? */
  | { readonly type: "relay"; readonly to: SessionId; readonly from: SessionId }
  /** The sender has joined. */
  | { readonly type: "here" }
  /** Asks for a sign of life. A node also sends it to itself, to check that it receives messages. */
  | { readonly type: "echo" }
  /** The address with this pseudonym has been blocked for `wait` milliseconds. */
  | {
    readonly type: "blocked";
    readonly name: string;
    readonly cause: BlockReason;
    readonly wait: number;
  };

/** The answer to a request. */
export type Reply =
  | { readonly type: "accepted"; readonly isAccepted: boolean }
  | { readonly type: "echoed" }
  | { readonly type: "fetched"; readonly snapshot: SessionSnapshot | undefined }
  /** `answer` may contain credentials, which are sealed like everything that nodes send each other. */
  | { readonly type: "relay"; readonly answer: RelayAnswer };

/** What a node seals: a message, with a number if it is a request, or the reply to the request of that number. */
export type Envelope =
  | {
    readonly kind: "message";
    readonly from: NodeId;
    readonly request?: number | undefined;
    readonly message: NodeMessage;
  }
  | { readonly kind: "reply"; readonly request: number; readonly reply: Reply };

/** Sent as plaintext, before nodes share a secret. */
export type PlainMessage =
  | { readonly type: "request"; readonly node: NodeId; readonly request: KeyRequest }
  | { readonly type: "answer"; readonly answer: KeyAnswer };
