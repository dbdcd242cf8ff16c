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

import type { ReportReason } from "../../protocol.ts";
import { MINUTE } from "../base/clock.ts";
import { FLOOD_BLOCK_TIME, LIMITS } from "../limits/rate_limits.ts";
import { TokenBucket } from "../base/token_bucket.ts";

/** How long a report counts at most, in milliseconds. */
export const REPORT_TIME = 45 * MINUTE;

/** How long reports block an address at most, in milliseconds. */
export const REPORT_BLOCK_TIME = 45 * MINUTE;

/** How many reports of one address are looked at, the latest. */
export const MAX_REPORTS = 64;

/** From how many reports on an address may be one that reports nearly everybody. */
export const MIN_REPORTS_FOR_DAMPING = 4;

/** Reports a chat above which an address reports nearly everybody. */
export const MAX_REPORTS_PER_CHAT = 0.5;

/** What a report of such an address weighs. */
const DAMPED_WEIGHT = 0.25;

/** What a report of a minor weighs, compared to others. */
const UNDERAGE_WEIGHT = 2;

/** What becomes of an attempt to connect. */
export type Verdict =
  | { kind: "allowed" }
  /** Come back in `wait` milliseconds. */
  | { kind: "too-fast" | "blocked"; wait: number };

/** Why an address is blocked. */
export type BlockReason = "reported" | "flooding";

/** What all machines together think of an attempt. */
export interface ClusterVerdict {
  readonly kind: Verdict["kind"];
  /** In milliseconds; 0 for who is welcome. */
  readonly wait: number;
  /** Why, if it is blocked. */
  readonly cause: BlockReason;
  /** How many connections the address has on other machines. */
  readonly elsewhere: number;
}

/** What several machines together know of the address; each call rejects while they can't be asked. */
export interface SharedRecord {
  /** What machines call the address; tells nothing of it. */
  readonly name: string;
  /** The fingerprint of the secret that the name is made with. */
  readonly keyId: string;
  attempt(): Promise<ClusterVerdict>;
  /**
   * So many connections are open on this machine; the answer is how many there are on all. `isNews` when one has just
   * been opened or closed.
   */
  connected(here: number, isNews: boolean): Promise<number>;
  /** Asks for a search. The answer is 0, or in how many milliseconds there may be one. */
  search(): Promise<number>;
  report(by: string, weight: number): Promise<void>;
  block(cause: BlockReason, wait: number): Promise<void>;
}

/** Somebody who is here from this address, and is told when it is blocked. */
export interface BlockListener {
  /** For `wait` milliseconds. */
  blocked(wait: number): void;
}

/** What is decided for all addresses alike. */
export interface AbuseRules {
  /** From how many addresses on reports block. */
  readonly threshold: number;
  /** How long the entry of an address is sure to live after its last attempt, in milliseconds. */
  readonly lifetime: number;
}

interface Report {
  /** Weak, so that who is held nowhere else is not held here. */
  readonly by: WeakRef<AddressRecord>;
  readonly reason: ReportReason;
  /** In clock milliseconds. */
  readonly at: number;
}

/** The behaviour of one address. */
export class AddressRecord {
  readonly #rules: AbuseRules;
  readonly #connections: TokenBucket;
  /** Each is full until it is first needed, and made then. */
  #searches: TokenBucket | undefined;
  #refusals: TokenBucket | undefined;
  #blockedUntil: number;
  #cause: BlockReason = "flooding";
  #chats = 0;
  #reportsMade = 0;
  #reports: Report[] = [];
  readonly #present = new Set<BlockListener>();
  #forgotten = false;
  #reputation: SharedRecord | undefined;
  /** How many connections are open on this machine, and on all. */
  #here = 0;
  #everywhere: Promise<number> | undefined;
  /** Before this there is no search, because of those on other machines; in clock milliseconds. */
  #searchesFrom = 0;

  constructor(rules: AbuseRules, now: number) {
    this.#rules = rules;
    this.#connections = new TokenBucket(LIMITS.connections, now);
    this.#blockedUntil = now;
  }

  /** For how many milliseconds it is still blocked; 0 when it isn't. */
  blockedFor(now: number): number {
    return Math.max(0, this.#blockedUntil - now);
  }

  /** Why it is blocked, or was the last time. */
  get blockReason(): BlockReason {
    return this.#cause;
  }

  /** What machines call the address; "" while it has no such name. */
  get name(): string {
    return this.#reputation?.name ?? "";
  }

  /** The fingerprint of the secret that its name is made with; "" while it has none. */
  get keyId(): string {
    return this.#reputation?.keyId ?? "";
  }

  /** Other machines know the address, too: what they know holds from now on. */
  share(reputation: SharedRecord): void {
    this.#reputation = reputation;
  }

  /** What all machines think of an attempt; `undefined` when there are no others, or they can't be asked. */
  async attemptElsewhere(now: number): Promise<ClusterVerdict | undefined> {
    const opinion = await this.#reputation?.attempt().catch(() => undefined);
    if (opinion?.kind === "blocked") this.#block(opinion.cause, opinion.wait, now);
    return opinion;
  }

  /** So many connections are open on this machine: one has just been opened, or closed. */
  connected(here: number): void {
    this.#here = here;
    this.#tellConnected(true);
  }

  /** Tells other machines again how many there are. */
  refresh(): void {
    this.#tellConnected(false);
  }

  /** How many connections are open on all machines; `undefined` when there are no others. */
  get clusterConnections(): Promise<number> | undefined {
    return this.#everywhere;
  }

  /** Judges one attempt to connect, at `now` in clock milliseconds. */
  attempt(now: number): Verdict {
    const blocked = this.blockedFor(now);
    if (blocked > 0) return { kind: "blocked", wait: blocked };
    const wait = this.#connections.take(now);
    if (wait === 0) return { kind: "allowed" };
    this.#refusals ??= new TokenBucket(LIMITS.refusals, now);
    if (this.#refusals.take(now) === 0) return { kind: "too-fast", wait };
    const blockedFor = this.#block("flooding", FLOOD_BLOCK_TIME, now);
    this.#reputation?.block("flooding", blockedFor).catch(() => {});
    return { kind: "blocked", wait: blockedFor };
  }

  /** Asks for a search. The answer is 0, or in how many milliseconds there may be one. */
  search(now: number): number {
    if (now < this.#searchesFrom) return Math.ceil(this.#searchesFrom - now);
    this.#searches ??= new TokenBucket(LIMITS.searches, now);
    const wait = this.#searches.take(now);
    if (wait === 0) this.#searchElsewhere(now);
    return wait;
  }

  /** Notes that a chat has begun. */
  chatStarted(): void {
    this.#chats++;
  }

  /** Notes that somebody is here, until the function it returns is called. */
  onBlocked(present: BlockListener): () => void {
    this.#forgotten = false; // An entry that was let go between the handshake and now is held again.
    this.#present.add(present);
    return () => void this.#present.delete(present);
  }

  /** Takes a report of somebody at another address about somebody at this one. */
  report(by: AddressRecord, reason: ReportReason, now: number): void {
    const { name, weight } = by.fileReport(reason);
    if (by === this || this.#forgotten) return;
    this.reportedElsewhere(name, weight);
    const report = { by: new WeakRef(by), reason, at: now };
    this.#reports = [...this.#reports, report].slice(-MAX_REPORTS);
    if (this.#isTooMuch(now)) this.#blockForReports(now);
  }

  /** Reports somebody: under which name, and what that weighs. */
  fileReport(reason: ReportReason): { name: string; weight: number } {
    this.#reportsMade++;
    return { name: this.name, weight: this.#weight(reason) };
  }

  /** Lets all machines know of a report by somebody of that name. */
  reportedElsewhere(by: string, weight: number): void {
    if (by === "" || by === this.name) return;
    this.#reputation?.report(by, weight).catch(() => {});
  }

  /** Another machine has blocked it for `wait` milliseconds. */
  blockedElsewhere(cause: BlockReason, wait: number, now: number): void {
    this.#block(cause, wait, now);
    this.#notifyBlocked(wait);
  }

  /** The entry is gone: what was reported from here counts no more, and what was reported of it is forgotten. */
  dispose(): void {
    this.#forgotten = true;
    this.#reports = [];
    this.#reputation = this.#everywhere = undefined;
  }

  #isTooMuch(now: number): boolean {
    const oldest = now - Math.min(REPORT_TIME, this.#rules.lifetime);
    const weights = new Map<AddressRecord, number>();
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
    const judged = this.#reportsMade >= MIN_REPORTS_FOR_DAMPING;
    return judged && this.#reportsMade > this.#chats * MAX_REPORTS_PER_CHAT
      ? weight * DAMPED_WEIGHT
      : weight;
  }

  #blockForReports(now: number): void {
    this.#reports = [];
    const wait = this.#block("reported", REPORT_BLOCK_TIME, now);
    this.#reputation?.block("reported", wait).catch(() => {});
    this.#notifyBlocked(wait);
  }

  #tellConnected(isNews: boolean): void {
    const here = this.#here;
    this.#everywhere = this.#reputation?.connected(here, isNews).catch(() => here);
  }

  #notifyBlocked(wait: number): void {
    for (const present of [...this.#present]) present.blocked(wait);
  }

  /** The answer comes too late for this search, and holds for the next. */
  #searchElsewhere(now: number): void {
    this.#reputation?.search().then((wait) => this.#searchesFrom = now + wait).catch(() => {});
  }

  #block(cause: BlockReason, time: number, now: number): number {
    const until = now + Math.min(time, this.#rules.lifetime);
    if (until > this.#blockedUntil) {
      this.#blockedUntil = until;
      this.#cause = cause;
    }
    return this.blockedFor(now);
  }
}
