/**
 * Attaches a client that has reconnected to the session that it had before, on this node or on another one.
 *
 *   resume(token) ─┬─ the session is here ───────────────────────────────> it continues on the new socket
 *                  ├─ it is on another node ──> exported there, imported here ──> the same
 *                  └─ it is nowhere, or may not be resumed ──────────────> the new session stays
 *
 * A socket that resumes already has a new session, because its purpose was unknown when it opened. That session ends
 * unused, and its token becomes the token of the resumed session. So each resume changes the token without an extra
 * message.
 *
 * While another node is queried, the socket may close. If its client has left, the imported session ends. Otherwise it
 * waits, disconnected, and the client may present the same token once more.
 */

import { CloseCode, TOO_FAST_REASON } from "../../protocol.ts";
import type { SessionId } from "../ids.ts";
import type { Link } from "./link.ts";
import type { RemoteNodes } from "./remote_nodes.ts";
import type { ResumeTokens, TokenLookup } from "./resume_tokens.ts";
import type { Session } from "./session.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";

/** Resume attempts, by outcome. */
export interface ResumeCounts {
  /** The session was resumed on its node. */
  resumed: number;
  /** The session was moved here from another node. */
  moved: number;
  /** The session doesn't exist, or may not be resumed. */
  failed: number;
}

/** The sessions of this node. */
export interface ResumableSessions {
  /** The session with this id, if it still exists. */
  session(id: SessionId): Session | undefined;
  /** Creates a session of another node here. It is disconnected, and its client has opened `socket`. */
  importSession(snapshot: SessionSnapshot, socket: Link): Session;
  /** Called when a session waits for its client. */
  onDisconnected(session: Session): void;
  /** Called when a session no longer waits for its client. */
  onReconnected(session: Session): void;
}

export interface ResumptionOptions {
  readonly tokens: ResumeTokens<Session>;
  readonly sessions: ResumableSessions;
  /** `undefined` when there are no other nodes. */
  readonly remoteNodes: RemoteNodes | undefined;
}

/** A resume that waits for an answer from other nodes. */
interface PendingResume {
  readonly newcomer: Session;
  readonly token: string;
  /** The socket of `newcomer`, which it may lose meanwhile. */
  readonly socket: Link;
}

/** Resumes sessions by their tokens. */
export class Resumption {
  /** How many clients have presented a token so far. */
  readonly counts: ResumeCounts = { resumed: 0, moved: 0, failed: 0 };
  readonly #options: ResumptionOptions;

  constructor(options: ResumptionOptions) {
    this.#options = options;
  }

  /** Lets the session of `token` replace `newcomer`, now or after a query to other nodes; `false` if it can't. */
  resume(newcomer: Session, token: string): boolean {
    const isAccepted = this.#resume(newcomer, token);
    if (!isAccepted) this.counts.failed++;
    return isAccepted;
  }

  /** Exports the session of `token` to the node that its client is on; `undefined` when there is nothing to move. */
  exportSession(token: string): SessionSnapshot | undefined {
    const found = this.#options.tokens.find(token);
    if (found.kind === "unknown") return undefined;
    return mayMove(found) ? found.owner.exportState() : undefined;
  }

  #resume(newcomer: Session, token: string): boolean {
    const { tokens, sessions } = this.#options;
    const found = tokens.find(token);
    if (found.kind === "unknown") return this.#fetch(newcomer, token);
    const { owner } = found;
    if (owner === newcomer || !mayMove(found)) return false;
    tokens.transfer(newcomer, owner, token);
    sessions.onReconnected(owner);
    owner.attach(newcomer.detach());
    this.counts.resumed++;
    return true;
  }

  /** Queries other nodes for the session. Returns whether there are any to query. */
  #fetch(newcomer: Session, token: string): boolean {
    const { remoteNodes } = this.#options;
    const { socket } = newcomer;
    if (remoteNodes === undefined || socket === undefined) return false;
    remoteNodes.fetch(token)
      .then((snapshot) => this.#fetched({ newcomer, token, socket }, snapshot))
      .catch((error) => {
        newcomer.fail(); // Its client waits for an answer.
        throw error; // A bug: reported like any unhandled rejection.
      });
    return true;
  }

  #fetched(pending: PendingResume, snapshot: SessionSnapshot | undefined): void {
    this.counts[snapshot === undefined ? "failed" : "moved"]++;
    if (snapshot === undefined) {
      return pending.newcomer.send({ type: "resumed", chatting: false });
    }
    const session = this.#options.sessions.importSession(snapshot, pending.socket);
    this.#reunite(session);
    this.#replace(pending, session);
  }

  /** Connects an imported session with its partner, if that is on this node. */
  #reunite(session: Session): void {
    const { partner } = session;
    const local = partner && this.#options.sessions.session(partner.id);
    if (local === undefined) return;
    local.partnerMoved(session);
    if (local.partner === session) session.partnerMoved(local); // The partner still chats with it.
    else session.partnerLeft(local.id); // The partner left during the move.
  }

  /** Replaces `newcomer` with an imported session. If `newcomer` has lost its socket, its client may resume again. */
  #replace({ newcomer, token, socket }: PendingResume, session: Session): void {
    const { tokens, sessions } = this.#options;
    if (newcomer.socket !== undefined) {
      tokens.transfer(newcomer, session, token);
      return session.attach(newcomer.detach());
    }
    if (socket.hasLeft) return session.end();
    tokens.adopt(session, token);
    sessions.onDisconnected(session);
    session.partner?.partnerAway(session.id);
  }
}

/** Whether a token may move its session to another socket. If not, the session is closed with the reason. */
function mayMove({ kind, owner }: Exclude<TokenLookup<Session>, { kind: "unknown" }>): boolean {
  const isSpent = kind === "spent";
  if (!isSpent && owner.mayResume()) return true;
  owner.close(CloseCode.policy, isSpent ? "The token has already been used." : TOO_FAST_REASON);
  return false;
}
