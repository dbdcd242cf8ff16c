/**
 * One visitor, from the moment their first socket opens until they are gone for good, as a state machine.
 *
 *                find                    paired
 *     idle ───────────────> searching ───────────> chatting
 *      ^  ^      leave          │                   │   │
 *      │  └─────────────────────┘    leave, partner │   │ find (leaves, then searches)
 *      └────────────────────────────────────────────┘   └──> searching
 *
 *     any state ── closed, a rule broken, or away for too long ──> ended
 *
 * Beside what they do stands whether they are here. A socket that is gone without its page leaving (see `LEAVE_CODE` in
 * `protocol.ts`) leaves its session away for a while; whoever shows the token on a new socket takes it up (`SessionRegistry.resume`).
 *
 *             socket gone                       window over
 *     here ─────────────────> away ──────────────────────────────> ended
 *      ^ │ resumed elsewhere   │ resumed
 *      └─┘<────────────────────┘
 *
 * Who is away doesn't search, and gets nothing: what the partner sends is dropped, not stored (promise P6). The two
 * pages send each other again what was missed. Nothing of the old socket is kept, and so nothing of its address but how
 * that has behaved; after a resume the conduct of the new one counts. A socket that is only half gone must not keep its
 * owner out until that is noticed, so the token is enough even while the session is here: the newer socket wins, and
 * the older is closed. Where there is nothing to come back to, a session ends with its socket.
 *
 * Messages of two people cross on the wire, so whatever may arrive late is no offence: a frame, a `leave` or a report
 * that comes just after the partner has left does no harm. What can't be a matter of timing (a control message that
 * is none, a frame of no known kind) closes the connection.
 *
 * A session knows no address: that stops at the gate. It knows how its address has behaved (`AddressRecord`), which is what
 * reports and the limits on searches need. Its id lives in this process, its token (`resume_tokens.ts`) in one page.
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
import { type LimitKind, SessionLimits } from "../limits/session_limits.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { parseControl } from "./control.ts";
import type { SessionRates } from "../limits/rate_limits.ts";
import type { Match, Matchmaker, Search, Seeker } from "../matching/matchmaker.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "./partner.ts";
import { isSolution, type ProofOfWorkGate, WORK_BITS } from "./proof_of_work.ts";
import type { Reader, Relay } from "./relay.ts";
import type { Outlet, Sender } from "../transport.ts";
import type { SessionSnapshot } from "./session_snapshot.ts";
import type { TurnCredentials } from "./turn.ts";

/** How many recent partners a session remembers, and avoids. */
export const MAX_RECENT = 16;

/** A chat as one of its two sides sees it. */
interface ChatSide {
  partner: Partner;
  /** When it began, in clock milliseconds. */
  readonly since: number;
  /** Whether this side has reported the other in this chat. */
  reported: boolean;
}

/** Whether somebody is here. */
type Presence =
  | { kind: "connected"; line: SessionSocket }
  /** In clock milliseconds. */
  | { kind: "disconnected"; until: number };

/** What the page has said: nothing at all, nothing since it came back, or something. */
type Activity = "nothing" | "nothing-since" | "something";

type State =
  | { kind: "idle"; since: number; last: ChatSide | undefined }
  | { kind: "searching"; toldToWait: boolean }
  | { kind: "chatting"; chatSide: ChatSide }
  | { kind: "ended" };

/** Counts what happens, and is not told to whom. */
export interface StatsSink {
  /** A message was relayed. */
  message(): void;
  /** A chat is over that lasted for `duration` milliseconds. */
  chatEnded(duration: number): void;
}

/** A search that begins once the device has worked for it. */
interface PendingSearch {
  readonly salt: string;
  readonly mode: Mode;
  readonly interests: string[];
}

/** A socket, as a session sees it. */
export interface SessionSocket extends Reader {
  readonly record: AddressRecord;
  /** Whose it is; nobody's, once that session has ended or goes on elsewhere. */
  session: Session | undefined;
  /** Whether its page has closed it in order to leave. */
  readonly hasLeft: boolean;
}

/** What a session acts upon. */
export interface SessionContext {
  /** The machine that this is. */
  readonly node: NodeId;
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly statistics: StatsSink;
  readonly rates: SessionRates;
  readonly proofOfWork: ProofOfWorkGate;
  readonly turn: TurnCredentials;
  /** Makes a new unguessable text. */
  readonly newToken: () => string;
  /** Whom `session` chats with: a session of this machine, if it is still here, or what stands for one of another. */
  partner(session: Session, id: SessionId, node: NodeId, isAway?: boolean): Partner | undefined;
  /** Told when a socket is gone and the session is not. */
  onDisconnected(session: Session): void;
  /** Lets the session that `token` opens go on in the place of `newcomer`, at once or in a moment; whether it does. */
  resume(newcomer: Session, token: string): boolean;
  /** Told when the page has heard that its session goes on. */
  onResumeConfirmed(session: Session): void;
  /** Told why somebody was reported, and not who. */
  reported(reason: ReportReason): void;
  /** Told once, when a session has ended. */
  onEnded(session: Session): void;
}

/** One visitor. */
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
  readonly #limits: SessionLimits;
  readonly #recent: SessionId[] = [];
  #pendingSearch: PendingSearch | undefined;
  #hasWorked = false;
  #mode: Mode = "text";
  #state: State;

  /** `line` is where it is heard; or, when it comes from elsewhere, where its page has been and may be still. */
  constructor(id: SessionId, line: SessionSocket, around: SessionContext, isHere = true) {
    const now = around.clock.now();
    this.id = id;
    this.node = around.node;
    this.#context = around;
    this.#limits = new SessionLimits(around.rates);
    this.#presence = isHere
      ? { kind: "connected", line }
      : { kind: "disconnected", until: now + RESUME_WINDOW };
    if (isHere) line.session = this;
    this.#record = line.record;
    this.#stopListening = line.record.onBlocked(this);
    this.#state = { kind: "idle", since: now, last: undefined };
  }

  /** What this visitor is doing. */
  get state(): State["kind"] {
    return this.#state.kind;
  }

  /** The partner of the chat under way. */
  get partner(): Partner | undefined {
    return this.#state.kind === "chatting" ? this.#state.chatSide.partner : undefined;
  }

  /** What was looked for last; a chat that it led to goes by it. */
  get mode(): Mode {
    return this.#mode;
  }

  /** Since when nothing has been asked of the server, in clock milliseconds; `undefined` when busy. */
  get idleSince(): number | undefined {
    return this.#state.kind === "idle" ? this.#state.since : undefined;
  }

  /** Where it is heard; `undefined` while it is away. */
  get outlet(): Outlet | undefined {
    return this.line?.outlet;
  }

  /** Until when it may come back, in clock milliseconds; `undefined` when it is here. */
  get awayUntil(): number | undefined {
    return this.#presence.kind === "disconnected" ? this.#presence.until : undefined;
  }

  /** A text frame came in. */
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

  /** A binary frame came in: forwarded as it is, or dropped when nobody is there to read it. */
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

  /** Whether it is here, chatting with `from`; what comes late from anybody else is dropped. */
  receive(frame: Uint8Array, from: SessionId, sender: Sender | undefined): boolean {
    const line = this.line;
    if (line === undefined || this.partner?.id !== from) return false;
    this.#context.relay.write(line, frame, sender);
    return true;
  }

  /** Everything queued for this visitor has been taken. */
  drained(): void {
    this.release();
  }

  /** The socket is gone, and its page has not left: it may come back, if there is something to come back to. */
  onDisconnect(): void {
    if (this.#state.kind === "ended") return;
    if (this.#state.kind !== "chatting" && this.#recent.length === 0) return this.end();
    this.#detachSocket();
    const time = this.#isInBackground ? BACKGROUND_WINDOW : RESUME_WINDOW;
    this.#presence = { kind: "disconnected", until: this.#context.clock.now() + time };
    this.#context.onDisconnected(this);
    this.partner?.partnerAway(this.id);
  }

  /** Sends the page to another machine, where its chat goes on as soon as it turns up. */
  handOff(): void {
    const { outlet } = this;
    if (this.isAway) return;
    this.onDisconnect();
    outlet?.close(CloseCode.restart, "The chat moved to another server.");
  }

  /** Goes on over another socket. */
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

  /** Ends without a word to anybody, and gives away its socket. */
  detach(): SessionSocket {
    const line = this.line;
    if (line === undefined) throw new Error("Cannot detach a socket: the session has none");
    this.end();
    return line;
  }

  /** Ends here without a word to anybody, to go on elsewhere. */
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
    if (!this.isAway) this.partner?.partnerAway(id); // Until it is heard of from there.
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

  /** Goes on with what it was on another machine. */
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

  /** The partner goes on as `partner`, elsewhere or here. */
  partnerMoved(partner: Partner): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== partner.id) return;
    this.release();
    this.outlet?.resume();
    this.#state.chatSide.partner = partner;
  }

  /** Whether it may be taken up once more. */
  mayResume(): boolean {
    return this.#take("resumes") === 0;
  }

  /** Ends the session; its partner is told at once. */
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

  /** The address of this visitor has been blocked for `wait` milliseconds. */
  blocked(wait: number): void {
    this.tell({ type: "blocked", seconds: inSeconds(wait) });
    this.close(CloseCode.blocked, "This address is blocked.");
  }

  /** Something went wrong on our side while handling this session. */
  fail(): void {
    this.close(CloseCode.internal, "Something went wrong on the server.");
  }

  /** Sends a control message. */
  tell(message: ServerMessage): void {
    this.tellEncoded(JSON.stringify(message));
  }

  /** Sends a control message that many receive and that has been encoded once. */
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

  /** Somebody on another machine, whose address has that name, has reported this visitor. */
  accused(from: SessionId, by: string, weight: number): void {
    if (this.#recent.includes(from)) this.#record.reportedElsewhere(by, weight);
  }

  /** Reads again from whoever waited for this visitor to read. */
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

  /** The socket; `undefined` while it is away. */
  get line(): SessionSocket | undefined {
    if (this.#state.kind === "ended") return undefined;
    return this.#presence.kind === "connected" ? this.#presence.line : undefined;
  }

  #end(): void {
    this.#state = { kind: "ended" };
    this.#presence = { kind: "disconnected", until: 0 }; // The socket knows an address, and may go.
    this.#stopListening();
    this.#context.onEnded(this);
  }

  /** Notes that the page has said something; the answer is what it had said before. */
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

  /** A page that shows a token later than at once is none of ours. */
  #resume(token: string, before: Activity): void {
    if (before !== "nothing") {
      return this.close(CloseCode.policy, "Only the first message can resume a session.");
    }
    if (!this.#context.resume(this, token)) this.tell({ type: "resumed", chatting: false });
  }

  /** Both pages learn that they can hear each other again, and this one what it may have missed. */
  #tellWhereThingsStand(): void {
    const { partner } = this;
    if (this.#chatSide() !== undefined && partner === undefined) {
      this.tell({ type: "partner-left" });
    }
    this.tell({ type: "resumed", chatting: partner !== undefined });
    if (partner?.isAway) this.tell({ type: "partner-away" });
    partner?.partnerBack(this.id);
  }

  /** Lets go of the socket, and of a search, which only somebody who is here can have. */
  #detachSocket(): void {
    if (this.#state.kind === "searching") this.#leave();
    const line = this.line;
    if (line === undefined) return;
    this.partner?.release(); // Nobody waits here any more for the partner to read.
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

  /** A solution that crosses a `leave` is no offence; a wrong one is. */
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
    this.outlet?.resume(); // Another machine may have had this sender paused.
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

  /** Relays are for who is in a chat, and for that alone. */
  #prepareCall(): void {
    if (this.partner === undefined) {
      return this.#refuse("nobody-to-call", "There is nobody to call.");
    }
    const wait = this.#take("calls");
    if (wait > 0) return this.#rejectTooFast("You are calling too often.", wait);
    this.tell({ type: "ice", ...this.#context.turn.route() });
  }

  /** Takes a token. The answer is 0, or in how many milliseconds there will be one. */
  #take(kind: LimitKind): number {
    return this.#limits.take(kind, this.#context.clock.now());
  }

  /** Closes whoever sends faster than a person can; `true` when that is so. */
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

/** Whole seconds, never too few. */
function inSeconds(wait: number): number {
  return Math.ceil(wait / SECOND);
}
