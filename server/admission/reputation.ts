/**
 * What the reports of an address are worth, and how many reports it takes to block it. Both depend on how many different
 * addresses it has chatted with for at least MIN_CHAT_TIME. A chat with the same address, or a shorter one, gives no
 * standing.
 *
 *   reporter   It has credit for one report. Every PARTNERS_PER_REPORT different partners earn another one, up to
 *              MAX_CREDIT. A report spends credit, and weighs as much as it could spend: an address that reports nearly
 *              everybody soon reports in vain. Spent credit returns after one to two hours.
 *   reported   The weights must add up to the threshold. An address with more than USUAL_PARTNERS partners is bound to
 *              be reported by mistake now and then, so those that are expected at FALSE_REPORT_RATE are added to it.
 *
 * Within any hour an address spends at most MAX_CREDIT, and each block uses up at least the threshold. So whatever C
 * colluding addresses do, they get at most C * MAX_CREDIT / threshold addresses blocked within an hour, even if they
 * could choose whom they meet.
 *
 * Partners are counted and not listed (`distinct_counter.ts`). What is older than two hours no longer counts, and
 * everything is deleted together with the record of the address.
 */

import type { ReportReason } from "../../protocol.ts";
import { HOUR, SECOND } from "../base/clock.ts";
import { DistinctCounter } from "./distinct_counter.ts";

/** Minimum duration of a chat that gives standing, in milliseconds. */
export const MIN_CHAT_TIME = 30 * SECOND;

/** How many different partners earn the credit for another report. */
export const PARTNERS_PER_REPORT = 5;

/** Maximum credit, and so the maximum sum of weights of an address within any {@linkcode PERIOD}. */
export const MAX_CREDIT = 2;

/** After one period, credit is still spent and partners are still counted. After two, they aren't. In milliseconds. */
export const PERIOD = HOUR;

/** Number of partners up to which the threshold alone decides. */
export const USUAL_PARTNERS = 10;

/** The share of innocent people's partners that report them, by mistake or out of spite. */
export const FALSE_REPORT_RATE = 0.05;

/** Weight of an "underage" report, if there is credit for it. */
const UNDERAGE_WEIGHT = 2;

interface Period {
  readonly since: number;
  readonly partners: DistinctCounter;
  spent: number;
}

/** The standing of one address. */
export class Reputation {
  #current: Period;
  #previous: Period | undefined;

  constructor(now: number) {
    this.#current = newPeriod(now);
  }

  /** Counts a partner. */
  chattedWith(identity: string, now: number): void {
    this.#advance(now);
    this.#current.partners.add(identity);
  }

  /** Number of different partners. */
  partners(now: number): number {
    this.#advance(now);
    return DistinctCounter.count(this.#periods.map(({ partners }) => partners));
  }

  /** Spends up to `wanted`, and returns the credit that was spent. */
  spend(wanted: number, now: number): number {
    const earned = Math.min(MAX_CREDIT, 1 + this.partners(now) / PARTNERS_PER_REPORT);
    const spent = this.#periods.reduce((sum, period) => sum + period.spent, 0);
    const weight = Math.max(0, Math.min(wanted, earned - spent));
    this.#current.spent += weight;
    return weight;
  }

  get #periods(): Period[] {
    return this.#previous === undefined ? [this.#current] : [this.#previous, this.#current];
  }

  #advance(now: number): void {
    const age = now - this.#current.since;
    if (age < PERIOD) return;
    this.#previous = age < 2 * PERIOD ? this.#current : undefined;
    this.#current = newPeriod(now);
  }
}

/** The weight of a report whose reporter has enough credit. */
export function wantedWeight(reason: ReportReason): number {
  return reason === "underage" ? UNDERAGE_WEIGHT : 1;
}

/** The sum of weights that blocks an address with this many partners. */
export function requiredWeight(threshold: number, partners: number): number {
  return threshold + FALSE_REPORT_RATE * Math.max(0, partners - USUAL_PARTNERS);
}

function newPeriod(now: number): Period {
  return { since: now, partners: new DistinctCounter(), spent: 0 };
}
