/**
 * The behaviour of an address: how fast it connects and searches, which addresses have reported it, and whether it is
 * blocked. The record belongs to the registry's entry of the address and is deleted with it. It doesn't contain the
 * address.
 *
 * Two things block an address for a while:
 *
 *   flooding     Being rate-limited is not an offence: shared addresses, and pages that reconnect after a restart, hit
 *                the limit too. An address that keeps trying, refusal after refusal, is blocked.
 *   reports      from at least `threshold` different addresses within REPORT_TIME, if their weights add up to it, too.
 *                An "underage" report weighs double, a report from an address that reports nearly everybody a quarter.
 *                So an attacker with fewer addresses than the threshold can't have anybody blocked.
 *
 * A report counts only while the address that made it is held, and never longer than an entry is certain to live. So
 * nobody can report, be forgotten and report again, and no trace of a report outlives either of the two addresses. For
 * the same reason a block always ends before its entry could be deleted: the time that a client is told is true.
 */

import type { ReportReason } from "../../protocol.ts";
import { MINUTE } from "../base/clock.ts";
import { ADDRESS_LIMITS, FLOOD_BLOCK_TIME } from "../limits/rate_limits.ts";
import { TokenBucket } from "../base/token_bucket.ts";

/** Maximum time a report counts, in milliseconds. */
export const REPORT_TIME = 45 * MINUTE;

/** Maximum duration of a block for reports, in milliseconds. */
export const REPORT_BLOCK_TIME = 45 * MINUTE;

/** How many reports of one address are kept, the latest ones. */
export const MAX_REPORTS = 64;

/** Minimum number of reports made before an address can count as one that reports nearly everybody. */
export const MIN_REPORTS_FOR_DAMPING = 4;

/** Reports per chat above which an address counts as one that reports nearly everybody. */
export const MAX_REPORTS_PER_CHAT = 0.5;

/** Weight of a report from such an address. */
const DAMPED_WEIGHT = 0.25;

/** Weight of an "underage" report, compared to others. */
const UNDERAGE_WEIGHT = 2;

/** The result of an attempt to connect. */
export type Verdict =
  | { kind: "allowed" }
  /** `wait` is the time until the next permitted attempt, in milliseconds. */
  | { kind: "too-fast" | "blocked"; wait: number };

export type BlockReason = "reported" | "flooding";

/** The verdict of all nodes together on an attempt. */
export interface ClusterVerdict {
  readonly kind: Verdict["kind"];
  /** In milliseconds; 0 if allowed. */
  readonly wait: number;
  /** The reason, if blocked. */
  readonly cause: BlockReason;
  /** Number of connections from the address on other nodes. */
  readonly elsewhere: number;
}

/** What all nodes together know about an address. Every call rejects while the cluster is unreachable. */
export interface SharedRecord {
  /** The name of the address in the cluster, which does not reveal the address. */
  readonly name: string;
  /** The fingerprint of the key that the name is derived with. */
  readonly keyId: string;
  attempt(): Promise<ClusterVerdict | undefined>;
  /**
   * Reports the number of open connections on this node, and returns the number on all nodes. `isNews` is true when a
   * connection was just opened or closed.
   */
  connected(here: number, isNews: boolean): Promise<number>;
  /** Requests a search. Returns 0, or the number of milliseconds until one is allowed. */
  search(): Promise<number>;
  report(by: string, weight: number): Promise<void>;
  block(cause: BlockReason, wait: number): Promise<void>;
}

/** A session from this address, notified when the address is blocked or denied. */
export interface BlockListener {
  /** The block lasts `wait` milliseconds. */
  blocked(wait: number): void;
  /** The operator denies the address. */
  denied(): void;
}

/** Settings that apply to all addresses. */
export interface AbuseRules {
  /** Number of reporting addresses from which on an address is blocked. */
  readonly threshold: number;
  /** Minimum time an entry lives after its last attempt, in milliseconds. */
  readonly lifetime: number;
}

interface Report {
  /** Weak, so that a report doesn't keep the record of the reporter alive. */
  readonly by: WeakRef<AddressRecord>;
  readonly reason: ReportReason;
  /** In clock milliseconds. */
  readonly at: number;
}

/** The behaviour of one address. */
export class AddressRecord {
  readonly #rules: AbuseRules;
  readonly #connections: TokenBucket;
  /** Both are created when first needed; until then they are full. */
  #searches: TokenBucket | undefined;
  #refusals: TokenBucket | undefined;
  #blockedUntil: number;
  #blockReason: BlockReason = "flooding";
  #chats = 0;
  #reportsMade = 0;
  #reports: Report[] = [];
  readonly #listeners = new Set<BlockListener>();
  #isDisposed = false;
  #shared: SharedRecord | undefined;
  /** Number of open connections on this node, and on all nodes. */
  #connectionsHere = 0;
  #connectionsEverywhere: Promise<number> | undefined;
  /** No search is allowed before this time, because of searches on other nodes; in clock milliseconds. */
  #searchesFrom = 0;

  constructor(rules: AbuseRules, now: number) {
    this.#rules = rules;
    this.#connections = new TokenBucket(ADDRESS_LIMITS.connections, now);
    this.#blockedUntil = now;
  }

  /** Milliseconds until the block ends; 0 if not blocked. */
  blockedFor(now: number): number {
    return Math.max(0, this.#blockedUntil - now);
  }

  /** The reason for the current or the last block. */
  get blockReason(): BlockReason {
    return this.#blockReason;
  }

  /** The name of the address in the cluster; "" without a cluster. */
  get name(): string {
    return this.#shared?.name ?? "";
  }

  /** The fingerprint of the key that its name is derived with; "" without a cluster. */
  get keyId(): string {
    return this.#shared?.keyId ?? "";
  }

  /** Connects this record to the shared record of the cluster, which applies from now on. */
  share(shared: SharedRecord): void {
    this.#shared = shared;
  }

  /** The verdict of all nodes on an attempt; `undefined` without a cluster or while it is unreachable. */
  async attemptElsewhere(now: number): Promise<ClusterVerdict | undefined> {
    const verdict = await this.#shared?.attempt().catch(() => undefined);
    if (verdict?.kind === "blocked") this.#block(verdict.cause, verdict.wait, now);
    return verdict;
  }

  /** Sets the number of open connections on this node after one was opened or closed. */
  connected(here: number): void {
    this.#connectionsHere = here;
    this.#shareConnections(true);
  }

  /** Reports the number of connections to the cluster again. */
  refresh(): void {
    this.#shareConnections(false);
  }

  /** Number of open connections on all nodes; `undefined` without a cluster. */
  get clusterConnections(): Promise<number> | undefined {
    return this.#connectionsEverywhere;
  }

  /** Counts and judges one attempt to connect, at `now` in clock milliseconds. */
  attempt(now: number): Verdict {
    const blocked = this.blockedFor(now);
    if (blocked > 0) return { kind: "blocked", wait: blocked };
    const wait = this.#connections.take(now);
    if (wait === 0) return { kind: "allowed" };
    this.#refusals ??= new TokenBucket(ADDRESS_LIMITS.refusals, now);
    if (this.#refusals.take(now) === 0) return { kind: "too-fast", wait };
    const blockedFor = this.#block("flooding", FLOOD_BLOCK_TIME, now);
    this.#shared?.block("flooding", blockedFor).catch(() => {}); // Without the cluster, this node blocks alone.
    return { kind: "blocked", wait: blockedFor };
  }

  /** Requests a search. Returns 0, or the number of milliseconds until one is allowed. */
  search(now: number): number {
    if (now < this.#searchesFrom) return Math.ceil(this.#searchesFrom - now);
    this.#searches ??= new TokenBucket(ADDRESS_LIMITS.searches, now);
    const wait = this.#searches.take(now);
    if (wait === 0) this.#searchElsewhere(now);
    return wait;
  }

  chatStarted(): void {
    this.#chats++;
  }

  /** Notifies `listener` of blocks until the returned function is called. */
  onBlocked(listener: BlockListener): () => void {
    this.#isDisposed = false; // An entry deleted since the handshake is in the registry again.
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Records a report by another address about this one. */
  report(by: AddressRecord, reason: ReportReason, now: number): void {
    // Before the return: the reporter has made a report even if it has no effect.
    const { name, weight } = by.fileReport(reason);
    if (by === this || this.#isDisposed) return;
    this.reportedElsewhere(name, weight);
    const report = { by: new WeakRef(by), reason, at: now };
    this.#reports = [...this.#reports, report].slice(-MAX_REPORTS);
    if (this.#exceedsThreshold(now)) this.#blockForReports(now);
  }

  /** Counts a report made by this address, and returns its name in the cluster and the weight of the report. */
  fileReport(reason: ReportReason): { name: string; weight: number } {
    this.#reportsMade++;
    return { name: this.name, weight: this.#weight(reason) };
  }

  /** Passes a report to the cluster; `by` is the name of the reporting address. */
  reportedElsewhere(by: string, weight: number): void {
    if (by === "" || by === this.name) return;
    this.#shared?.report(by, weight).catch(() => {}); // An unreachable cluster misses the report.
  }

  /** Applies a block of `wait` milliseconds by another node. */
  blockedElsewhere(cause: BlockReason, wait: number, now: number): void {
    this.#block(cause, wait, now);
    this.#notifyBlocked(wait);
  }

  /** Whether there are sessions from this address, connected or not. */
  get hasSessions(): boolean {
    return this.#listeners.size > 0;
  }

  /** Ends all sessions from this address, because the operator denies it. */
  deny(): void {
    for (const listener of [...this.#listeners]) listener.denied();
  }

  /** The entry was deleted: reports by this address no longer count, and reports about it are forgotten. */
  dispose(): void {
    this.#isDisposed = true;
    this.#reports = [];
    this.#shared = this.#connectionsEverywhere = undefined;
  }

  #exceedsThreshold(now: number): boolean {
    const oldest = now - Math.min(REPORT_TIME, this.#rules.lifetime);
    const weights = new Map<AddressRecord, number>();
    for (const { by, reason, at } of this.#reports) {
      const reporter = by.deref();
      if (at <= oldest || reporter === undefined || reporter.#isDisposed) continue;
      weights.set(reporter, Math.max(weights.get(reporter) ?? 0, reporter.#weight(reason)));
    }
    const sum = weights.values().reduce((total, weight) => total + weight, 0);
    return Math.min(weights.size, sum) >= this.#rules.threshold;
  }

  /** Weight of a report from this address. */
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
    this.#shared?.block("reported", wait).catch(() => {}); // Without the cluster, this node blocks alone.
    this.#notifyBlocked(wait);
  }

  #shareConnections(isNews: boolean): void {
    const here = this.#connectionsHere;
    this.#connectionsEverywhere = this.#shared?.connected(here, isNews).catch(() => here);
  }

  #notifyBlocked(wait: number): void {
    for (const listener of [...this.#listeners]) listener.blocked(wait);
  }

  /** The answer arrives too late for this search and applies to the next. An unreachable cluster imposes no wait. */
  #searchElsewhere(now: number): void {
    this.#shared?.search().then((wait) => this.#searchesFrom = now + wait).catch(() => {});
  }

  #block(cause: BlockReason, time: number, now: number): number {
    const until = now + Math.min(time, this.#rules.lifetime);
    if (until > this.#blockedUntil) {
      this.#blockedUntil = until;
      this.#blockReason = cause;
    }
    return this.blockedFor(now);
  }
}
