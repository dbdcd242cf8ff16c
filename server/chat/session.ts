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
 * `protocol.ts`) leaves its session away for a while; whoever shows the token on a new socket takes it up (`Lobby.resume`).
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
 * A session knows no address: that stops at the gate. It knows how its address has behaved (`Conduct`), which is what
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
import type { Conduct, Present } from "../admission/address_record.ts";
import { Budget, type Spending } from "../limits/session_limits.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { parseControl } from "./control.ts";
import type { SessionRates } from "../limits/rate_limits.ts";
import type { Match, Matchmaker, Search, Seeker } from "../matching/matchmaker.ts";
import type { NodeId, SessionId } from "../ids.ts";
import type { Partner } from "./partner.ts";
import { type HumanCheck, isSolution, WORK_BITS } from "./proof_of_work.ts";
import type { Reader, Relay } from "./relay.ts";
import type { Outlet, Sender } from "../transport.ts";
import type { Traveller } from "./session_snapshot.ts";
import type { Turn } from "./turn.ts";

/** How many recent partners a session remembers, and avoids. */
export const MAX_RECENT = 16;

/** A chat as one of its two sides sees it. */
interface Encounter {
  partner: Partner;
  /** When it began, in clock milliseconds. */
  readonly since: number;
  /** Whether this side has reported the other in this chat. */
  reported: boolean;
}

/** Whether somebody is here. */
type Presence =
  | { kind: "here"; line: Line }
  /** In clock milliseconds. */
  | { kind: "away"; until: number };

/** What the page has said: nothing at all, nothing since it came back, or something. */
type Spoken = "nothing" | "nothing-since" | "something";

type State =
  | { kind: "idle"; since: number; last: Encounter | undefined }
  | { kind: "searching"; toldToWait: boolean }
  | { kind: "chatting"; encounter: Encounter }
  | { kind: "ended" };

/** Counts what happens, and is not told to whom. */
export interface Tally {
  /** A message was relayed. */
  message(): void;
  /** A chat is over that lasted for `duration` milliseconds. */
  chatEnded(duration: number): void;
}

/** A search that begins once the device has worked for it. */
interface Pledge {
  readonly salt: string;
  readonly mode: Mode;
  readonly interests: string[];
}

/** A socket, as a session sees it. */
export interface Line extends Reader {
  readonly conduct: Conduct;
  /** Whose it is; nobody's, once that session has ended or goes on elsewhere. */
  session: Session | undefined;
  /** Whether its page has closed it in order to leave. */
  readonly hasLeft: boolean;
}

/** What a session acts upon. */
export interface Surroundings {
  /** The machine that this is. */
  readonly node: NodeId;
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly tally: Tally;
  readonly rates: SessionRates;
  readonly humanCheck: HumanCheck;
  readonly turn: Turn;
  /** Makes a new unguessable text. */
  readonly newToken: () => string;
  /** Whom `session` chats with: a session of this machine, if it is still here, or what stands for one of another. */
  partner(session: Session, id: SessionId, node: NodeId, isAway?: boolean): Partner | undefined;
  /** Told when a socket is gone and the session is not. */
  wentAway(session: Session): void;
  /** Lets the session that `token` opens go on in the place of `newcomer`, at once or in a moment; whether it does. */
  resume(newcomer: Session, token: string): boolean;
  /** Told when the page has heard that its session goes on. */
  settled(session: Session): void;
  /** Told why somebody was reported, and not who. */
  reported(reason: ReportReason): void;
  /** Told once, when a session has ended. */
  left(session: Session): void;
}

/** One visitor. */
export class Session implements Seeker, Present, Partner {
  readonly id: SessionId;
  readonly node: NodeId;
  search: Search | undefined;
  readonly #around: Surroundings;
  #conduct: Conduct;
  #stopAttending: () => void;
  #presence: Presence;
  #spoken: Spoken = "nothing";
  #isInBackground = false;
  readonly #budget: Budget;
  readonly #recent: SessionId[] = [];
  #pledge: Pledge | undefined;
  #hasWorked = false;
  #mode: Mode = "text";
  #state: State;

  /** `line` is where it is heard; or, when it comes from elsewhere, where its page has been and may be still. */
  constructor(id: SessionId, line: Line, around: Surroundings, isHere = true) {
    const now = around.clock.now();
    this.id = id;
    this.node = around.node;
    this.#around = around;
    this.#budget = new Budget(around.rates);
    this.#presence = isHere ? { kind: "here", line } : { kind: "away", until: now + RESUME_WINDOW };
    if (isHere) line.session = this;
    this.#conduct = line.conduct;
    this.#stopAttending = line.conduct.attend(this);
    this.#state = { kind: "idle", since: now, last: undefined };
  }

  /** What this visitor is doing. */
  get doing(): State["kind"] {
    return this.#state.kind;
  }

  /** The partner of the chat under way. */
  get partner(): Partner | undefined {
    return this.#state.kind === "chatting" ? this.#state.encounter.partner : undefined;
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
    return this.#presence.kind === "away" ? this.#presence.until : undefined;
  }

  /** A text frame came in. */
  receiveText(text: string): void {
    if (this.#state.kind === "ended") return;
    if (this.#overspends("controls")) return;
    const before = this.#speak();
    const control = parseControl(text);
    switch (control.kind) {
      case "message":
        return this.#obey(control.message, before);
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
    if (this.#overspends(isMessage ? "messages" : "signals")) return;
    this.#speak();
    const passed = this.partner?.receive(frame, this.id, this.outlet) ?? false;
    if (passed && isMessage) this.#around.tally.message();
  }

  /** Whether it is here, chatting with `from`; what comes late from anybody else is dropped. */
  receive(frame: Uint8Array, from: SessionId, sender: Sender | undefined): boolean {
    const line = this.line;
    if (line === undefined || this.partner?.id !== from) return false;
    this.#around.relay.write(line, frame, sender);
    return true;
  }

  /** Everything queued for this visitor has been taken. */
  drained(): void {
    this.release();
  }

  /** The socket is gone, and its page has not left: it may come back, if there is something to come back to. */
  lose(): void {
    if (this.#state.kind === "ended") return;
    if (this.#state.kind !== "chatting" && this.#recent.length === 0) return this.end();
    this.#hangUp();
    const time = this.#isInBackground ? BACKGROUND_WINDOW : RESUME_WINDOW;
    this.#presence = { kind: "away", until: this.#around.clock.now() + time };
    this.#around.wentAway(this);
    this.partner?.partnerAway(this.id);
  }

  /** Sends the page to another machine, where its chat goes on as soon as it turns up. */
  sendOn(): void {
    const { outlet } = this;
    if (this.isAway) return;
    this.lose();
    outlet?.close(CloseCode.restart, "The chat goes on elsewhere.");
  }

  /** Goes on over another socket. */
  takeUp(line: Line): void {
    const before = this.outlet;
    this.#hangUp();
    before?.close(CloseCode.replaced, "The session goes on over another connection.");
    this.#presence = { kind: "here", line };
    this.#spoken = "nothing-since";
    this.#isInBackground = false;
    line.session = this;
    this.#stopAttending();
    this.#conduct = line.conduct;
    this.#stopAttending = line.conduct.attend(this);
    this.#tellWhereThingsStand();
  }

  /** Ends without a word to anybody, and gives away its socket. */
  giveUp(): Line {
    const line = this.line;
    if (line === undefined) throw new Error("Cannot give a socket away: there is none");
    this.end();
    return line;
  }

  /** Ends here without a word to anybody, to go on elsewhere. */
  depart(): Traveller {
    const { outlet, id } = this;
    const traveller = {
      id,
      recent: [...this.#recent],
      hasWorked: this.#hasWorked,
      credits: this.#budget.credits(this.#around.clock.now()),
      mode: this.#mode,
    };
    const encounter = this.#encounter();
    const isOver = this.partner === undefined;
    if (!this.isAway) this.partner?.partnerAway(id); // Until it is heard of from there.
    this.#hangUp();
    outlet?.close(CloseCode.replaced, "The session goes on over another connection.");
    this.#end();
    if (encounter === undefined) return { ...traveller, encounter };
    const { partner, since, reported } = encounter;
    const lasted = this.#around.clock.now() - since;
    const { id: partnerId, node, isAway } = partner;
    const chat = { partner: partnerId, node, lasted, reported, isOver, isAway };
    return { ...traveller, encounter: chat };
  }

  /** Goes on with what it was on another machine. */
  arrive({ recent, hasWorked, credits, mode, encounter }: Traveller): void {
    this.#recent.push(...recent);
    this.#hasWorked = hasWorked;
    this.#mode = mode;
    this.#budget.restore(credits, this.#around.clock.now());
    if (encounter === undefined) return;
    const { partner: id, node, lasted, reported, isOver, isAway } = encounter;
    const partner = this.#around.partner(this, id, node, isAway);
    if (partner === undefined) return;
    const since = this.#around.clock.now() - lasted;
    const chat = { partner, since, reported };
    if (isOver) this.#rest(chat);
    else this.#state = { kind: "chatting", encounter: chat };
  }

  /** The partner goes on as `partner`, elsewhere or here. */
  partnerMoved(partner: Partner): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== partner.id) return;
    this.release();
    this.outlet?.resume();
    this.#state.encounter.partner = partner;
  }

  /** Whether it may be taken up once more. */
  mayResume(): boolean {
    return this.#take("resumes") === 0;
  }

  /** Ends the session; its partner is told at once. */
  end(): void {
    if (this.#state.kind === "ended") return;
    this.#leave();
    this.#hangUp();
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
    if (line !== undefined) this.#around.relay.write(line, message);
  }

  get recent(): readonly SessionId[] {
    return this.#recent;
  }

  get isAway(): boolean {
    return this.#presence.kind === "away";
  }

  partnerLeft(from: SessionId): void {
    if (this.#state.kind !== "chatting" || this.partner?.id !== from) return;
    this.#rest(this.#state.encounter);
    this.tell({ type: "partner-left" });
  }

  partnerAway(from: SessionId): void {
    if (this.partner?.id === from) this.tell({ type: "partner-away" });
  }

  partnerBack(from: SessionId): void {
    if (this.partner?.id === from) this.tell({ type: "partner-back" });
  }

  reported(by: Conduct, reason: ReportReason): void {
    this.#conduct.report(by, reason, this.#around.clock.now());
  }

  /** Somebody on another machine, whose address has that name, has reported this visitor. */
  accused(from: SessionId, by: string, weight: number): void {
    if (this.#recent.includes(from)) this.#conduct.accused(by, weight);
  }

  /** Reads again from whoever waited for this visitor to read. */
  release(): void {
    const line = this.line;
    if (line !== undefined) this.#around.relay.release(line);
  }

  waits(): void {
    if (this.#state.kind !== "searching" || this.#state.toldToWait) return;
    this.#state.toldToWait = true;
    this.tell({ type: "waiting" });
  }

  paired({ partner: id, node, role, interests, met }: Match): void {
    const partner = this.#around.partner(this, id, node);
    if (partner === undefined) throw new Error("Cannot begin a chat: the partner is not here");
    const since = this.#around.clock.now();
    this.#state = { kind: "chatting", encounter: { partner, since, reported: false } };
    this.#conduct.chats();
    this.#remember(id);
    this.tell({ type: "paired", role, interests, met });
  }

  tooSlow(): void {
    this.close(CloseCode.tooSlow, "What was sent has not been read.");
  }

  /** The socket; `undefined` while it is away. */
  get line(): Line | undefined {
    if (this.#state.kind === "ended") return undefined;
    return this.#presence.kind === "here" ? this.#presence.line : undefined;
  }

  #end(): void {
    this.#state = { kind: "ended" };
    this.#presence = { kind: "away", until: 0 }; // The socket knows an address, and may go.
    this.#stopAttending();
    this.#around.left(this);
  }

  /** Notes that the page has said something; the answer is what it had said before. */
  #speak(): Spoken {
    const before = this.#spoken;
    this.#spoken = "something";
    if (before === "nothing-since") this.#around.settled(this);
    return before;
  }

  #obey(message: ClientMessage, before: Spoken): void {
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
        return this.#redeem(message.nonce);
      case "report":
        return this.#report(message.reason);
      case "ice":
        return this.#prepareCall();
    }
  }

  /** A page that shows a token later than at once is none of ours. */
  #resume(token: string, before: Spoken): void {
    if (before !== "nothing") return this.close(CloseCode.policy, "It is too late to resume.");
    if (!this.#around.resume(this, token)) this.tell({ type: "resumed", chatting: false });
  }

  /** Both pages learn that they can hear each other again, and this one what it may have missed. */
  #tellWhereThingsStand(): void {
    const { partner } = this;
    if (this.#encounter() !== undefined && partner === undefined) {
      this.tell({ type: "partner-left" });
    }
    this.tell({ type: "resumed", chatting: partner !== undefined });
    if (partner?.isAway) this.tell({ type: "partner-away" });
    partner?.partnerBack(this.id);
  }

  /** Lets go of the socket, and of a search, which only somebody who is here can have. */
  #hangUp(): void {
    if (this.#state.kind === "searching") this.#leave();
    const line = this.line;
    if (line === undefined) return;
    this.partner?.release(); // Nobody waits here any more for the partner to read.
    this.#around.relay.forget(line);
    line.session = undefined;
  }

  #find(mode: Mode, interests: string[]): void {
    this.#leave();
    const wait = this.#conduct.search(this.#around.clock.now());
    if (wait > 0) return this.#slowDown("You are looking for people faster than is allowed.", wait);
    if (this.#around.humanCheck.isDue && !this.#hasWorked) return this.#demandWork(mode, interests);
    this.#search(mode, interests);
  }

  #search(mode: Mode, interests: string[]): void {
    this.#mode = mode;
    this.#state = { kind: "searching", toldToWait: false };
    this.#around.matchmaker.find(this, mode, interests);
  }

  #demandWork(mode: Mode, interests: string[]): void {
    const salt = this.#around.newToken();
    this.#pledge = { salt, mode, interests };
    this.tell({ type: "challenge", salt, bits: WORK_BITS });
  }

  /** A solution that crosses a `leave` is no offence; a wrong one is. */
  #redeem(nonce: number): void {
    const pledge = this.#pledge;
    if (pledge === undefined) return;
    this.#pledge = undefined;
    if (!isSolution(pledge.salt, nonce, WORK_BITS)) {
      return this.close(CloseCode.policy, "The solution is wrong.");
    }
    this.#hasWorked = true;
    this.#search(pledge.mode, pledge.interests);
  }

  #leave(): void {
    this.#pledge = undefined;
    switch (this.#state.kind) {
      case "searching":
        this.#around.matchmaker.withdraw(this);
        return this.#rest(undefined);
      case "chatting": {
        const { encounter } = this.#state;
        this.#around.tally.chatEnded(this.#around.clock.now() - encounter.since);
        this.#rest(encounter);
        return encounter.partner.partnerLeft(this.id);
      }
      case "idle":
      case "ended":
        return;
    }
  }

  #rest(last: Encounter | undefined): void {
    this.release();
    this.outlet?.resume(); // Another machine may have had this sender paused.
    this.#state = { kind: "idle", since: this.#around.clock.now(), last };
  }

  #report(reason: ReportReason): void {
    const wait = this.#take("reports");
    if (wait > 0) return this.#slowDown("You are reporting faster than is allowed.", wait);
    const encounter = this.#encounter();
    if (encounter === undefined) {
      return this.#refuse("nobody-to-report", "There is no chat to report.");
    }
    if (encounter.reported) return this.#refuse("already-reported", "This chat has been reported.");
    encounter.reported = true;
    this.tell({ type: "reported" });
    this.#around.reported(reason);
    encounter.partner.reported(this.#conduct, reason);
  }

  /** Relays are for who is in a chat, and for that alone. */
  #prepareCall(): void {
    if (this.partner === undefined) {
      return this.#refuse("nobody-to-call", "There is nobody to call.");
    }
    const wait = this.#take("calls");
    if (wait > 0) return this.#slowDown("You are calling faster than is allowed.", wait);
    this.tell({ type: "ice", ...this.#around.turn.route() });
  }

  /** Takes a token. The answer is 0, or in how many milliseconds there will be one. */
  #take(kind: Spending): number {
    return this.#budget.take(kind, this.#around.clock.now());
  }

  /** Closes whoever sends faster than a person can; `true` when that is so. */
  #overspends(kind: "controls" | "messages" | "signals"): boolean {
    if (this.#take(kind) === 0) return false;
    this.close(CloseCode.policy, TOO_FAST_REASON);
    return true;
  }

  #slowDown(message: string, wait: number): void {
    this.tell({ type: "error", code: "too-fast", message, seconds: inSeconds(wait) });
  }

  #refuse(code: ErrorCode, message: string): void {
    this.tell({ type: "error", code, message });
  }

  /** The current chat, or the last one until the next search. */
  #encounter(): Encounter | undefined {
    if (this.#state.kind === "chatting") return this.#state.encounter;
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
