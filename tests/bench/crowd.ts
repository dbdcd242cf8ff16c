/**
 * Thousands of visitors who chat the way people do: everyone has a partner, sends a message every 15 seconds, and stays
 * in a chat for five minutes. A message is three frames (`crowd_frames.ts`). The transport decides what lies between
 * them and the server.
 */

import { delay } from "../../server/base/timeout.ts";
import { waitUntil } from "../support/wait_until.ts";
import { CrowdTally, type TallyReport } from "./crowd_tally.ts";
import { Visitor, type VisitorHost } from "./visitor.ts";

/** Seconds between two messages of a visitor, and from the typing indicator to the message. */
const MESSAGE_INTERVAL = 15;
const TYPING_TIME = 2;

/** Seconds for which a chat lasts. */
const CHAT_TIME = 300;

/** How many connect at the same time, in all crowds. A server accepts only so many that have not sent a request. */
export const CONCURRENCY = 100;

/** Interval at which what is due is sent, in milliseconds. */
const TICK = 10;

/** Seconds within which the waiting visitors begin to search. Shorter than the time for which they wait. */
const SEARCH_TIME = 2;

/** The time limit for pairing everyone, in seconds. */
const PAIRING_TIME = 60;

/** How long returning visitors wait before the next attempt, in milliseconds. */
const RETRY_TIME = 500;

/** How often a returning visitor tries. */
const MAX_ATTEMPTS = 10;

/** Connects visitors to a server. */
export interface Transport {
  /** Resolves when the connection is open. Rejects with the reason if it is refused. */
  connect(visitor: Visitor, attempt: number): Promise<void>;
}

/** What a crowd can be told to do. */
export type CrowdOrder =
  /** Everyone connects and searches, a number of them at a time. Over when everyone who can be paired is. */
  | { readonly kind: "open"; readonly concurrency: number }
  /** Everyone chats for some seconds, at a part of the rate of people. */
  | { readonly kind: "chat"; readonly seconds: number; readonly share: number }
  /** Some leave their chats and search for an interest that no one shares. Over when they are paired all the same. */
  | { readonly kind: "wait"; readonly count: number }
  /** Some leave, and as many new visitors come from other addresses. */
  | { readonly kind: "renew"; readonly count: number }
  /** From now on, those whose connection ends come back to their session. */
  | { readonly kind: "return" }
  /** Nothing: only the report is wanted. */
  | { readonly kind: "report" };

/** A report. It covers the time since the last one. */
export interface CrowdReport extends TallyReport {
  /** How many are in a chat now. */
  readonly chatting: number;
}

export class Crowd implements VisitorHost {
  readonly tally = new CrowdTally();
  readonly #transport: Transport;
  readonly #visitors: Visitor[];
  /** The number of the next visitor that comes later. */
  #next: number;
  /** How many interests were searched for. */
  #interests = 0;
  #returns = false;

  /** Visitors are numbered from `first`. The numbers of two crowds must be at least twice their size apart. */
  constructor(transport: Transport, first: number, people: number) {
    this.#transport = transport;
    this.#visitors = Array.from({ length: people }, (_, n) => new Visitor(first + n, this));
    this.#next = first + people;
  }

  now(): number {
    return performance.timeOrigin + performance.now();
  }

  /** Does what it is told, and reports. */
  async obey(order: CrowdOrder): Promise<CrowdReport> {
    await this.#obey(order);
    return { ...this.tally.take(), chatting: this.#count("chatting") };
  }

  onClosed(visitor: Visitor): void {
    this.tally.saw("connection ended");
    if (this.#returns) void this.#comeBack(visitor);
  }

  async #obey(order: CrowdOrder): Promise<void> {
    switch (order.kind) {
      case "open":
        return await this.#open(this.#visitors, order.concurrency);
      case "chat":
        return await this.#chat(order);
      case "wait":
        return await this.#wait(order.count);
      case "renew":
        return await this.#renew(order.count);
      case "return":
        this.#returns = true;
    }
  }

  async #open(visitors: readonly Visitor[], concurrency: number): Promise<void> {
    const all = visitors.values();
    const lane = async (): Promise<void> => {
      for (const visitor of all) await this.#connect(visitor, 0);
    };
    await Promise.all(Array.from({ length: concurrency }, lane));
    await this.#settle();
  }

  async #connect(visitor: Visitor, attempt: number): Promise<boolean> {
    try {
      await this.#transport.connect(visitor, attempt);
      return true;
    } catch (error) {
      this.tally.saw(`refused: ${(error as Error).message}`);
      return false;
    }
  }

  async #comeBack(visitor: Visitor): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      if (await this.#connect(visitor, attempt)) return;
      await delay(RETRY_TIME);
    }
  }

  async #chat({ seconds, share }: CrowdOrder & { kind: "chat" }): Promise<void> {
    const { length } = this.#visitors;
    const ahead = Math.round(length * TYPING_TIME / MESSAGE_INTERVAL);
    const messages = length * share / MESSAGE_INTERVAL;
    const leaves = length * share / CHAT_TIME / 2;
    await Promise.all([
      this.#pace(messages, seconds, (n) => {
        this.#at(n).say();
        this.#at(n + ahead).type();
      }),
      this.#pace(leaves, seconds, (n) => this.#at(n * stride(length)).moveOn()),
    ]);
    await delay(TICK);
  }

  async #wait(count: number): Promise<void> {
    const { length } = this.#visitors;
    await this.#pace(count / SEARCH_TIME, SEARCH_TIME, (n) => {
      this.#at(n * stride(length)).moveOn(`hobby ${this.#visitors[0]!.index + this.#interests++}`);
    });
    await this.#settle();
  }

  async #renew(count: number): Promise<void> {
    const gone = this.#visitors.splice(0, count);
    for (const visitor of gone) visitor.leave();
    await waitUntil(() => gone.every(({ state }) => state === "closed"));
    const newcomers = gone.map(() => new Visitor(this.#next++, this));
    this.#visitors.push(...newcomers);
    await this.#open(newcomers, 1);
  }

  /** Waits until no more than one is without a partner, or the time is over. */
  async #settle(): Promise<void> {
    const isSettled = (): boolean => this.#count("searching") + this.#count("opening") <= 1;
    await waitUntil(isSettled, PAIRING_TIME, 100).catch(() => this.tally.saw("not all are paired"));
  }

  /** Calls `act` with ascending numbers at a rate. */
  async #pace(perSecond: number, seconds: number, act: (n: number) => void): Promise<void> {
    const start = performance.now();
    const end = start + seconds * 1000;
    for (let n = 0; performance.now() < end;) {
      const due = (performance.now() - start) / 1000 * perSecond;
      while (n < due) act(n++);
      await delay(TICK);
    }
  }

  #at(number: number): Visitor {
    return this.#visitors[number % this.#visitors.length]!;
  }

  #count(state: string): number {
    let count = 0;
    for (const visitor of this.#visitors) if (visitor.state === state) count++;
    return count;
  }
}

/** A step with which numbers modulo `length` come in another order: a prime that seldom divides it. */
function stride(length: number): number {
  return length % 7919 === 0 ? 7907 : 7919;
}
