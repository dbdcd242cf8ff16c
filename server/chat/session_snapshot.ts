/** A session between two machines: what the one that had it tells the one that its page has gone to. */

import type { Mode } from "../../protocol.ts";
import type { TokenBalances } from "../limits/session_limits.ts";
import type { NodeId, SessionId } from "../ids.ts";

/** A session on its way to another machine; its page has gone there already. */
export interface SessionSnapshot {
  readonly id: SessionId;
  readonly recent: readonly SessionId[];
  readonly hasWorked: boolean;
  /** What it may still do. */
  readonly balances: TokenBalances;
  readonly mode: Mode;
  /** The chat under way, or the last one. */
  readonly chatSide:
    | {
      readonly partner: SessionId;
      readonly node: NodeId;
      /** In milliseconds. */
      readonly lasted: number;
      readonly reported: boolean;
      readonly isOver: boolean;
      /** Whether the partner is. */
      readonly isAway: boolean;
    }
    | undefined;
}
