/**
 * What machines say to each other. A word to a session names both sides of the chat, because a session changes
 * partners, and what comes late from the last one must not reach the next.
 */

import type { BlockReason } from "../admission/address_record.ts";
import type { SearchRequest } from "../matching/policy.ts";
import type { NodeId, SessionId, Ticket } from "../ids.ts";
import type { SessionSnapshot } from "../chat/session_snapshot.ts";
import type { KeyAnswer, KeyRequest } from "./key_exchange.ts";

/** A wish, as other machines see it: its interests are names that tell nothing (`keys.ts`). */
export type EncodedSearch = SearchRequest;

/** From one side of a chat to the other. */
export interface ChatMessage {
  readonly to: SessionId;
  readonly from: SessionId;
  /** The machine of `from`. */
  readonly node: NodeId;
  readonly say:
    | { readonly type: "left" }
    | { readonly type: "away" | "back" }
    /** So many bytes of what was sent have been taken. */
    | { readonly type: "read"; readonly bytes: number }
    /** Goes on here; is the chat still on? */
    | { readonly type: "hello"; readonly isAway: boolean; readonly isAnswer: boolean }
    /** `by` is the name of an address (`keys.ts`); "" when it has none. */
    | { readonly type: "reported"; readonly by: string; readonly weight: number };
}

/** From one machine to another, or to all of them. */
export type NodeMessage =
  | { readonly type: "chat"; readonly word: ChatMessage }
  /** `wish` has been taken for `ticket`, and waits for "accepted". */
  | { readonly type: "invite"; readonly ticket: Ticket; readonly request: EncodedSearch }
  | { readonly type: "fetch"; readonly token: string }
  /** A machine is there from now on. */
  | { readonly type: "here" }
  /** Can this machine hear itself? */
  | { readonly type: "echo" }
  /** The name of an address has been blocked for `wait` milliseconds. */
  | {
    readonly type: "blocked";
    readonly name: string;
    readonly cause: BlockReason;
    readonly wait: number;
  };

/** What a question is answered with. */
export type Reply =
  | { readonly type: "accepted"; readonly isAccepted: boolean }
  | { readonly type: "echoed" }
  | { readonly type: "fetched"; readonly traveller: SessionSnapshot | undefined };

/** Before machines have a secret in common. */
export type PlainMessage =
  | { readonly type: "request"; readonly node: NodeId; readonly request: KeyRequest }
  | { readonly type: "answer"; readonly answer: KeyAnswer };
