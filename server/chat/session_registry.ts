/**
 * Everybody who is here, or may come back: opens a session for each socket, lets a socket take up the session whose token
 * it shows, tells people how many they are, and sends away who has asked for nothing for a long while.
 *
 * A socket that resumes has got a session of its own by then, because nobody knew what it came for. That session ends,
 * having said nothing, and its token becomes that of the session which goes on: so each resume changes the token, and
 * nothing has to be sent for that.
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
 * How many sessions may be away at the same time, unless the server admits more: then it is as many, because a proxy that
 * restarts drops everybody. Beyond that, the session that has been away longest ends.
 */
export const MAX_DISCONNECTED_SESSIONS = 10_000;

/** How many of those who have gone can still be reported from other machines. */
export const MAX_RECENTLY_ENDED = 10_000;

/** Other machines, as far as this one knows of them. */
export interface RemoteNodes {
  /** The machine that this is. */
  readonly node: NodeId;
  /** How many people are on others. */
  readonly online: number;
  /** Whether there are others, and they can be reached. */
  readonly hasOthers: boolean;
  /** Stands for a session on `node` that `own` chats with. */
  partner(own: Session, id: SessionId, node: NodeId, isAway?: boolean): Partner;
  /** Brings the session that `token` opens here, from whichever machine has it. */
  fetch(token: string): Promise<SessionSnapshot | undefined>;
}

/** What a lobby needs. */
export interface SessionRegistryOptions {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly tally: StatsSink;
  /** How fast each may go. */
  readonly rates: SessionRates;
  readonly proofOfWork: ProofOfWorkGate;
  readonly turn: TurnCredentials;
  /** Makes a new unguessable text. */
  readonly newToken: () => string;
  /** `undefined` when there are no other machines. */
  readonly remoteNodes?: RemoteNodes | undefined;
  /** How many people may be connected. */
  readonly maxConnections?: number;
}

/** What came of the tokens that were shown. */
export interface Resumes {
  /** The session went on. */
  resumed: number;
  /** It went on here, and was on another machine. */
  moved: number;
  /** There was no such session, or it may not be taken up. */
  failed: number;
}

/** All sessions of this process. */
export class SessionRegistry implements SessionContext {
  /** How many came so far. */
  entered = 0;
  /** How many showed a token so far. */
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
  /** Those of them who are away, in the order in which they went. */
  readonly #disconnected = new Set<Session>();
  /** Those who have gone, in that order, as long as others may have a mind to report them. */
  readonly #recentlyEnded = new Map<
    SessionId,
    { readonly session: Session; readonly at: number }
  >();
  readonly #remoteNodes: RemoteNodes | undefined;
  readonly #maxAway: number;
  #nextId: number;
  /** How many everybody here has been told that there are; `undefined` when some were told something else. */
  #announced: number | undefined = 0;
  #draining = false;
  #onEmpty = (): void => {};

  constructor(options: SessionRegistryOptions) {
    const { clock, relay, matchmaker, tally, rates, proofOfWork, turn, newToken } = options;
    const { remoteNodes: elsewhere, maxConnections = 0 } = options;
    this.clock = clock;
    this.relay = relay;
    this.matchmaker = matchmaker;
    this.statistics = tally;
    this.rates = rates;
    this.proofOfWork = proofOfWork;
    this.turn = turn;
    this.newToken = newToken;
    this.#tokens = new ResumeTokens(newToken);
    this.#remoteNodes = elsewhere;
    this.#maxAway = Math.max(MAX_DISCONNECTED_SESSIONS, maxConnections);
    this.node = elsewhere?.node ?? ALONE;
    this.#nextId = numbersFrom(this.node);
  }

  /** How many are on this machine. */
  get connected(): number {
    return this.#sessions.size - this.#disconnected.size;
  }

  /** How many are on all machines. */
  get online(): number {
    return this.connected + (this.#remoteNodes?.online ?? 0);
  }

  /** Everybody of this machine. */
  get sessions(): Iterable<Session> {
    return this.#sessions.values();
  }

  /** How many chats go on, each counted once, also by two machines whose people talk to each other. */
  chats(): Record<Mode, number> {
    const counts: Record<Mode, number> = { text: 0, video: 0 };
    for (const { id, partner, mode } of this.#sessions.values()) {
      if (partner !== undefined && id < partner.id) counts[mode]++;
    }
    return counts;
  }

  /** How many are away. */
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

  /** Lets somebody in whose address has behaved like this, and welcomes them. */
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

  /** The session that `token` opens, for another machine on which its page is now; `undefined` when there is none. */
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

  /** The session of that id, here or gone a moment ago: it may still be reported from elsewhere. */
  recentSession(id: SessionId): Session | undefined {
    return this.#sessions.get(id) ?? this.#recentlyEnded.get(id)?.session;
  }

  /** The session of that id, if it is still here. */
  session(id: SessionId): Session | undefined {
    return this.#sessions.get(id);
  }

  partner(own: Session, id: SessionId, node: NodeId, isAway = false): Partner | undefined {
    return node === this.node
      ? this.session(id)
      : this.#remoteNodes?.partner(own, id, node, isAway);
  }

  /** Asks other machines for the session; whether there are any to be asked. */
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

  /** Lets a session of another machine be one of this. */
  #importSession(traveller: SessionSnapshot, line: SessionSocket): Session {
    const session = new Session(traveller.id, line, this, false);
    this.#sessions.set(session.id, session);
    this.#recentlyEnded.delete(session.id);
    session.importState(traveller);
    const { partner } = session;
    const here = partner && this.session(partner.id);
    if (here === undefined) return session;
    here.partnerMoved(session);
    if (here.partner === session) session.partnerMoved(here); // It may have left when that was elsewhere.
    else session.partnerLeft(here.id); // While it travelled.
    return session;
  }

  /** Lets `session` go on in the place of `newcomer`; if that has gone meanwhile, its page may come once more. */
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

  /** Of those on other machines who could report it, none sits idle for longer than {@linkcode MAX_IDLE}. */
  #remember(session: Session): void {
    this.#recentlyEnded.delete(session.id); // Who leaves again goes to the end of the line.
    this.#recentlyEnded.set(session.id, { session, at: this.clock.now() });
    const [longest] = this.#recentlyEnded.keys();
    if (longest !== undefined && this.#recentlyEnded.size > MAX_RECENTLY_ENDED) {
      this.#recentlyEnded.delete(longest);
    }
  }

  /** Ends the sessions of those who did not come back in time. An interval task. */
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

  /** Tells those who aren't chatting how many are here, if that has changed. An interval task. */
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

  /** Tells everybody that the server is about to stop; who isn't chatting can go at once. */
  drain(): void {
    this.#draining = true;
    const message = JSON.stringify({ type: "draining" });
    for (const session of [...this.#sessions.values()]) {
      session.tellEncoded(message);
      if (session.state !== "chatting") session.close(CloseCode.goingAway, GOING_AWAY_REASON);
    }
  }

  /** Whether there are other machines, where chats can go on. */
  get canHandOff(): boolean {
    return this.#remoteNodes?.hasOthers ?? false;
  }

  /** Sends everybody to other machines, because this one stops. Resolves when all who chat have gone there. */
  async handOff(): Promise<void> {
    this.#draining = true;
    const moved = new Promise<void>((resolve) => this.#onEmpty = resolve);
    for (const session of [...this.#sessions.values()]) {
      if (session.state === "chatting") session.handOff();
      else session.close(CloseCode.goingAway, GOING_AWAY_REASON);
    }
    if (this.#sessions.size > 0) await moved;
  }

  /** Sends everybody away, because the server stops; nobody is told that their partner has left. */
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
