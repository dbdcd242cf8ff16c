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
 * A second state says whether the client is connected. When a socket is lost without the client leaving (see
 * `LEAVE_CODE` in `protocol.ts`), its session stays disconnected for a while. A client that presents the token on a new
 * socket resumes it (`SessionRegistry.resume`).
 *
 *                socket lost                    window over
 *     connected ─────────────> disconnected ──────────────────> ended
 *      ^ │ resumed elsewhere    │ resumed
 *      └─┘<─────────────────────┘
 *
 * A disconnected session doesn't search and receives nothing: what the partner sends is dropped, not stored (promise
 * P6). The two clients resend to each other what was missed. Nothing of the old socket is kept. All that remains of its
 * address is the address record, and after a resume the record of the new address counts. A half-open socket must not
 * keep its owner out until the server notices. So the token is sufficient even while the session is connected: the
 * newer socket wins, and the older one is closed. A session with nothing to come back to ends with its socket.
 *
 * Messages of two clients cross on the wire, so whatever may arrive late is accepted: a frame, a `leave` or a report
 * just after the partner has left does no harm. Input that timing can't explain (an invalid control message, a frame of
 * an unknown kind) closes the connection.
 *
 * A session knows no address: addresses stop at the gate. It knows the behavior of its address (`AddressRecord`), which
 * reports and search limits need. Its id exists only in the server, its token (`resume_tokens.ts`) also in one page.
 */

import {
  BACKGROUND_WINDOW,
  type ClientMessage,
  CloseCode,
  type ErrorCode,
  FrameKind,
  isFrameKind,
  MAX_FRAME_BYTES,
  type Mode,
  type ReportReason,
  RESUME_WINDOW,
  type ServerMessage,
  TOO_FAST_REASON,
} from "../../protocol.ts";
import type { AddressRecord, BlockListener } from "../admission/address_record.ts";
import { SessionRateLimiter } from "../limits/session_rate_limiter.ts";
import { type Clock, inSeconds } from "../base/clock.ts";
import { parseControl } from "./control.ts";
import type { SessionLimitName, SessionRates } from "../limits/rate_limits.ts";
import type { Match, Matchmaker, Search, Seeker } from "../matching/matchmaker.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "./partner.ts";
import { isSolution, type ProofOfWorkGate, WORK_BITS } from "./proof_of_work.ts";
import type { Reader, Relay } from "./relay.ts";
import type { Outlet, Sender } from "../transport.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";
import type { TurnCredentials } from "./turn.ts";

/** How many recent partners a session remembers and avoids. */
export const MAX_RECENT = 16;

/** A chat as one of its two sides sees it. */
interface ChatSide {
  partner: Partner;
  /** When it began, in clock milliseconds. */
  readonly since: number;
  /** Whether this side has reported its partner in this chat. */
  reported: boolean;
}

type Presence =
  | { kind: "connected"; line: SessionSocket }
  /** In clock milliseconds. */
  | { kind: "disconnected"; until: number };

/** What the client has sent: nothing yet, nothing since it resumed, or something. */
type Activity = "nothing" | "nothing-since" | "something";

type State =
  | { kind: "idle"; since: number; last: ChatSide | undefined }
  | { kind: "searching"; toldToWait: boolean }
  | { kind: "chatting"; chatSide: ChatSide }
  | { kind: "ended" };

/** Counts events without learning whose they are. */
export interface StatsSink {
  /** A message was relayed. */
  message(): void;
  /** A chat ended that lasted `duration` milliseconds. */
  chatEnded(duration: number): void;
}

/** A search that begins when the client has solved its challenge. */
interface PendingSearch {
  readonly salt: string;
  readonly mode: Mode;
  readonly interests: string[];
}

/** A socket, as a session sees it. */
export interface SessionSocket extends Reader {
  readonly record: AddressRecord;
  /** The attached session; `undefined` once it has ended or continues on another socket. */
  session: Session | undefined;
  /** Whether its client has closed it in order to leave. */
  readonly hasLeft: boolean;
}

export interface SessionContext {
  /** This node. */
  readonly node: NodeId;
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly statistics: StatsSink;
  readonly rates: SessionRates;
  readonly proofOfWork: ProofOfWorkGate;
  readonly turn: TurnCredentials;
  /** Returns a new unguessable text. */
  readonly newToken: () => string;
  /** The partner of `session`: a session on this node, if it still exists, or a proxy for one on another node. */
  partner(session: Session, id: SessionId, node: NodeId, isAway?: boolean): Partner | undefined;
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

/** One visit. */
export class Session implements Seeker, BlockListener, Partner {
  readonly id: SessionId;
  readonly node: NodeId;
  search: Search | undefined;
  readonly #context: SessionContext;
  #record: AddressRecord;
  #stopListening: () => void;
  #presence: Presence;
  #activity: Activity = "nothing";
  #isInBackground = false;
  readonly #limits: SessionRateLimiter;
  readonly #recent: SessionId[] = [];
  #pendingSearch: PendingSearch | undefined;
  #hasWorked = false;
  #mode: Mode = "text";
  #state: State;

  /**
   * `line` is its socket. With `isHere` false, for a session from another node, it is the socket of its client, which
   * may be gone: only the address record is taken from it.
   */
  constructor(id: SessionId, line: SessionSocket, around: SessionContext, isHere = true) {
    const now = around.clock.now();
    this.id = id;
    this.node = around.node;
    this.#context = around;
    this.#limits = new SessionRateLimiter(around.rates);
    this.#presence = isHere
      ? { kind: "connected", line }
      : { kind: "disconnected", until: now + RESUME_WINDOW };
    if (isHere) line.session = this;
    this.#record = line.record;
    this.#stopListening = line.record.onBlocked(this);
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

  /** Its outlet; `undefined` while disconnected. */
  get outlet(): Outlet | undefined {
    return this.line?.outlet;
  }

  /** Until when it may be resumed, in clock milliseconds; `undefined` when connected. */
  get awayUntil(): number | undefined {
    return this.#presence.kind === "disconnected" ? this.#presence.until : undefined;
  }

  receiveText(text: string): void {
    if (this.#state.kind === "ended") return;
    if (this.#exceedsRate("controls")) return;
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
    if (this.#exceedsRate(isMessage ? "messages" : "signals")) return;
    this.#noteActivity();
    const passed = this.partner?.receive(frame, this.id, this.outlet) ?? false;
    if (passed && isMessage) this.#context.statistics.message();
  }

  /** Forwards the frame if it is connected and chatting with `from`. Late frames of former partners are dropped. */
  receive(frame: Uint8Array, from: SessionId, sender: Sender | undefined): boolean {
    const line = this.line;
    if (line === undefined || this.partner?.id !== from) return false;
    this.#context.relay.write(line, frame, sender);
    return true;
  }

  /** Everything queued for this client has been sent. */
  drained(): void {
    this.release();
  }

  /** The socket was lost, and its client has not left. The session stays if there is something to come back to. */
  onDisconnect(): void {
    if (this.#state.kind === "ended") return;
    if (this.#state.kind !== "chatting" && this.#recent.length === 0) return this.end();
    this.#detachSocket();
    const time = this.#isInBackground ? BACKGROUND_WINDOW : RESUME_WINDOW;
    this.#presence = { kind: "disconnected", until: this.#context.clock.now() + time };
    this.#context.onDisconnected(this);
    this.partner?.partnerAway(this.id);
  }

  /** Sends the client to another node, where its chat continues as soon as it connects there. */
  handOff(): void {
    const { outlet } = this;
    if (this.isAway) return;
    this.onDisconnect();
    outlet?.close(CloseCode.restart, "The chat moved to another server.");
  }

  /** Continues on another socket. */
  attach(line: SessionSocket): void {
    const before = this.outlet;
    this.#detachSocket();
    before?.close(CloseCode.replaced, "The session was resumed on another connection.");
    this.#presence = { kind: "connected", line };
    this.#activity = "nothing-since";
    this.#isInBackground = false;
    line.session = this;
    this.#stopListening();
    this.#record = line.record;
    this.#stopListening = line.record.onBlocked(this);
    this.#tellWhereThingsStand();
  }

  /** Ends without notice, and returns its socket. */
  detach(): SessionSocket {
    const line = this.line;
    if (line === undefined) throw new Error("Cannot detach a socket: the session has none");
    this.end();
    return line;
  }

  /** Ends here without telling the partner that it left, and returns what another node needs to continue it. */
  exportState(): SessionSnapshot {
    const { outlet, id } = this;
    const traveller = {
      id,
      recent: [...this.#recent],
      hasWorked: this.#hasWorked,
      balances: this.#limits.balances(this.#context.clock.now()),
      mode: this.#mode,
    };
    const chatSide = this.#chatSide();
    const isOver = this.partner === undefined;
    if (!this.isAway) this.partner?.partnerAway(id); // Until the new node reports it as connected.
    this.#detachSocket();
    outlet?.close(CloseCode.replaced, "The session was resumed on another connection.");
    this.#end();
    if (chatSide === undefined) return { ...traveller, chatSide };
    const { partner, since, reported } = chatSide;
    const lasted = this.#context.clock.now() - since;
    const { id: partnerId, node, isAway } = partner;
    const chat = { partner: partnerId, node, lasted, reported, isOver, isAway };
    return { ...traveller, chatSide: chat };
  }

  /** Restores the state that it had on another node. */
  importState({ recent, hasWorked, balances, mode, chatSide }: SessionSnapshot): void {
    this.#recent.push(...recent);
    this.#hasWorked = hasWorked;
    this.#mode = mode;
    this.#limits.restore(balances, this.#context.clock.now());
    if (chatSide === undefined) return;
    const { partner: id, node, lasted, reported, isOver, isAway } = chatSide;
    const partner = this.#context.partner(this, id, node, isAway);
    if (partner === undefined) return;
    const since = this.#context.clock.now() - lasted;
    const chat = { partner, since, reported };
    if (isOver) this.#becomeIdle(chat);
    else this.#state = { kind: "chatting", chatSide: chat };
  }

  /** The partner's session continues as `partner`, on another node or on this one. */
  partnerMoved(partner: Partner): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== partner.id) return;
    this.release();
    this.outlet?.resume();
    this.#state.chatSide.partner = partner;
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
    this.tell({ type: "blocked", seconds: inSeconds(wait) });
    this.close(CloseCode.blocked, "This address is blocked.");
  }

  /** Handling this session threw an exception. */
  fail(): void {
    this.close(CloseCode.internal, "Something went wrong on the server.");
  }

  tell(message: ServerMessage): void {
    this.tellEncoded(JSON.stringify(message));
  }

  /** Sends a control message that is encoded once for many receivers. */
  tellEncoded(message: string): void {
    const line = this.line;
    if (line !== undefined) this.#context.relay.write(line, message);
  }

  get recent(): readonly SessionId[] {
    return this.#recent;
  }

  get isAway(): boolean {
    return this.#presence.kind === "disconnected";
  }

  partnerLeft(from: SessionId): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== from) return;
    this.#becomeIdle(this.#state.chatSide);
    this.tell({ type: "partner-left" });
  }

  partnerAway(from: SessionId): void {
    if (this.partner?.id === from) this.tell({ type: "partner-away" });
  }

  partnerBack(from: SessionId): void {
    if (this.partner?.id === from) this.tell({ type: "partner-back" });
  }

  reported(by: AddressRecord, reason: ReportReason): void {
    this.#record.report(by, reason, this.#context.clock.now());
  }

  /** A recent partner on another node, whose address has the pseudonym `by`, has reported this session. */
  accused(from: SessionId, by: string, weight: number): void {
    if (this.#recent.includes(from)) this.#record.reportedElsewhere(by, weight);
  }

  /** Resumes the sender that waits for this client to read. */
  release(): void {
    const line = this.line;
    if (line !== undefined) this.#context.relay.onWritable(line);
  }

  waits(): void {
    if (this.#state.kind !== "searching" || this.#state.toldToWait) return;
    this.#state.toldToWait = true;
    this.tell({ type: "waiting" });
  }

  paired({ partner: id, node, role, interests, met }: Match): void {
    const partner = this.#context.partner(this, id, node);
    if (partner === undefined) throw new Error("Cannot start a chat: the partner is not here");
    const since = this.#context.clock.now();
    this.#state = { kind: "chatting", chatSide: { partner, since, reported: false } };
    this.#record.chatStarted();
    this.#remember(id);
    this.tell({ type: "paired", role, interests, met });
  }

  tooSlow(): void {
    this.close(CloseCode.tooSlow, "The client reads too slowly.");
  }

  /** The socket; `undefined` while disconnected. */
  get line(): SessionSocket | undefined {
    if (this.#state.kind === "ended") return undefined;
    return this.#presence.kind === "connected" ? this.#presence.line : undefined;
  }

  #end(): void {
    this.#state = { kind: "ended" };
    this.#presence = { kind: "disconnected", until: 0 }; // Releases the socket, which knows an address.
    this.#stopListening();
    this.#context.onEnded(this);
  }

  /** Notes that the client has sent something, and returns the activity before that. */
  #noteActivity(): Activity {
    const before = this.#activity;
    this.#activity = "something";
    if (before === "nothing-since") this.#context.onResumeConfirmed(this);
    return before;
  }

  #handle(message: ClientMessage, before: Activity): void {
    switch (message.type) {
      case "resume":
        return this.#resume(message.token, before);
      case "background":
        this.#isInBackground = message.hidden;
        return;
      case "find":
        return this.#find(message.mode, message.interests);
      case "leave":
        return this.#leave();
      case "solution":
        return this.#verifySolution(message.nonce);
      case "report":
        return this.#report(message.reason);
      case "ice":
        return this.#prepareCall();
    }
  }

  /** Only the first message may resume: an honest client never presents a token later. */
  #resume(token: string, before: Activity): void {
    if (before !== "nothing") {
      return this.close(CloseCode.policy, "Only the first message can resume a session.");
    }
    if (!this.#context.resume(this, token)) this.tell({ type: "resumed", chatting: false });
  }

  /** Tells both clients that they can reach each other again, and this one what it may have missed. */
  #tellWhereThingsStand(): void {
    const { partner } = this;
    if (this.#chatSide() !== undefined && partner === undefined) {
      this.tell({ type: "partner-left" });
    }
    this.tell({ type: "resumed", chatting: partner !== undefined });
    if (partner?.isAway) this.tell({ type: "partner-away" });
    partner?.partnerBack(this.id);
  }

  /** Detaches the socket and ends a search, because a disconnected session doesn't search. */
  #detachSocket(): void {
    if (this.#state.kind === "searching") this.#leave();
    const line = this.line;
    if (line === undefined) return;
    this.partner?.release(); // This socket no longer waits for the partner to read.
    this.#context.relay.forget(line);
    line.session = undefined;
  }

  #find(mode: Mode, interests: string[]): void {
    this.#leave();
    const wait = this.#record.search(this.#context.clock.now());
    if (wait > 0) return this.#rejectTooFast("You are searching too often.", wait);
    if (this.#context.proofOfWork.isRequired && !this.#hasWorked) {
      return this.#sendChallenge(mode, interests);
    }
    this.#search(mode, interests);
  }

  #search(mode: Mode, interests: string[]): void {
    this.#mode = mode;
    this.#state = { kind: "searching", toldToWait: false };
    this.#context.matchmaker.find(this, mode, interests);
  }

  #sendChallenge(mode: Mode, interests: string[]): void {
    const salt = this.#context.newToken();
    this.#pendingSearch = { salt, mode, interests };
    this.tell({ type: "challenge", salt, bits: WORK_BITS });
  }

  /** A solution that crosses a `leave` is ignored. A wrong one closes the connection. */
  #verifySolution(nonce: number): void {
    const pledge = this.#pendingSearch;
    if (pledge === undefined) return;
    this.#pendingSearch = undefined;
    if (!isSolution(pledge.salt, nonce, WORK_BITS)) {
      return this.close(CloseCode.policy, "The solution is wrong.");
    }
    this.#hasWorked = true;
    this.#search(pledge.mode, pledge.interests);
  }

  #leave(): void {
    this.#pendingSearch = undefined;
    switch (this.#state.kind) {
      case "searching":
        this.#context.matchmaker.withdraw(this);
        return this.#becomeIdle(undefined);
      case "chatting": {
        const { chatSide } = this.#state;
        this.#context.statistics.chatEnded(this.#context.clock.now() - chatSide.since);
        this.#becomeIdle(chatSide);
        return chatSide.partner.partnerLeft(this.id);
      }
      case "idle":
      case "ended":
        return;
    }
  }

  #becomeIdle(last: ChatSide | undefined): void {
    this.release();
    this.outlet?.resume(); // Another node may have paused this sender.
    this.#state = { kind: "idle", since: this.#context.clock.now(), last };
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
    this.tell({ type: "reported" });
    this.#context.reported(reason);
    chatSide.partner.reported(this.#record, reason);
  }

  /** TURN credentials are issued only during a chat. */
  #prepareCall(): void {
    if (this.partner === undefined) {
      return this.#refuse("nobody-to-call", "There is nobody to call.");
    }
    const wait = this.#take("calls");
    if (wait > 0) return this.#rejectTooFast("You are calling too often.", wait);
    this.tell({ type: "ice", ...this.#context.turn.route() });
  }

  /** Takes a token of a limit. Returns 0, or the milliseconds until the next token is available. */
  #take(kind: SessionLimitName): number {
    return this.#limits.take(kind, this.#context.clock.now());
  }

  /** Closes a session that sends faster than a person can. Returns whether it did. */
  #exceedsRate(kind: "controls" | "messages" | "signals"): boolean {
    if (this.#take(kind) === 0) return false;
    this.close(CloseCode.policy, TOO_FAST_REASON);
    return true;
  }

  #rejectTooFast(message: string, wait: number): void {
    this.tell({ type: "error", code: "too-fast", message, seconds: inSeconds(wait) });
  }

  #refuse(code: ErrorCode, message: string): void {
    this.tell({ type: "error", code, message });
  }

  /** The current chat, or the last one until the next search. */
  #chatSide(): ChatSide | undefined {
    if (this.#state.kind === "chatting") return this.#state.chatSide;
    return this.#state.kind === "idle" ? this.#state.last : undefined;
  }

  #remember(id: SessionId): void {
    if (this.#recent.includes(id)) this.#recent.splice(this.#recent.indexOf(id), 1);
    if (this.#recent.push(id) > MAX_RECENT) this.#recent.shift();
  }
}
