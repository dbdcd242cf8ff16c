/**
 * How an address has behaved: how fast it connects and searches, whom it has been reported by, and whether it is
 * blocked. This hangs on the registry's entry of the address and dies with it; it does not know the address.
 *
 * Two things block an address for a while:
 *
 *   a flood      Being told to slow down is no offence by itself: a busy household, or pages that come back after a
 *                restart, are told so too. Who goes on all the same, refusal after refusal, is blocked.
 *   reports      of at least `threshold` different addresses within REPORT_TIME, if together they weigh as much. One
 *                that says "underage" weighs double, one from an address that reports nearly everybody a quarter. So
 *                whoever commands fewer addresses than the threshold can't have anybody blocked, whatever they say.
 *
 * A report counts only as long as the address that made it is held, and never longer than an entry is sure to live;
 * so nobody can report, be forgotten, and report again, and nothing of a report outlives either of the two addresses.
 * For the same reason a block ends by itself before its entry could: what somebody is told of it is true.
 */

import type { ReportReason } from "../protocol.ts";
import { MINUTE } from "./clock.ts";
import { FLOOD_BLOCK_TIME, LIMITS } from "./limits.ts";
import { TokenBucket } from "./rate_limit.ts";

/** How long a report counts at most, in milliseconds. */
export const REPORT_TIME = 45 * MINUTE;

/** How long reports block an address at most, in milliseconds. */
export const REPORT_BLOCK_TIME = 45 * MINUTE;

/** How many reports of one address are looked at, the latest. */
export const MAX_REPORTS = 64;

/** From how many reports on an address may be one that reports nearly everybody. */
export const LEAST_REPORTS_JUDGED = 4;

/** Reports a chat above which an address reports nearly everybody. */
export const MANY_REPORTS = 0.5;

/** What a report of such an address weighs. */
const DAMPED_WEIGHT = 0.25;

/** What a report of a minor weighs, compared to others. */
const UNDERAGE_WEIGHT = 2;

/** What becomes of an attempt to connect. */
export type Verdict =
  | { kind: "welcome" }
  /** Come back in `wait` milliseconds. */
  | { kind: "too-fast" | "blocked"; wait: number };

/** Why an address is blocked. */
export type Cause = "reported" | "flooding";

/** Somebody who is here from this address, and is told when it is blocked. */
export interface Present {
  /** For `wait` milliseconds. */
  blocked(wait: number): void;
}

/** What is decided for all addresses alike. */
export interface ConductRules {
  /** From how many addresses on reports block. */
  readonly threshold: number;
  /** How long the entry of an address is sure to live after its last attempt, in milliseconds. */
  readonly lifetime: number;
}

interface Report {
  /** Weak, so that who is held nowhere else is not held here. */
  readonly by: WeakRef<Conduct>;
  readonly reason: ReportReason;
  /** In clock milliseconds. */
  readonly at: number;
}

/** The behaviour of one address. */
export class Conduct {
  readonly #rules: ConductRules;
  readonly #connections: TokenBucket;
  readonly #searches: TokenBucket;
  readonly #refusals: TokenBucket;
  #blockedUntil: number;
  #cause: Cause = "flooding";
  #chats = 0;
  #reportsMade = 0;
  #reports: Report[] = [];
  readonly #present = new Set<Present>();
  #forgotten = false;

  constructor(rules: ConductRules, now: number) {
    this.#rules = rules;
    this.#connections = new TokenBucket(LIMITS.connections, now);
    this.#searches = new TokenBucket(LIMITS.searches, now);
    this.#refusals = new TokenBucket(LIMITS.refusals, now);
    this.#blockedUntil = now;
  }

  /** For how many milliseconds it is still blocked; 0 when it isn't. */
  blockedFor(now: number): number {
    return Math.max(0, this.#blockedUntil - now);
  }

  /** Why it is blocked, or was the last time. */
  get cause(): Cause {
    return this.#cause;
  }

  /** Judges one attempt to connect, at `now` in clock milliseconds. */
  attempt(now: number): Verdict {
    const blocked = this.blockedFor(now);
    if (blocked > 0) return { kind: "blocked", wait: blocked };
    const wait = this.#connections.take(now);
    if (wait === 0) return { kind: "welcome" };
    if (this.#refusals.take(now) === 0) return { kind: "too-fast", wait };
    return { kind: "blocked", wait: this.#block("flooding", FLOOD_BLOCK_TIME, now) };
  }

  /** Asks for a search. The answer is 0, or in how many milliseconds there may be one. */
  search(now: number): number {
    return this.#searches.take(now);
  }

  /** Notes that a chat has begun. */
  chats(): void {
    this.#chats++;
  }

  /** Notes that somebody is here, until the function it returns is called. */
  attend(present: Present): () => void {
    this.#forgotten = false; // An entry that was let go between the handshake and now is held again.
    this.#present.add(present);
    return () => void this.#present.delete(present);
  }

  /** Takes a report of somebody at another address about somebody at this one. */
  report(by: Conduct, reason: ReportReason, now: number): void {
    by.#reportsMade++;
    if (by === this || this.#forgotten) return;
    const report = { by: new WeakRef(by), reason, at: now };
    this.#reports = [...this.#reports, report].slice(-MAX_REPORTS);
    if (this.#isTooMuch(now)) this.#expel(now);
  }

  /** The entry is gone: what was reported from here counts no more, and what was reported of it is forgotten. */
  forget(): void {
    this.#forgotten = true;
    this.#reports = [];
  }

  #isTooMuch(now: number): boolean {
    const oldest = now - Math.min(REPORT_TIME, this.#rules.lifetime);
    const weights = new Map<Conduct, number>();
    for (const { by, reason, at } of this.#reports) {
      const reporter = by.deref();
      if (at <= oldest || reporter === undefined || reporter.#forgotten) continue;
      weights.set(reporter, Math.max(weights.get(reporter) ?? 0, reporter.#weight(reason)));
    }
    const sum = weights.values().reduce((total, weight) => total + weight, 0);
    return Math.min(weights.size, sum) >= this.#rules.threshold;
  }

  /** What a report from this address weighs. */
  #weight(reason: ReportReason): number {
    const weight = reason === "underage" ? UNDERAGE_WEIGHT : 1;
    const judged = this.#reportsMade >= LEAST_REPORTS_JUDGED;
    return judged && this.#reportsMade > this.#chats * MANY_REPORTS
      ? weight * DAMPED_WEIGHT
      : weight;
  }

  #expel(now: number): void {
    this.#reports = [];
    const wait = this.#block("reported", REPORT_BLOCK_TIME, now);
    for (const present of [...this.#present]) present.blocked(wait);
  }

  #block(cause: Cause, time: number, now: number): number {
    const until = now + Math.min(time, this.#rules.lifetime);
    if (until > this.#blockedUntil) {
      this.#blockedUntil = until;
      this.#cause = cause;
    }
    return this.blockedFor(now);
  }
}
