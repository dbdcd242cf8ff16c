/**
 * The behaviour of an address: how fast it connects and searches, which addresses have reported it, and whether it is
 * blocked. The record belongs to the registry's entry of the address and is deleted with it. It doesn't contain the
 * address.
 *
 * Two things block an address for a while:
 *
 *   flooding     Being refused is not an offence: shared addresses, and pages that reconnect after a restart, hit limits
 *                too. An attempt is an offence only if it is refused and came before the time that a client was told
 *                (`retry_schedule.ts`). An address that keeps trying like this is blocked.
 *   reports      from at least `threshold` different addresses within REPORT_TIME, if their weights are sufficient
 *                (`reputation.ts`). So an attacker with fewer addresses than the threshold can't have anybody blocked.
 *
 * A report counts only while the address that made it is held, and never longer than an entry is certain to live. So
 * nobody can report, be forgotten and report again, and no trace of a report outlives either of the two addresses. For
 * the same reason a block always ends before its entry could be deleted: the time that a client is told is true.
 *
 * An operator can state that an address is shared by many people (`--shared-address`). Such an address is never
 * blocked. Reports then end only the session that they are about.
 */

import type { ReportReason } from "../../protocol.ts";
import { MINUTE } from "../base/clock.ts";
import {
  type AddressRates,
  addressRates,
  FLOOD_BLOCK_TIME,
  RETRIES,
} from "../limits/rate_limits.ts";
import { type Rate, TokenBucket } from "../base/token_bucket.ts";
import { Reputation, requiredWeight, wantedWeight } from "./reputation.ts";
import { RetrySchedule } from "./retry_schedule.ts";

/** Maximum time a report counts, in milliseconds. */
export const REPORT_TIME = 45 * MINUTE;

/** Maximum duration of a block for reports, in milliseconds. */
export const REPORT_BLOCK_TIME = 45 * MINUTE;

/** How many reports of one address are kept, the latest ones. */
export const MAX_REPORTS = 64;

/** The result of an attempt to connect. */
export type Verdict =
  | { kind: "allowed" }
  /** `wait` is the time until the next permitted attempt, in milliseconds. */
  | { kind: "no-room" | "too-fast" | "blocked"; wait: number };

const ALLOWED: Verdict = { kind: "allowed" };

export type BlockReason = "reported" | "flooding";

/** The verdict of all nodes together on an attempt. */
export interface ClusterVerdict {
  readonly kind: Exclude<Verdict["kind"], "no-room">;
  /** In milliseconds; 0 if allowed. */
  readonly wait: number;
  /** The reason, if blocked. */
  readonly cause: BlockReason;
  /** Number of connections from the address on other nodes. */
  readonly elsewhere: number;
}

/** An attempt that this node permits, as the other nodes judge it. */
export interface SharedAttempt {
  readonly rates: AddressRates;
  /** Maximum number of connections on all nodes. Beyond it, the attempt costs nothing, because it will be refused. */
  readonly places: number;
  /** Number of connections on this node. */
  readonly here: number;
  /** Whether a refusal is no offence. */
  readonly isExpected: boolean;
}

/** What all nodes together know about an address. Every call rejects while the cluster is unreachable. */
export interface SharedRecord {
  /** The name of the address in the cluster, which does not reveal the address. */
  readonly name: string;
  /** The fingerprint of the key that the name is derived with. */
  readonly keyId: string;
  attempt(attempt: SharedAttempt): Promise<ClusterVerdict | undefined>;
  /**
   * Reports the number of open connections on this node, and returns the number on all nodes. `isNews` is true when a
   * connection was just opened or closed.
   */
  connected(here: number, isNews: boolean): Promise<number>;
  /** Requests a search. Returns 0, or the number of milliseconds until one is allowed. */
  search(rate: Rate): Promise<number>;
  /** Records a report. The address is blocked if the weights of its reports add up to `required`. */
  report(by: string, weight: number, required: number): Promise<void>;
  block(cause: BlockReason, wait: number): Promise<void>;
}

/** A session from this address, or a client of the call relay, notified when the address is blocked or denied. */
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
  /** Maximum number of connections. The rates grow with it. */
  readonly places: number;
  /** Whether the address stands for many people, so that it is never blocked as a whole. */
  readonly isShared: boolean;
  /** Distinguishes the record from others. */
  readonly identity: number;
}

interface Report {
  /** Weak, so that a report keeps neither the record of the reporter alive nor the reported session. */
  readonly by: WeakRef<AddressRecord>;
  readonly about: WeakRef<BlockListener> | undefined;
  readonly weight: number;
  /** In clock milliseconds. */
  readonly at: number;
}

const NO_REPORTS: readonly Report[] = [];

/** The behaviour of one address. */
export class AddressRecord {
  readonly #rules: AbuseRules;
  readonly #rates: AddressRates;
  readonly #connections: TokenBucket;
  /** Both are created when first needed; until then they are full. */
  #searches: TokenBucket | undefined;
  #refusals: TokenBucket | undefined;
  #blockedUntil: number;
  #blockReason: BlockReason = "flooding";
  /** Both are created when first needed. */
  #retries: RetrySchedule | undefined;
  #reputation: Reputation | undefined;
  /** Whether the last attempt was expected. */
  #isExpected = false;
  #reports: readonly Report[] = NO_REPORTS;
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
    this.#rates = addressRates(rules.places);
    this.#connections = new TokenBucket(this.#rates.connections, now);
    this.#blockedUntil = now;
  }

  /** Milliseconds until the block ends; 0 if not blocked. */
  blockedFor(now: number): number {
    return Math.max(0, this.#blockedUntil - now);
  }

  /** Maximum number of connections of the address. */
  get places(): number {
    return this.#rules.places;
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

  /** Judges an attempt that this node permits with what other nodes know. Must follow {@linkcode attempt} directly. */
  attemptElsewhere(now: number): Verdict | Promise<Verdict> {
    return this.#shared === undefined ? ALLOWED : this.#attemptIn(this.#shared, now);
  }

  async #attemptIn(shared: SharedRecord, now: number): Promise<Verdict> {
    const isExpected = this.#isExpected || this.#rules.isShared;
    const [rates, here] = [this.#rates, this.#connectionsHere];
    const attempt = { rates, here, places: this.places, isExpected };
    const verdict = await shared.attempt(attempt).catch(() => undefined);
    if (verdict === undefined) return ALLOWED; // The cluster is unreachable.
    const { kind, wait, cause, elsewhere } = verdict;
    if (kind === "too-fast") return { kind, wait: this.#scheduleRetry(wait, now) };
    if (kind === "blocked") return { kind, wait: this.#block(cause, wait, now) };
    if (this.#connectionsHere + elsewhere < this.places) return { kind };
    return this.refuseForRoom(isExpected, now);
  }

  /** Refuses an attempt that was allowed, because there is no room after all. It gets its token back. */
  refuseForRoom(isExpected: boolean, now: number, roomIn: number = RETRIES.shortest): Verdict {
    this.#connections.putBack(now);
    return this.#refuse("no-room", roomIn, isExpected, now);
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

  /**
   * Judges one attempt to connect, at `now` in clock milliseconds. `roomIn`: how long it takes at least until there is
   * room, in milliseconds. Without room it takes no token.
   */
  attempt(now: number, roomIn = 0): Verdict {
    const blocked = this.blockedFor(now);
    if (blocked > 0) return { kind: "blocked", wait: blocked };
    const isExpected = this.#retries?.take(now) ?? false;
    this.#isExpected = isExpected;
    if (roomIn > 0) return this.#refuse("no-room", roomIn, isExpected, now);
    const wait = this.#connections.take(now);
    return wait === 0 ? ALLOWED : this.#refuse("too-fast", wait, isExpected, now);
  }

  /** The wait of a page whose handshake was just refused, in milliseconds; `undefined` without one. */
  tellWait(now: number): number | undefined {
    return this.#retries?.tell(now);
  }

  /** Requests a search. Returns 0, or the number of milliseconds until one is allowed. */
  search(now: number): number {
    if (now < this.#searchesFrom) return Math.ceil(this.#searchesFrom - now);
    this.#searches ??= new TokenBucket(this.#rates.searches, now);
    const wait = this.#searches.take(now);
    if (wait === 0) this.#searchElsewhere(now);
    return wait;
  }

  /** A chat with an address ended that lasted long enough to count; see {@linkcode Reputation}. */
  chattedWith(partner: AddressRecord, now: number): void {
    if (partner !== this) this.#ownReputation(now).chattedWith(partner.#identity, now);
  }

  /** Such a chat ended whose partner is on another node, where its address has the name `partner`. */
  chattedElsewhere(partner: string, now: number): void {
    if (partner === "" || partner === this.name) return;
    this.#ownReputation(now).chattedWith(partner, now);
  }

  /** Notifies `listener` of blocks until the returned function is called. */
  onBlocked(listener: BlockListener): () => void {
    this.#isDisposed = false; // An entry deleted since the handshake is in the registry again.
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Records a report by another address about this one, or about the session `about` if the address is shared. */
  report(by: AddressRecord, reason: ReportReason, now: number, about?: BlockListener): void {
    if (by === this || this.#isDisposed || this.#hasReportBy(by, about, now)) return;
    const { name, weight } = by.fileReport(reason, now);
    if (weight === 0) return;
    this.reportedElsewhere(name, weight, now);
    const ref = about && new WeakRef(about);
    const report = { by: new WeakRef(by), about: ref, weight, at: now };
    this.#reports = [...this.#reports, report].slice(-MAX_REPORTS);
    if (this.#exceedsThreshold(about, now)) this.#blockForReports(about, now);
  }

  /** Counts a report made by this address, and returns its name in the cluster and the weight of the report. */
  fileReport(reason: ReportReason, now: number): { name: string; weight: number } {
    const weight = this.#ownReputation(now).spend(wantedWeight(reason), now);
    return { name: this.name, weight };
  }

  /** Passes a report to the cluster; `by` is the name of the reporting address. */
  reportedElsewhere(by: string, weight: number, now: number): void {
    if (by === "" || by === this.name || weight === 0 || this.#rules.isShared) return;
    this.#shared?.report(by, weight, this.#requiredWeight(now)).catch(() => {}); // An unreachable cluster misses it.
  }

  /** Applies a block of `wait` milliseconds by another node. */
  blockedElsewhere(cause: BlockReason, wait: number, now: number): void {
    this.#block(cause, wait, now);
    this.#notifyBlocked(wait);
  }

  /** Whether there are sessions from this address, connected or not, or clients of the call relay. */
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
    this.#reports = NO_REPORTS;
    this.#reputation = this.#retries = undefined;
    this.#shared = this.#connectionsEverywhere = undefined;
  }

  get #identity(): string {
    return this.name === "" ? `${this.#rules.identity}` : this.name;
  }

  #ownReputation(now: number): Reputation {
    return this.#reputation ??= new Reputation(now);
  }

  /** Refuses an attempt. If none was expected, that is an offence, and too many offences are a flood. */
  #refuse(
    kind: "no-room" | "too-fast",
    wait: number,
    isExpected: boolean,
    now: number,
  ): Verdict {
    if (isExpected || this.#rules.isShared || this.#toleratesRefusal(now)) {
      return { kind, wait: this.#scheduleRetry(wait, now) };
    }
    const blockedFor = this.#block("flooding", FLOOD_BLOCK_TIME, now);
    this.#shared?.block("flooding", blockedFor).catch(() => {}); // Without the cluster, this node blocks alone.
    return { kind: "blocked", wait: blockedFor };
  }

  #toleratesRefusal(now: number): boolean {
    this.#refusals ??= new TokenBucket(this.#rates.refusals, now);
    return this.#refusals.take(now) === 0;
  }

  #scheduleRetry(wait: number, now: number): number {
    return (this.#retries ??= new RetrySchedule()).add(wait, now);
  }

  /** The reports that count, about the session `about` if the address is shared. */
  #validReports(about: BlockListener | undefined, now: number): Report[] {
    const oldest = now - Math.min(REPORT_TIME, this.#rules.lifetime);
    const { isShared } = this.#rules;
    return this.#reports.filter(({ by, about: session, at }) => {
      const reporter = by.deref();
      if (at <= oldest || reporter === undefined || reporter.#isDisposed) return false;
      return !isShared || session?.deref() === about;
    });
  }

  #hasReportBy(by: AddressRecord, about: BlockListener | undefined, now: number): boolean {
    return this.#validReports(about, now).some((report) => report.by.deref() === by);
  }

  #exceedsThreshold(about: BlockListener | undefined, now: number): boolean {
    const reports = this.#validReports(about, now);
    const sum = reports.reduce((total, { weight }) => total + weight, 0);
    return reports.length >= this.#rules.threshold && sum >= this.#requiredWeight(now);
  }

  /** The sum of weights that blocks this address. A shared address is many people, so that its partners don't count. */
  #requiredWeight(now: number): number {
    const { threshold, isShared } = this.#rules;
    return requiredWeight(threshold, isShared ? 0 : this.#reputation?.partners(now) ?? 0);
  }

  #blockForReports(about: BlockListener | undefined, now: number): void {
    if (this.#rules.isShared) return this.#endReported(about, now);
    this.#reports = NO_REPORTS;
    const wait = this.#block("reported", REPORT_BLOCK_TIME, now);
    this.#shared?.block("reported", wait).catch(() => {}); // Without the cluster, this node blocks alone.
    this.#notifyBlocked(wait);
  }

  /** Ends only the reported session. */
  #endReported(about: BlockListener | undefined, now: number): void {
    const reports = new Set(this.#validReports(about, now));
    this.#reports = this.#reports.filter((report) => !reports.has(report));
    about?.blocked(Math.min(REPORT_BLOCK_TIME, this.#rules.lifetime));
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
    this.#shared?.search(this.#rates.searches).then((wait) => this.#searchesFrom = now + wait)
      .catch(() => {});
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
