/** A session in transit: what its old node sends to the node that its client has reconnected to. */

import type { Mode } from "../../protocol.ts";
import type { TokenBalances } from "../limits/session_rate_limiter.ts";
import type { NodeId, SessionId } from "../ids.ts";

/** A session on its way to another node. Its client is already connected there. */
export interface SessionSnapshot {
  readonly id: SessionId;
  readonly recent: readonly SessionId[];
  readonly hasWorked: boolean;
  /** What is left of its rate limits. */
  readonly balances: TokenBalances;
  readonly mode: Mode;
  /** The current chat, or the last one. */
  readonly chatSide:
    | {
      readonly partner: SessionId;
      readonly node: NodeId;
      /** In milliseconds. */
      readonly lasted: number;
      readonly reported: boolean;
      readonly isOver: boolean;
      /** Whether the partner is disconnected. */
      readonly isAway: boolean;
    }
    | undefined;
}
