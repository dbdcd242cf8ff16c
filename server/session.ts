/**
 * One visitor, from the moment the socket opens until it is gone, as a state machine.
 *
 *                find                    paired
 *     idle ───────────────> searching ───────────> chatting
 *      ^  ^      leave          │                   │   │
 *      │  └─────────────────────┘    leave, partner │   │ find (leaves, then searches)
 *      └────────────────────────────────────────────┘   └──> searching
 *
 *     any state ── socket gone, or a rule broken ──> ended
 *
 * Messages of two people cross on the wire, so whatever may arrive late is no offence: a frame, a `leave` or a report
 * that comes just after the partner has left does no harm. What can't be a matter of timing (a control message that
 * is none, a frame of no known kind) closes the connection.
 *
 * A session knows no address: that stops at the gate. It knows how its address has behaved (`Conduct`), which is what
 * reports and the limits on searches need. Its id lives in this process, its token in one page.
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
  type ServerMessage,
  TOO_FAST_REASON,
} from "../protocol.ts";
import type { Conduct, Present } from "./abuse.ts";
import { type Clock, SECOND } from "./clock.ts";
import { parseControl } from "./control.ts";
import type { SessionRates } from "./limits.ts";
import type { Match, Matchmaker, Search, Seeker } from "./matchmaker.ts";
import type { SessionId } from "./pairing.ts";
import { TokenBucket } from "./rate_limit.ts";
import { type HumanCheck, isSolution, WORK_BITS } from "./proof_of_work.ts";
import type { Outlet, Reader, Relay } from "./relay.ts";

/** How many recent partners a session remembers, and avoids. */
export const MAX_RECENT = 16;

/** A chat as one of its two sides sees it. */
interface Encounter {
  readonly partner: Session;
  /** When it began, in clock milliseconds. */
  readonly since: number;
  /** Whether this side has reported the other in this chat. */
  reported: boolean;
}

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

/** What a session acts upon. */
export interface Surroundings {
  readonly clock: Clock;
  readonly relay: Relay;
  readonly matchmaker: Matchmaker;
  readonly tally: Tally;
  readonly rates: SessionRates;
  readonly humanCheck: HumanCheck;
  /** Makes a new unguessable text. */
  readonly newToken: () => string;
  /** The session of that id, if it is still here. */
  session(id: SessionId): Session | undefined;
  /** Told once, when a session has ended. */
  left(session: Session): void;
}

/** One visitor. The listener calls `receive...`, `drained`, `fail` and `disconnected`. */
export class Session implements Seeker, Reader, Present {
  readonly id: SessionId;
  readonly outlet: Outlet;
  search: Search | undefined;
  readonly #around: Surroundings;
  readonly #conduct: Conduct;
  readonly #stopAttending: () => void;
  readonly #budget: Readonly<Record<keyof SessionRates, TokenBucket>>;
  readonly #recent: SessionId[] = [];
  #pledge: Pledge | undefined;
  #hasWorked = false;
  #state: State;

  constructor(id: SessionId, outlet: Outlet, conduct: Conduct, around: Surroundings) {
    const now = around.clock.now();
    this.id = id;
    this.outlet = outlet;
    this.#around = around;
    this.#conduct = conduct;
    this.#stopAttending = conduct.attend(this);
    this.#budget = budgetOf(around.rates, now);
    this.#state = { kind: "idle", since: now, last: undefined };
  }

  /** What this visitor is doing. */
  get doing(): State["kind"] {
    return this.#state.kind;
  }

  /** The partner of the chat under way. */
  get partner(): Session | undefined {
    return this.#state.kind === "chatting" ? this.#state.encounter.partner : undefined;
  }

  /** Since when nothing has been asked of the server, in clock milliseconds; `undefined` when busy. */
  get idleSince(): number | undefined {
    return this.#state.kind === "idle" ? this.#state.since : undefined;
  }

  /** A text frame came in. */
  receiveText(text: string): void {
    if (this.#state.kind === "ended") return;
    if (this.#overspends("controls")) return;
    const control = parseControl(text);
    switch (control.kind) {
      case "message":
        return this.#obey(control.message);
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
    const { partner } = this;
    if (partner === undefined) return;
    if (isMessage) this.#around.tally.message();
    this.#around.relay.write(partner, frame, this.outlet);
  }

  /** Everything queued for this visitor has been taken. */
  drained(): void {
    this.#around.relay.release(this);
  }

  /** The socket is gone. */
  disconnected(): void {
    if (this.#state.kind === "ended") return;
    this.#leave();
    this.#state = { kind: "ended" };
    this.#stopAttending();
    this.#around.relay.forget(this);
    this.#around.left(this);
  }

  /** Ends the session from this side; its partner is told at once. */
  close(code: CloseCode, reason: string): void {
    if (this.#state.kind === "ended") return;
    this.disconnected();
    this.outlet.close(code, reason);
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
    if (this.#state.kind !== "ended") this.#around.relay.write(this, message);
  }

  hasMet(other: SessionId): boolean {
    return this.#recent.includes(other);
  }

  waits(): void {
    if (this.#state.kind !== "searching" || this.#state.toldToWait) return;
    this.#state.toldToWait = true;
    this.tell({ type: "waiting" });
  }

  paired({ partner: id, role, interests, met }: Match): void {
    const partner = this.#around.session(id);
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

  #obey(message: ClientMessage): void {
    switch (message.type) {
      case "find":
        return this.#find(message.mode, message.interests);
      case "leave":
        return this.#leave();
      case "solution":
        return this.#redeem(message.nonce);
      case "report":
        return this.#report(message.reason);
    }
  }

  #find(mode: Mode, interests: string[]): void {
    this.#leave();
    const wait = this.#conduct.search(this.#around.clock.now());
    if (wait > 0) return this.#slowDown("You are looking for people faster than is allowed.", wait);
    if (this.#around.humanCheck.isDue && !this.#hasWorked) return this.#demandWork(mode, interests);
    this.#search(mode, interests);
  }

  #search(mode: Mode, interests: string[]): void {
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
        return encounter.partner.#partnerLeft();
      }
      case "idle":
      case "ended":
        return;
    }
  }

  #partnerLeft(): void {
    if (this.#state.kind !== "chatting") return;
    this.#rest(this.#state.encounter);
    this.tell({ type: "partner-left" });
  }

  #rest(last: Encounter | undefined): void {
    this.#around.relay.release(this);
    this.#state = { kind: "idle", since: this.#around.clock.now(), last };
  }

  #report(reason: ReportReason): void {
    const now = this.#around.clock.now();
    const wait = this.#budget.reports.take(now);
    if (wait > 0) return this.#slowDown("You are reporting faster than is allowed.", wait);
    const encounter = this.#encounter();
    if (encounter === undefined) {
      return this.#refuse("nobody-to-report", "There is no chat to report.");
    }
    if (encounter.reported) return this.#refuse("already-reported", "This chat has been reported.");
    encounter.reported = true;
    this.tell({ type: "reported" });
    encounter.partner.#conduct.report(this.#conduct, reason, now);
  }

  /** Closes whoever sends faster than a person can; `true` when that is so. */
  #overspends(kind: "controls" | "messages" | "signals"): boolean {
    if (this.#budget[kind].take(this.#around.clock.now()) === 0) return false;
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

/** Full buckets for one session. */
function budgetOf(rates: SessionRates, now: number): Record<keyof SessionRates, TokenBucket> {
  const { controls, reports, messages, signals } = rates;
  return {
    controls: new TokenBucket(controls, now),
    reports: new TokenBucket(reports, now),
    messages: new TokenBucket(messages, now),
    signals: new TokenBucket(signals, now),
  };
}

/** Whole seconds, never too few. */
function inSeconds(wait: number): number {
  return Math.ceil(wait / SECOND);
}
