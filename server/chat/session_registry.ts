/**
 * All sessions, connected or resumable. The registry creates a session for each socket, attaches a socket to the
 * session whose token it presents, announces the online count, and closes sessions that have been idle for long.
 *
 * A socket that resumes already has a new session, because its purpose was unknown when it opened. That session ends
 * unused, and its token becomes the token of the resumed session. So each resume changes the token without an extra
 * message.
 */

import {
  CloseCode,
  GOING_AWAY_REASON,
  IDLE_REASON,
  type Mode,
  type ReportReason,
  TOO_FAST_REASON,
} from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import { type Clock, MINUTE } from "../base/clock.ts";
import type { SessionRates } from "../limits/rate_limits.ts";
import { Link } from "./link.ts";
import type { Matchmaker } from "../matching/matchmaker.ts";
import { ALONE, type NodeId, numbersFrom, type SessionId } from "../ids.ts";
import type { Partner } from "./partner.ts";
import type { ProofOfWorkGate } from "./proof_of_work.ts";
import type { Relay } from "./relay.ts";
import type { Outlet } from "../transport.ts";
import { Session, type SessionContext, type SessionSocket, type StatsSink } from "./session.ts";
import { ResumeTokens, type TokenLookup } from "./resume_tokens.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";
import type { TurnCredentials } from "./turn.ts";

/** How long a session may neither search nor chat, in milliseconds. */
export const MAX_IDLE = 10 * MINUTE;

/**
 * Maximum number of disconnected sessions. If the server admits more connections, that number applies, because a proxy
 * that restarts disconnects every client. Beyond the maximum, the longest-disconnected session is ended.
 */
export const MAX_DISCONNECTED_SESSIONS = 10_000;

/** How many ended sessions can still be reported from other nodes. */
export const MAX_RECENTLY_ENDED = 10_000;

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
}

export interface SessionRegistryOptions {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly statistics: StatsSink;
  /** Rate limits of each session. */
  readonly rates: SessionRates;
  readonly proofOfWork: ProofOfWorkGate;
  readonly turn: TurnCredentials;
  /** Returns a new unguessable text. */
  readonly newToken: () => string;
  /** `undefined` when there are no other nodes. */
  readonly remoteNodes?: RemoteNodes | undefined;
  /** Maximum number of connections. */
  readonly maxConnections?: number;
}

/** Resume attempts, by outcome. */
export interface Resumes {
  /** The session was resumed on its node. */
  resumed: number;
  /** The session was moved here from another node. */
  moved: number;
  /** The session doesn't exist, or may not be resumed. */
  failed: number;
}

/** All sessions of this process. */
export class SessionRegistry implements SessionContext {
  /** How many sessions were created so far. */
  entered = 0;
  /** How many clients have presented a token so far. */
  readonly resumes: Resumes = { resumed: 0, moved: 0, failed: 0 };
  /** How many reports were made so far. */
  readonly reports: Record<ReportReason, number> = {
    underage: 0,
    sexual: 0,
    harassment: 0,
    spam: 0,
    other: 0,
  };
  readonly node: NodeId;
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly statistics: StatsSink;
  readonly rates: SessionRates;
  readonly proofOfWork: ProofOfWorkGate;
  readonly turn: TurnCredentials;
  readonly newToken: () => string;
  readonly #tokens: ResumeTokens<Session>;
  readonly #sessions = new Map<SessionId, Session>();
  /** The disconnected ones, in the order in which they disconnected. */
  readonly #disconnected = new Set<Session>();
  /** Ended sessions, in order, for as long as partners on other nodes may still report them. */
  readonly #recentlyEnded = new Map<
    SessionId,
    { readonly session: Session; readonly at: number }
  >();
  readonly #remoteNodes: RemoteNodes | undefined;
  readonly #maxAway: number;
  #nextId: number;
  /** The online count that all clients here have; `undefined` when they have different ones. */
  #announced: number | undefined = 0;
  #draining = false;
  #onEmpty = (): void => {};

  constructor(options: SessionRegistryOptions) {
    const { clock, relay, matchmaker, statistics, rates, proofOfWork, turn, newToken } = options;
    const { remoteNodes, maxConnections = 0 } = options;
    this.clock = clock;
    this.relay = relay;
    this.matchmaker = matchmaker;
    this.statistics = statistics;
    this.rates = rates;
    this.proofOfWork = proofOfWork;
    this.turn = turn;
    this.newToken = newToken;
    this.#tokens = new ResumeTokens(newToken);
    this.#remoteNodes = remoteNodes;
    this.#maxAway = Math.max(MAX_DISCONNECTED_SESSIONS, maxConnections);
    this.node = remoteNodes?.node ?? ALONE;
    this.#nextId = numbersFrom(this.node);
  }

  /** How many sessions are connected to this node. */
  get connected(): number {
    return this.#sessions.size - this.#disconnected.size;
  }

  /** How many sessions are connected to all nodes. */
  get online(): number {
    return this.connected + (this.#remoteNodes?.online ?? 0);
  }

  /** All sessions on this node, connected or not. */
  get sessions(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** How many chats this node counts. Each chat is counted once, even if it spans two nodes. */
  chats(): Record<Mode, number> {
    const counts: Record<Mode, number> = { text: 0, video: 0 };
    for (const { id, partner, mode } of this.#sessions.values()) {
      if (partner !== undefined && id < partner.id) counts[mode]++;
    }
    return counts;
  }

  /** How many sessions are disconnected. */
  get disconnected(): number {
    return this.#disconnected.size;
  }

  /** How many tokens are known. */
  get tokens(): number {
    return this.#tokens.size;
  }

  /** Whether the server is about to stop. */
  get isDraining(): boolean {
    return this.#draining;
  }

  /** Creates a session for a new connection and sends `welcome`. */
  enter(outlet: Outlet, record: AddressRecord): Link {
    const link = new Link(outlet, record);
    const session = new Session(this.#nextId++ as SessionId, link, this);
    this.#sessions.set(session.id, session);
    this.entered++;
    this.proofOfWork.entered();
    const { online } = this;
    if (online !== this.#announced) this.#announced = undefined;
    session.tell({ type: "welcome", token: this.#tokens.issue(session), online });
    return link;
  }

  resume(newcomer: Session, token: string): boolean {
    const goesOn = this.#resume(newcomer, token);
    if (!goesOn) this.resumes.failed++;
    return goesOn;
  }

  #resume(newcomer: Session, token: string): boolean {
    const found = this.#tokens.find(token);
    if (found.kind === "unknown") return this.#fetch(newcomer, token);
    if (found.owner === newcomer) return false;
    const { owner } = found;
    if (!mayMove(found)) return false;
    this.#tokens.transfer(newcomer, owner, token);
    this.#disconnected.delete(owner);
    owner.attach(newcomer.detach());
    this.resumes.resumed++;
    return true;
  }

  /** Exports the session of `token` to the node that its client is on; `undefined` when there is nothing to move. */
  surrender(token: string): SessionSnapshot | undefined {
    const found = this.#tokens.find(token);
    if (found.kind === "unknown") return undefined;
    return mayMove(found) ? found.owner.exportState() : undefined;
  }

  reported(reason: ReportReason): void {
    this.reports[reason]++;
  }

  onResumeConfirmed(session: Session): void {
    this.#tokens.confirm(session);
  }

  onDisconnected(session: Session): void {
    this.#disconnected.add(session);
    const [longest] = this.#disconnected;
    if (this.#disconnected.size > this.#maxAway && !this.#draining) longest?.end();
  }

  /** The session with this id, even if it has just ended: other nodes may still report it. */
  recentSession(id: SessionId): Session | undefined {
    return this.#sessions.get(id) ?? this.#recentlyEnded.get(id)?.session;
  }

  /** The session with this id, if it still exists. */
  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  partner(own: Session, id: SessionId, node: NodeId, isAway = false): Partner | undefined {
    return node === this.node
      ? this.session(id)
      : this.#remoteNodes?.partner(own, id, node, isAway);
  }

  /** Queries other nodes for the session. Returns whether there are any to query. */
  #fetch(newcomer: Session, token: string): boolean {
    const { line } = newcomer;
    if (this.#remoteNodes === undefined || line === undefined) return false;
    this.#remoteNodes.fetch(token).then((traveller) => {
      this.resumes[traveller === undefined ? "failed" : "moved"]++;
      if (traveller === undefined) newcomer.tell({ type: "resumed", chatting: false });
      else this.#welcome(newcomer, token, this.#importSession(traveller, line), line);
    });
    return true;
  }

  /** Makes a session of another node one of this node. */
  #importSession(traveller: SessionSnapshot, line: SessionSocket): Session {
    const session = new Session(traveller.id, line, this, false);
    this.#sessions.set(session.id, session);
    this.#recentlyEnded.delete(session.id);
    session.importState(traveller);
    const { partner } = session;
    const here = partner && this.session(partner.id);
    if (here === undefined) return session;
    here.partnerMoved(session);
    if (here.partner === session) session.partnerMoved(here); // The partner still chats with it.
    else session.partnerLeft(here.id); // The partner left during the move.
    return session;
  }

  /** Replaces `newcomer` with `session`. If `newcomer` has lost its socket, its client may resume once more. */
  #welcome(newcomer: Session, token: string, session: Session, line: SessionSocket): void {
    if (newcomer.line !== undefined) {
      this.#tokens.transfer(newcomer, session, token);
      return session.attach(newcomer.detach());
    }
    if (line.hasLeft) return session.end();
    this.#tokens.adopt(session, token);
    this.onDisconnected(session);
    session.partner?.partnerAway(session.id);
  }

  onEnded(session: Session): void {
    this.#sessions.delete(session.id);
    if (this.#remoteNodes !== undefined && session.recent.length > 0) this.#remember(session);
    this.#disconnected.delete(session);
    this.#tokens.revoke(session);
    if (this.#sessions.size === 0) this.#onEmpty();
  }

  /** Keeps an ended session for reports from other nodes, where no partner is idle beyond {@linkcode MAX_IDLE}. */
  #remember(session: Session): void {
    this.#recentlyEnded.delete(session.id); // Re-insert, so that the map stays ordered by time.
    this.#recentlyEnded.set(session.id, { session, at: this.clock.now() });
    const [longest] = this.#recentlyEnded.keys();
    if (longest !== undefined && this.#recentlyEnded.size > MAX_RECENTLY_ENDED) {
      this.#recentlyEnded.delete(longest);
    }
  }

  /** Ends the sessions that were not resumed in time. An interval task. */
  sweep(): void {
    const now = this.clock.now();
    for (const session of this.#disconnected) {
      if (session.awayUntil !== undefined && session.awayUntil <= now) session.end();
    }
    for (const [id, { at }] of this.#recentlyEnded) {
      if (at > now - MAX_IDLE) break;
      this.#recentlyEnded.delete(id);
    }
  }

  /** Sends the online count, if it has changed, to sessions that aren't chatting. An interval task. */
  broadcastOnline(): void {
    const { online } = this;
    if (online === this.#announced) return;
    this.#announced = online;
    const message = JSON.stringify({ type: "online", count: online });
    for (const session of this.#sessions.values()) {
      if (session.state !== "chatting") session.tellEncoded(message);
    }
  }

  /** Closes sessions that have been idle for too long. An interval task. */
  closeIdle(): void {
    const latest = this.clock.now() - MAX_IDLE;
    for (const session of this.#sessions.values()) {
      const { idleSince } = session;
      if (idleSince !== undefined && idleSince <= latest) {
        session.close(CloseCode.goingAway, IDLE_REASON);
      }
    }
  }

  /** Tells all clients that the server is about to stop, and closes the sessions that aren't chatting. */
  drain(): void {
    this.#draining = true;
    const message = JSON.stringify({ type: "draining" });
    for (const session of [...this.#sessions.values()]) {
      session.tellEncoded(message);
      if (session.state !== "chatting") session.close(CloseCode.goingAway, GOING_AWAY_REASON);
    }
  }

  /** Whether there are other nodes where chats can continue. */
  get canHandOff(): boolean {
    return this.#remoteNodes?.hasOthers ?? false;
  }

  /** Sends all chatting clients to other nodes, because this one stops. Resolves when no session is left. */
  async handOff(): Promise<void> {
    this.#draining = true;
    const moved = new Promise<void>((resolve) => this.#onEmpty = resolve);
    for (const session of [...this.#sessions.values()]) {
      if (session.state === "chatting") session.handOff();
      else session.close(CloseCode.goingAway, GOING_AWAY_REASON);
    }
    if (this.#sessions.size > 0) await moved;
  }

  /** Closes all sessions, because the server stops. Outlets close first, so that none receives `partner-left`. */
  close(): void {
    const sessions = [...this.#sessions.values()];
    for (const { outlet } of sessions) {
      outlet?.close(CloseCode.goingAway, GOING_AWAY_REASON);
    }
    for (const session of sessions) session.end();
  }
}

/** Whether a token may move its session to another socket. If not, the session is closed with the reason. */
function mayMove({ kind, owner }: Exclude<TokenLookup<Session>, { kind: "unknown" }>): boolean {
  const isSpent = kind === "spent";
  if (!isSpent && owner.mayResume()) return true;
  owner.close(CloseCode.policy, isSpent ? "The token has already been used." : TOO_FAST_REASON);
  return false;
}
