/** The other nodes, as the chat uses them. `cluster/cluster.ts` implements this. */

import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "./partner.ts";
import type { RelayAnswer } from "./remote_relay.ts";
import type { Session } from "./session.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";

/** The other nodes, as far as this node knows of them. */
export interface RemoteNodes {
  /** This node. */
  readonly node: NodeId;
  /** How many sessions are connected to other nodes. */
  readonly online: number;
  /** Whether other nodes exist and can be reached. */
  readonly hasOthers: boolean;
  /** A proxy for the session `id` on `node`, the partner of `own`. */
  partner(own: Session, id: SessionId, node: NodeId, isAway?: boolean): Partner;
  /** Moves the session of `token` here from whichever node has it. */
  fetch(token: string): Promise<SessionSnapshot | undefined>;
  /** Asks the partner's node for credentials for its relay. */
  askRelay(own: SessionId, partner: Partner): Promise<RelayAnswer>;
}
