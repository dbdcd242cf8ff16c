/**
 * One visit as a state machine, from the first socket to the final end.
 *
 *                find                    paired
 *     idle ───────────────> searching ───────────> chatting
 *      ^  ^      leave          │                   │   │
 *      │  └─────────────────────┘    leave, partner │   │ find (leaves, then searches)
 *      └────────────────────────────────────────────┘   └──> searching
 *
 *     any state ── closed, rule violated, or disconnected too long ──> ended
 *
 * A second state says whether the client is connected (`presence.ts`). When a socket is lost without the client leaving
 * (see `LEAVE_CODE` in `protocol.ts`), its session stays disconnected for a while, and a client that presents the token
 * on a new socket resumes it (`resumption.ts`). A session with nothing to come back to ends with its socket.
 *
 * A disconnected session doesn't search and receives nothing: what the partner sends is dropped, not stored (promise
 * P6). The two clients resend to each other what was missed.
 *
 * Messages of two clients cross on the wire, so whatever may arrive late is accepted: a frame, a `leave` or a report
 * just after the partner has left does no harm. Input that timing can't explain (an invalid control message, a frame of
 * an unknown kind) closes the connection.
 *
 * A session knows no address: addresses stop at the gate. It knows the behavior of its address (`AddressRecord`), which
 * reports and search limits need. Its id exists only in the server, its token (`resume_tokens.ts`) also in one page.
 */

import {
  type ClientMessage,
  CloseCode,
  type ErrorCode,
  FrameKind,
  isFrameKind,
  MAX_FRAME_BYTES,
  type Mode,
  type ReportReason,
  type SearchStep,
  type ServerMessage,
  TOO_FAST_REASON,
  UNNAMED_SUITES,
} from "../../protocol.ts";
import type { AddressRecord, BlockListener } from "../admission/address_record.ts";
import { MIN_CHAT_TIME } from "../admission/reputation.ts";
import { SessionRateLimiter } from "../limits/session_rate_limiter.ts";
import type { SessionLimitName } from "../limits/rate_limits.ts";
import { inSeconds } from "../base/clock.ts";
import { parseControl } from "./control.ts";
import type { AttachedSession, Link } from "./link.ts";
import type { Match, Search, Seeker } from "../matching/matchmaker.ts";
import type { Wish } from "../matching/policy.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { ChatSide, Partner } from "./partner.ts";
import { type Activity, Presence } from "./presence.ts";
import { isSolution, WORK_BITS } from "./proof_of_work.ts";
import type { Outlet, Sender } from "../transport.ts";
import type { RelayAnswer } from "./remote_relay.ts";
import { SessionCalls } from "./session_calls.ts";
import { isOutdated } from "./suites.ts";
import { Rematch, type RematchOffer } from "./rematch.ts";
import type { SessionDeps } from "./session_deps.ts";
import { exportChat, importChat, type SessionSnapshot } from "./session_snapshot.ts";

/** How many recent partners a session remembers and avoids. */
export const MAX_RECENT = 16;

const NOBODY: readonly SessionId[] = [];

type State =
  | { kind: "idle"; since: number; last: ChatSide | undefined }
  | { kind: "searching"; told: SearchStep | undefined }
  | { kind: "chatting"; chatSide: ChatSide }
  | { kind: "ended" };

/** Why a socket is closed whose session continues on a newer one. */
const REPLACED_REASON = "The session was resumed on another connection.";

/** A search that begins when the client has solved its challenge. */
interface PendingSearch {
  readonly salt: string;
  readonly wish: Wish;
}

/** The registry, as its sessions use it. */
export interface SessionHost {
  /** This node. */
  readonly node: NodeId;
  /** The partner of `session`: a session on this node, if it still exists, or a proxy for one on another node. */
  partner(session: Session, id: SessionId, node: NodeId, isAway?: boolean): Partner | undefined;
  /** Asks the partner's node for credentials for its relay. */
  askRelay(own: SessionId, partner: Partner): Promise<RelayAnswer>;
  /** Called when a socket is lost and its session remains. */
  onDisconnected(session: Session): void;
  /** Lets the session of `token` replace `newcomer`, now or after a query to other nodes; `false` if it can't. */
  resume(newcomer: Session, token: string): boolean;
  /** Called when the client has confirmed that its session was resumed. */
  onResumeConfirmed(session: Session): void;
  /** Receives the reason of each report, but not who was reported. */
  reported(reason: ReportReason): void;
  /** Called once, when a session has ended. */
  onEnded(session: Session): void;
}

export interface SessionOptions {
  readonly id: SessionId;
  /** Its socket. */
  readonly socket: Link;
  readonly deps: SessionDeps;
  readonly host: SessionHost;
  /** `false` for a session from another node. Its client opened `socket`, and may have lost it since. */
  readonly isConnected?: boolean;
}

/** Why the session of a denied address is closed. The page learns the same when it asks why it can't reconnect. */
export const DENIED_REASON = "The operator has denied this address.";

/** One visit. */
export class Session implements AttachedSession, Seeker, BlockListener, Partner {
  readonly id: SessionId;
  readonly node: NodeId;
  search: Search | undefined;
  readonly #deps: SessionDeps;
  readonly #host: SessionHost;
  readonly #presence: Presence;
  readonly #limits: SessionRateLimiter;
  #recent: readonly SessionId[] = NOBODY;
  /** Both are created when first needed. Most sessions that wait need neither. */
  #rematch: Rematch | undefined;
  #calls: SessionCalls | undefined;
  /** The match that led to the current chat; `undefined` if it began on another node. */
  #match: Match | undefined;
  #pendingSearch: PendingSearch | undefined;
  /** The client's number of its last search, which the answers to that search repeat. */
  #searchNumber: { readonly search?: number } = {};
  /** Whether that search named languages, so that its client knows the steps of a search. */
  #knowsSteps = false;
  /** Whether that search named only suites that pages of this server no longer offer. */
  #isOutdated = false;
  #hasWorked = false;
  #mode: Mode = "text";
  #state: State;

  constructor({ id, socket, deps, host, isConnected = true }: SessionOptions) {
    const { relay } = deps;
    const now = deps.clock.now();
    this.id = id;
    this.node = host.node;
    this.#deps = deps;
    this.#host = host;
    this.#limits = new SessionRateLimiter(deps.rates);
    this.#presence = new Presence({ session: this, relay, socket, isConnected, now });
    this.#state = { kind: "idle", since: now, last: undefined };
  }

  get state(): State["kind"] {
    return this.#state.kind;
  }

  /** The partner in the current chat. */
  get partner(): Partner | undefined {
    return this.#state.kind === "chatting" ? this.#state.chatSide.partner : undefined;
  }

  /** The mode of the last search, and of the chat that it led to. */
  get mode(): Mode {
    return this.#mode;
  }

  /** Since when the session has been idle, in clock milliseconds; `undefined` when it isn't idle. */
  get idleSince(): number | undefined {
    return this.#state.kind === "idle" ? this.#state.since : undefined;
  }

  /** Its socket; `undefined` while disconnected. */
  get socket(): Link | undefined {
    return this.#presence.socket;
  }

  /** Its outlet; `undefined` while disconnected. */
  get outlet(): Outlet | undefined {
    return this.#presence.outlet;
  }

  get isAway(): boolean {
    return this.#presence.isAway;
  }

  /** Until when it may be resumed, in clock milliseconds; `undefined` unless it is disconnected. */
  get awayUntil(): number | undefined {
    return this.#presence.awayUntil;
  }

  get recent(): readonly SessionId[] {
    return this.#recent;
  }

  receiveText(text: string): void {
    if (this.#state.kind === "ended") return;
    if (this.#isTooFast(this.#take("controls"))) return;
    const before = this.#noteActivity();
    const control = parseControl(text);
    switch (control.kind) {
      case "message":
        return this.#handle(control.message, before);
      case "too-large":
        return this.close(CloseCode.tooLarge, "The control message is too large.");
      case "invalid":
        return this.close(CloseCode.policy, "The control message is invalid.");
    }
  }

  /** Handles a binary frame: forwards it unchanged, or drops it when there is no partner to read it. */
  receiveFrame(frame: Uint8Array): void {
    if (this.#state.kind === "ended") return;
    if (frame.length > MAX_FRAME_BYTES) {
      return this.close(CloseCode.tooLarge, "The frame is too large.");
    }
    if (!isFrameKind(frame[0])) return this.close(CloseCode.policy, "The frame kind is unknown.");
    const isMessage = frame[0] === FrameKind.message;
    const now = this.#deps.clock.now();
    const wait = this.#limits.takeFrame(isMessage ? "messages" : "signals", frame.length, now);
    if (this.#isTooFast(wait)) return;
    this.#noteActivity();
    const isForwarded = this.partner?.receive(frame, this.id, this.outlet) ?? false;
    if (isForwarded && isMessage) this.#deps.statistics.message();
  }

  /** Forwards the frame if it is connected and chatting with `from`. Late frames of former partners are dropped. */
  receive(frame: Uint8Array, from: SessionId, sender: Sender | undefined): boolean {
    return this.partner?.id === from && this.#presence.write(frame, sender);
  }

  /** Everything queued for this client has been sent. */
  drained(): void {
    this.release();
  }

  /** The client has left, or has violated the WebSocket protocol. */
  closed(): void {
    this.end();
  }

  /** The socket was lost, and its client has not left. The session stays if there is something to come back to. */
  disconnected(): void {
    if (this.#state.kind === "ended") return;
    if (this.#state.kind !== "chatting" && this.#recent.length === 0) return this.end();
    this.#detachSocket();
    this.#host.onDisconnected(this);
    this.partner?.partnerAway(this.id);
  }

  /** Sends the client to another node, where its chat continues as soon as it connects there. */
  handOff(): void {
    const { outlet } = this;
    if (this.isAway) return;
    this.disconnected();
    outlet?.close(CloseCode.restart, "The chat moved to another server.");
  }

  /** Continues on another socket. */
  attach(socket: Link): void {
    const before = this.outlet;
    this.#detachSocket();
    before?.close(CloseCode.replaced, REPLACED_REASON);
    this.#presence.attach(socket);
    this.#sendResumed();
  }

  /** Ends without notice, and returns its socket. */
  detach(): Link {
    const { socket } = this;
    if (socket === undefined) throw new Error("Cannot detach a socket: the session has none");
    this.end();
    return socket;
  }

  /** Ends here without telling the partner that it left, and returns what another node needs to continue it. */
  exportState(): SessionSnapshot {
    const { outlet } = this;
    const snapshot = this.#snapshot();
    if (!this.isAway) this.partner?.partnerAway(this.id); // Until the new node reports it as connected.
    if (this.partner !== undefined) this.#endCalls(this.partner);
    this.#detachSocket();
    outlet?.close(CloseCode.replaced, REPLACED_REASON);
    this.#end();
    return snapshot;
  }

  /** Restores the state that it had on another node. */
  importState(
    { recent, hasWorked, balances, mode, hasCall, chatSide: chat }: SessionSnapshot,
  ): void {
    const now = this.#deps.clock.now();
    this.#recent = recent;
    this.#hasWorked = hasWorked;
    this.#mode = mode;
    this.#limits.restore(balances, now);
    if (chat === undefined) return;
    const partner = this.#host.partner(this, chat.partner, chat.node, chat.isAway);
    if (partner === undefined) return;
    const chatSide = importChat(chat, partner, now);
    if (chat.isOver) this.#becomeIdle(chatSide);
    else this.#state = { kind: "chatting", chatSide };
    this.#ownCalls.restore(hasCall, partner);
  }

  /** The partner's session continues as `partner`, on another node or on this one. */
  partnerMoved(partner: Partner): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== partner.id) return;
    this.release();
    this.outlet?.resume();
    this.#state.chatSide.partner = partner;
    this.#ownCalls.partnerMoved(partner);
  }

  /** Whether it may be resumed. Each call counts against the limit on resumes. */
  mayResume(): boolean {
    return this.#take("resumes") === 0;
  }

  /** Ends the session, and immediately tells its partner. */
  end(): void {
    if (this.#state.kind === "ended") return;
    this.#leave();
    this.#detachSocket();
    this.#end();
  }

  /** Ends the session and closes its socket. */
  close(code: CloseCode, reason: string): void {
    if (this.#state.kind === "ended") return;
    const { outlet } = this;
    this.end();
    outlet?.close(code, reason);
  }

  /** The address of this session has been blocked for `wait` milliseconds. */
  blocked(wait: number): void {
    this.send({ type: "blocked", seconds: inSeconds(wait) });
    this.close(CloseCode.blocked, "This address is blocked.");
  }

  /** The operator denies the address. The page asks why its next handshake is refused, and tells its visitor. */
  denied(): void {
    this.close(CloseCode.blocked, DENIED_REASON);
  }

  /** Handling this session threw an exception. */
  fail(): void {
    this.close(CloseCode.internal, "Something went wrong on the server.");
  }

  send(message: ServerMessage): void {
    this.sendEncoded(JSON.stringify(message));
  }

  /** Sends a control message that is encoded once for many receivers. */
  sendEncoded(message: string): void {
    this.#presence.write(message);
  }

  partnerLeft(from: SessionId): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== from) return;
    this.#endChat(this.#state.chatSide);
    this.send({ type: "partner-left" });
  }

  partnerAway(from: SessionId): void {
    if (this.partner?.id === from) this.send({ type: "partner-away" });
  }

  partnerBack(from: SessionId): void {
    if (this.partner?.id !== from) return;
    this.send({ type: "partner-back" });
    this.#calls?.move();
  }

  wantsAgain(from: SessionId, wants: boolean): boolean {
    return this.#rematch?.asked(from, wants) ?? false;
  }

  reported(by: AddressRecord, reason: ReportReason): void {
    this.#presence.record.report(by, reason, this.#deps.clock.now(), this);
  }

  /** A recent partner on another node, whose address has the pseudonym `by`, has reported this session. */
  reportedElsewhere(from: SessionId, by: string, weight: number): void {
    if (!this.#recent.includes(from)) return;
    this.#deps.callRoutes.ended({ own: this.id, partner: from });
    this.#presence.record.reportedElsewhere(by, weight, this.#deps.clock.now());
  }

  chattedWith(partner: AddressRecord): void {
    this.#presence.record.chattedWith(partner, this.#deps.clock.now());
  }

  /** A chat with a recent partner on another node, whose address has the pseudonym `partner`, was long enough. */
  chattedElsewhere(from: SessionId, partner: string): void {
    if (!this.#recent.includes(from)) return;
    this.#presence.record.chattedElsewhere(partner, this.#deps.clock.now());
  }

  /** Resumes the sender that waits for this client to read. */
  release(): void {
    this.#presence.release();
  }

  /** An older client hears once that it waits, and nothing of the steps. */
  waits(step: SearchStep): void {
    if (this.#state.kind !== "searching") return;
    const { told } = this.#state;
    if (told === step || told !== undefined && !this.#knowsSteps) return;
    this.#state.told = step;
    this.send({
      type: "waiting",
      ...this.#knowsSteps && { step },
      ...this.#isOutdated && { reload: true },
      ...this.#searchNumber,
    });
  }

  paired(match: Match & { readonly again?: true }): void {
    const { partner: id, node, role, interests, languages, met, again } = match;
    const partner = this.#host.partner(this, id, node);
    if (partner === undefined) throw new Error("Cannot start a chat: the partner is not here");
    const since = this.#deps.clock.now();
    this.#state = { kind: "chatting", chatSide: { partner, since, reported: false } };
    this.#calls?.reset();
    this.#match = match;
    this.#rematch?.close();
    this.#remember(id);
    const shared = this.#knowsSteps ? { interests, languages } : { interests };
    const isAgain = again && { again };
    this.send({ type: "paired", role, ...shared, met, ...isAgain, ...this.#searchNumber });
  }

  #snapshot(): SessionSnapshot {
    const now = this.#deps.clock.now();
    const chatSide = this.#chatSide();
    return {
      id: this.id,
      recent: [...this.#recent],
      hasWorked: this.#hasWorked,
      balances: this.#limits.balances(now),
      mode: this.#mode,
      hasCall: this.#calls?.hasCall ?? false,
      chatSide: chatSide && exportChat(chatSide, this.partner === undefined, now),
    };
  }

  #end(): void {
    this.#state = { kind: "ended" };
    this.#presence.end();
    this.#host.onEnded(this);
  }

  /** Notes that the client has sent something, and returns the activity before that. */
  #noteActivity(): Activity {
    const before = this.#presence.noteActivity();
    if (before === "nothing-since") this.#host.onResumeConfirmed(this);
    return before;
  }

  #handle(message: ClientMessage, before: Activity): void {
    switch (message.type) {
      case "resume":
        return this.#resume(message.token, before);
      case "background":
        return this.#presence.setBackground(message.hidden);
      case "find":
        return this.#find(message);
      case "leave":
        this.#rematch?.withdraw();
        return this.#leave();
      case "again":
        return this.#askAgain();
      case "solution":
        return this.#verifySolution(message.nonce);
      case "report":
        return this.#report(message.reason);
      case "ice":
        return this.#prepareCall();
      case "ping":
        return this.send({ type: "pong" });
    }
  }

  /** Only the first message may resume: an honest client never presents a token later. */
  #resume(token: string, before: Activity): void {
    if (before !== "nothing") {
      return this.close(CloseCode.policy, "Only the first message can resume a session.");
    }
    if (!this.#host.resume(this, token)) this.send({ type: "resumed", chatting: false });
  }

  /** Tells both clients that they can reach each other again, and this one what it may have missed. */
  #sendResumed(): void {
    const { partner } = this;
    if (this.#chatSide() !== undefined && partner === undefined) {
      this.send({ type: "partner-left" });
    }
    this.send({ type: "resumed", chatting: partner !== undefined });
    if (partner?.isAway) this.send({ type: "partner-away" });
    partner?.partnerBack(this.id);
    this.#calls?.move();
  }

  /** Detaches the socket and ends a search, because a disconnected session doesn't search. */
  #detachSocket(): void {
    this.#rematch?.close();
    if (this.#state.kind === "searching") this.#leave();
    if (this.isAway) return;
    this.partner?.release(); // This socket no longer waits for the partner to read.
    this.#presence.disconnect(this.#deps.clock.now());
  }

  #find(message: ClientMessage & { type: "find" }): void {
    const { mode, interests, languages = [], search, suites } = message;
    this.#leave();
    this.#searchNumber = search === undefined ? {} : { search };
    this.#knowsSteps = message.languages !== undefined;
    this.#isOutdated = suites !== undefined && isOutdated(suites);
    const wish = { mode, interests, languages, suites: suites ?? UNNAMED_SUITES };
    const wait = this.#presence.record.search(this.#deps.clock.now());
    if (wait > 0) {
      return this.#rejectTooFast("You are searching too often.", wait, this.#searchNumber);
    }
    if (this.#deps.proofOfWork.isRequired && !this.#hasWorked) {
      return this.#sendChallenge(wish);
    }
    this.#search(wish);
  }

  #search(wish: Wish): void {
    this.#mode = wish.mode;
    this.#state = { kind: "searching", told: undefined };
    this.#deps.matchmaker.find(this, wish);
  }

  #sendChallenge(wish: Wish): void {
    const salt = this.#deps.newToken();
    this.#pendingSearch = { salt, wish };
    this.send({ type: "challenge", salt, bits: WORK_BITS, ...this.#searchNumber });
  }

  /** A solution that crosses a `leave` is ignored. A wrong one closes the connection. */
  #verifySolution(nonce: number): void {
    const pending = this.#pendingSearch;
    if (pending === undefined) return;
    this.#pendingSearch = undefined;
    if (!isSolution(pending.salt, nonce, WORK_BITS)) {
      return this.close(CloseCode.policy, "The solution is wrong.");
    }
    this.#hasWorked = true;
    this.#search(pending.wish);
  }

  #leave(): void {
    this.#pendingSearch = undefined;
    switch (this.#state.kind) {
      case "searching":
        this.#deps.matchmaker.withdraw(this);
        return this.#becomeIdle(undefined);
      case "chatting": {
        const { chatSide } = this.#state;
        this.#deps.statistics.chatEnded(this.#deps.clock.now() - chatSide.since);
        this.#endChat(chatSide);
        return chatSide.partner.partnerLeft(this.id);
      }
      case "idle":
      case "ended":
        return;
    }
  }

  /** Counts this address as one that the partner has chatted with, if the chat was long enough. */
  #vouchFor({ partner, since }: ChatSide): void {
    if (this.#deps.clock.now() - since < MIN_CHAT_TIME) return;
    partner.chattedWith(this.#presence.record);
  }

  /** Asks the last partner for another chat. It counts as a search. One too many gets no answer, like a late one. */
  #askAgain(): void {
    if (!this.#rematch?.isOffered) return;
    if (this.#presence.record.search(this.#deps.clock.now()) === 0) this.#rematch.ask();
  }

  #newRematch(): Rematch {
    return new Rematch({
      clock: this.#deps.clock,
      ask: ({ match }, wants) =>
        void this.#host.partner(this, match.partner, match.node)?.wantsAgain(this.id, wants),
      onAsked: () => this.send({ type: "partner-again" }),
      onAgreed: (offer) => this.#beginAgain(offer),
    });
  }

  /** Both sides have asked for another chat. */
  #beginAgain({ match, mode }: RematchOffer): void {
    this.#leave();
    this.#mode = mode;
    if (match.role === "caller") this.#deps.matchmaker.pairings[mode]++;
    this.paired({ ...match, again: true });
  }

  /** The chat is over. There is no way back to a partner that this side has reported. */
  #endChat(chatSide: ChatSide): void {
    const { partner: { id, node }, reported } = chatSide;
    this.#becomeIdle(chatSide);
    this.#vouchFor(chatSide);
    if (reported) return;
    const role = this.id < id ? "caller" : "callee";
    const unknown = { interests: [], languages: [] };
    const match: Match = { ...unknown, ...this.#match, partner: id, node, role, met: true };
    (this.#rematch ??= this.#newRematch()).open({ match, mode: this.#mode });
  }

  #becomeIdle(last: ChatSide | undefined): void {
    if (last !== undefined) this.#endCalls(last.partner);
    this.release();
    this.outlet?.resume(); // Another node may have paused this sender.
    this.#state = { kind: "idle", since: this.#deps.clock.now(), last };
  }

  #report(reason: ReportReason): void {
    const wait = this.#take("reports");
    if (wait > 0) return this.#rejectTooFast("You are reporting too often.", wait);
    const chatSide = this.#chatSide();
    if (chatSide === undefined) {
      return this.#refuse("nobody-to-report", "There is no chat to report.");
    }
    if (chatSide.reported) {
      return this.#refuse("already-reported", "This chat has already been reported.");
    }
    chatSide.reported = true;
    this.#rematch?.close();
    this.#endCalls(chatSide.partner);
    this.send({ type: "reported" });
    this.#host.reported(reason);
    chatSide.partner.reported(this.#presence.record, reason);
  }

  /** TURN credentials are issued only during a chat. */
  #prepareCall(): void {
    if (this.partner === undefined) {
      return this.#refuse("nobody-to-call", "There is nobody to call.");
    }
    const wait = this.#take("calls");
    if (wait > 0) return this.#rejectTooFast("You are calling too often.", wait);
    this.#ownCalls.prepare();
  }

  get #ownCalls(): SessionCalls {
    const { id, node } = this;
    const { callRoutes } = this.#deps;
    return this.#calls ??= new SessionCalls({
      ...{ id, node, callRoutes },
      partner: () => this.partner,
      location: () => this.#presence.callRelay,
      askRelay: (partner) => this.#host.askRelay(id, partner),
      onRoute: (route) => this.send({ type: "ice", ...route }),
      onUnreachable: () =>
        this.#refuse("nobody-to-call", "The partner can't be reached at the moment."),
    });
  }

  /** Ends a call of this chat that is relayed by this node. Its partner may be the only side that has prepared one. */
  #endCalls(partner: Partner): void {
    this.#deps.callRoutes.ended({ own: this.id, partner: partner.id });
  }

  /** Credentials for the relay of this node, for a partner on another node. */
  relayFor(partner: SessionId): RelayAnswer {
    return this.#ownCalls.relayFor(partner);
  }

  /** Takes a token of a limit. Returns 0, or the milliseconds until the next token is available. */
  #take(kind: SessionLimitName): number {
    return this.#limits.take(kind, this.#deps.clock.now());
  }

  /** Closes a session that sends faster than a person can. Returns whether it did. */
  #isTooFast(wait: number): boolean {
    if (wait === 0) return false;
    this.close(CloseCode.policy, TOO_FAST_REASON);
    return true;
  }

  #rejectTooFast(message: string, wait: number, of: { readonly search?: number } = {}): void {
    this.send({ type: "error", code: "too-fast", message, seconds: inSeconds(wait), ...of });
  }

  #refuse(code: ErrorCode, message: string): void {
    this.send({ type: "error", code, message });
  }

  /** The current chat, or the last one until the next search. */
  #chatSide(): ChatSide | undefined {
    if (this.#state.kind === "chatting") return this.#state.chatSide;
    return this.#state.kind === "idle" ? this.#state.last : undefined;
  }

  /** Creates a list that is just long enough, because every session has one. */
  #remember(id: SessionId): void {
    this.#recent = [...this.#recent.filter((one) => one !== id), id].slice(-MAX_RECENT);
  }
}
