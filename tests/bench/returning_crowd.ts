/** Pages that lose their server and return: half of them are in chats, and the others have not searched yet. */

import { cpuTime } from "../support/process_cpu.ts";
import { waitUntil } from "../support/wait_until.ts";
import { ReturningPage } from "./returning_page.ts";

/** How many pages open at the same time. The server accepts only so many that have not sent a request. */
const CONCURRENCY = 100;

/** The time limits for opening all pages and for their return, in seconds. */
const OPEN_TIME = 300;
const RETURN_TIME = 240;

/** The share of pages that must be served. */
export const MOST = 0.99;

/** How pages share addresses, by the number of pages in a hundred, as visitors of a public service do. */
const ALONE = 50;
const IN_PAIRS = 30;

/** How pages returned. Times are in seconds, from the moment when the first connection was lost. */
export interface ReturnReport {
  /** Until half of the pages, 99% and all of them were served. */
  readonly half: number;
  readonly most: number;
  readonly all: number;
  /** When the last connection was lost. */
  readonly lost: number;
  /** Attempts to connect, for each page. */
  readonly attempts: number;
  /** How many attempts were refused with a reason. */
  readonly refusals: number;
  /** Processor time of all pages together, in seconds. If it comes close to the times above, it limits them. */
  readonly cpu: number;
}

/** The address of a page. Of a hundred pages, fifty are alone, thirty share with one other, and twenty share one. */
export function addressOf(page: number): string {
  const [hundred, place] = [Math.floor(page / 100), page % 100];
  const household = place < ALONE
    ? place
    : place < ALONE + IN_PAIRS
    ? ALONE + ((place - ALONE) >> 1)
    : ALONE + (IN_PAIRS >> 1);
  return `10.${hundred >> 8}.${hundred & 255}.${household}`;
}

export class ReturningCrowd {
  readonly #pages: readonly ReturningPage[];
  /** How often each page has tried to connect when all were open. */
  readonly #attempts: readonly number[];
  /** The processor time of this process at that moment, in milliseconds. */
  readonly #cpu = cpuTime(Deno.pid);

  private constructor(pages: readonly ReturningPage[]) {
    this.#pages = pages;
    this.#attempts = pages.map(({ attempts }) => attempts);
  }

  /** Opens `count` pages, a multiple of 4, and resolves when half of them are in chats. */
  static async open(port: number, count: number, random: () => number): Promise<ReturningCrowd> {
    const pages: ReturningPage[] = [];
    const openNext = async (): Promise<void> => {
      while (pages.length < count) {
        const address = addressOf(pages.length);
        const page = new ReturningPage({ port, address, random }, pages.length % 2 === 0);
        pages.push(page);
        await waitUntil(() => page.state !== "away", OPEN_TIME);
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, openNext));
    const crowd = new ReturningCrowd(pages);
    await waitUntil(() => crowd.#count("chatting") === count / 2, OPEN_TIME);
    return crowd;
  }

  /** Resolves when all connections have been lost, and all pages are back and in chats. */
  async returned(): Promise<ReturnReport> {
    const pages = this.#pages;
    await waitUntil(() => pages.every(({ lostAt }) => lostAt > 0), RETURN_TIME);
    await waitUntil(() => this.#count("chatting") === pages.length, RETURN_TIME, 100);
    const first = Math.min(...pages.map(({ lostAt }) => lostAt));
    const seconds = (moment: number): number => (moment - first) / 1000;
    const served = pages.map(({ servedAt }) => seconds(servedAt)).sort((a, b) => a - b);
    const attempts = pages.reduce(
      (sum, page, index) => sum + page.attempts - this.#attempts[index]!,
      0,
    );
    return {
      half: served[Math.ceil(pages.length / 2) - 1]!,
      most: served[Math.ceil(pages.length * MOST) - 1]!,
      all: served.at(-1)!,
      lost: seconds(Math.max(...pages.map(({ lostAt }) => lostAt))),
      attempts: attempts / pages.length,
      refusals: pages.reduce((sum, { refusals }) => sum + refusals, 0),
      cpu: (cpuTime(Deno.pid) - this.#cpu) / 1000,
    };
  }

  /** Closes all pages, and resolves when their connections have ended. */
  async leave(): Promise<void> {
    for (const page of this.#pages) page.leave();
    await waitUntil(() => this.#count("away") === this.#pages.length, RETURN_TIME);
  }

  #count(state: ReturningPage["state"]): number {
    return this.#pages.filter((page) => page.state === state).length;
  }
}
