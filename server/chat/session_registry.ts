/**
 * All sessions, connected or resumable. The registry creates a session for each socket, finds the partners of chats,
 * announces the online count, and closes sessions that have been idle for long. `resumption.ts` attaches a socket to
 * the session whose token it presents.
 *
 * What concerns all sessions is done in slices. Sessions may begin, change and end between two of them.
 */

import {
  CloseCode,
  FEATURES,
  GOING_AWAY_REASON,
  IDLE_REASON,
  type Mode,
  type ReportReason,
} from "../../protocol.ts";
import type { AddressRecord } from "../admission/address_record.ts";
import { MINUTE } from "../base/clock.ts";
import { delay } from "../base/timeout.ts";
import { Slices } from "../base/slices.ts";
import { Link } from "./link.ts";
import { MovingSessions } from "./moving_sessions.ts";
import { ALONE, type NodeId, numbersFrom, type SessionId } from "../ids.ts";
import type { Partner } from "./partner.ts";
import type { Outlet } from "../transport.ts";
import type { RelayLocation } from "../turn/relay_location.ts";
import type { RemoteNodes } from "./remote_nodes.ts";
import type { RelayAnswer } from "./remote_relay.ts";
import { type ResumableSessions, type ResumeCounts, Resumption } from "./resumption.ts";
import { Session, type SessionHost } from "./session.ts";
import type { SessionDeps } from "./session_deps.ts";
import { ResumeTokens } from "./resume_tokens.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";

/** How long a session may neither search nor chat, in milliseconds. */
export const MAX_IDLE = 10 * MINUTE;

/**
 * Maximum number of disconnected sessions. If the server admits more connections, that number applies, because a proxy
 * that restarts disconnects every client. Beyond the maximum, the longest-disconnected session is ended.
 */
export const MAX_DISCONNECTED_SESSIONS = 10_000;

/** Pause before more sessions are handed off, in milliseconds. */
const MOVE_PAUSE = 20;

/** How many ended sessions can still be reported from other nodes. */
export const MAX_RECENTLY_ENDED = 10_000;

export interface SessionRegistryOptions extends SessionDeps {
  /** `undefined` when there are no other nodes. */
  readonly remoteNodes?: RemoteNodes | undefined;
  /** Maximum number of connections. */
  readonly maxConnections?: number;
}

/** All sessions of this process. */
export class SessionRegistry implements SessionHost, ResumableSessions {
  /** How many sessions were created so far. */
  entered = 0;
  /** How many reports were made so far. */
  readonly reports: Record<ReportReason, number> = {
    underage: 0,
    sexual: 0,
    harassment: 0,
    spam: 0,
    other: 0,
  };
  readonly node: NodeId;
  readonly #deps: SessionDeps;
  readonly #tokens: ResumeTokens<Session>;
  readonly #resumption: Resumption;
  readonly #sessions = new Map<SessionId, Session>();
  /** The disconnected ones, in the order in which they disconnected. */
  readonly #disconnected = new Set<Session>();
  /** Ended sessions, in order, for as long as partners on other nodes may still report them. */
  readonly #recentlyEnded = new Map<
    SessionId,
    { readonly session: Session; readonly at: number }
  >();
  readonly #remoteNodes: RemoteNodes | undefined;
  readonly #maxDisconnected: number;
  #nextId: number;
  readonly #announcing: Slices;
  readonly #sweeping: Slices;
  readonly #closingIdle: Slices;
  /** Drains, hands off or closes all sessions. */
  readonly #stopping: Slices;
  #draining = false;
  #isClosing = false;
  #onEmpty = (): void => {};

  constructor(options: SessionRegistryOptions) {
    const { remoteNodes, maxConnections = 0, clock } = options;
    this.#deps = options;
    this.#tokens = new ResumeTokens(options.newToken);
    this.#resumption = new Resumption({ tokens: this.#tokens, sessions: this, remoteNodes });
    this.#remoteNodes = remoteNodes;
    this.#maxDisconnected = Math.max(MAX_DISCONNECTED_SESSIONS, maxConnections);
    this.node = remoteNodes?.node ?? ALONE;
    this.#nextId = numbersFrom(this.node);
    this.#announcing = new Slices(clock);
    this.#sweeping = new Slices(clock);
    this.#closingIdle = new Slices(clock);
    this.#stopping = new Slices(clock);
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

  /** How many clients have presented a token so far. */
  get resumes(): Readonly<ResumeCounts> {
    return this.#resumption.counts;
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
  enter(outlet: Outlet, record: AddressRecord, relay?: RelayLocation): Link {
    const socket = new Link(outlet, record, relay);
    const session = this.#newSession(this.#nextId++ as SessionId, socket);
    this.entered++;
    this.#deps.proofOfWork.entered();
    const { online } = this;
    socket.online = online;
    const token = this.#tokens.issue(session);
    session.send({ type: "welcome", token, online, features: FEATURES });
    return socket;
  }

  #newSession(id: SessionId, socket: Link, isConnected = true): Session {
    const session = new Session({ id, socket, deps: this.#deps, host: this, isConnected });
    this.#sessions.set(id, session);
    return session;
  }

  resume(newcomer: Session, token: string): boolean {
    return this.#resumption.resume(newcomer, token);
  }

  /** Exports the session of `token` to the node that its client is on; `undefined` when there is nothing to move. */
  exportSession(token: string): SessionSnapshot | undefined {
    return this.#resumption.exportSession(token);
  }

  /** Creates a session of another node here. It is disconnected, and its client has opened `socket`. */
  importSession(snapshot: SessionSnapshot, socket: Link): Session {
    const session = this.#newSession(snapshot.id, socket, false);
    this.#recentlyEnded.delete(session.id);
    session.importState(snapshot);
    return session;
  }

  reported(reason: ReportReason): void {
    this.reports[reason]++;
  }

  onResumeConfirmed(session: Session): void {
    this.#tokens.confirm(session);
  }

  onDisconnected(session: Session): void {
    this.#disconnected.add(session);
    if (this.#disconnected.size <= this.#maxDisconnected || this.#draining) return;
    const [longest] = this.#disconnected;
    longest?.end();
  }

  onReconnected(session: Session): void {
    this.#disconnected.delete(session);
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

  async askRelay(own: SessionId, partner: Partner): Promise<RelayAnswer> {
    return await this.#remoteNodes?.askRelay(own, partner) ?? { kind: "gone" };
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
    this.#recentlyEnded.set(session.id, { session, at: this.#deps.clock.now() });
    if (this.#recentlyEnded.size <= MAX_RECENTLY_ENDED) return;
    const [oldest] = this.#recentlyEnded.keys();
    if (oldest !== undefined) this.#recentlyEnded.delete(oldest);
  }

  /** Ends the sessions that were not resumed in time. An interval task. */
  sweep(): void {
    const now = this.#deps.clock.now();
    void this.#sweeping.runUnlessRunning(this.#disconnected, (session) => {
      if (session.awayUntil !== undefined && session.awayUntil <= now) session.end();
    });
    for (const [id, { at }] of this.#recentlyEnded) {
      if (at > now - MAX_IDLE) break;
      this.#recentlyEnded.delete(id);
    }
  }

  /** Sends the online count to sessions that aren't chatting and don't have it. An interval task. */
  broadcastOnline(): void {
    const { online } = this;
    const message = JSON.stringify({ type: "online", count: online });
    void this.#announcing.run(this.#sessions.values(), (session) => {
      const { socket } = session;
      if (socket === undefined || socket.online === online || session.state === "chatting") return;
      socket.online = online;
      session.sendEncoded(message);
    });
  }

  /** Closes sessions that have been idle for too long. An interval task. */
  closeIdle(): void {
    const latest = this.#deps.clock.now() - MAX_IDLE;
    void this.#closingIdle.runUnlessRunning(this.#sessions.values(), (session) => {
      const { idleSince } = session;
      if (idleSince !== undefined && idleSince <= latest) {
        session.close(CloseCode.goingAway, IDLE_REASON);
      }
    });
  }

  /** Tells all clients that the server is about to stop, and closes the sessions that aren't chatting. */
  drain(): void {
    this.#draining = true;
    const message = JSON.stringify({ type: "draining" });
    void this.#stopping.run(this.#sessions.values(), (session) => {
      session.sendEncoded(message);
      if (session.state !== "chatting") session.close(CloseCode.goingAway, GOING_AWAY_REASON);
    });
  }

  /** Whether there are other nodes where chats can continue. */
  get canHandOff(): boolean {
    return this.#remoteNodes?.hasOthers ?? false;
  }

  /** Sends all chatting clients to other nodes, because this one stops. Resolves when no session is left. */
  async handOff(): Promise<void> {
    this.#draining = true;
    const moved = new Promise<void>((resolve) => this.#onEmpty = resolve);
    const chatting: Session[] = [];
    await this.#stopping.run(this.#sessions.values(), (session) => {
      if (session.state === "chatting") chatting.push(session);
      else session.close(CloseCode.goingAway, GOING_AWAY_REASON);
    });
    await this.#move(chatting);
    if (this.#sessions.size > 0) await moved;
  }

  /** Hands sessions off as fast as other nodes take them, until this node closes. */
  async #move(sessions: readonly Session[]): Promise<void> {
    const moving = new MovingSessions(this.#deps.clock);
    for (let at = 0; at < sessions.length && !this.#isClosing; await delay(MOVE_PAUSE)) {
      const next = sessions.slice(at, at + moving.room);
      await this.#stopping.run(next, (session) => moving.handOff(session));
      at += next.length;
    }
  }

  /**
   * Closes all sessions, because the server stops, and ends other work on them. The outlets of both partners close
   * before either session ends, so that none receives `partner-left`.
   */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const other of [this.#announcing, this.#sweeping, this.#closingIdle]) other.stop();
    await this.#stopping.run(this.#sessions.values(), (session) => {
      const partner = session.partner && this.session(session.partner.id);
      for (const one of [session, partner]) {
        one?.outlet?.close(CloseCode.goingAway, GOING_AWAY_REASON);
      }
      session.end();
    });
  }
}
