/**
 * Brings strangers together: first come, first served, at once where possible.
 *
 *                 nobody fits                     window over: open
 *   find ──> look ───────────> waiting in the pool ──────────────> look again
 *             │ somebody fits      ^        │ somebody else's look
 *             v                    │        v
 *          claiming ───────────────┘     claiming
 *             │      not taken: survivors go back to the front
 *             v
 *           paired
 *
 * A claim is asynchronous, and while it is under way either side may leave, or look for something else. So both are
 * taken out of the pool first (nobody else can find them), and after the claim has resolved both are looked at again:
 * only if both still want the same are they paired. A wish that has been withdrawn is `over` and never comes back;
 * a new `find` is a new wish, so an old claim can't act on it.
 *
 * Somebody with interests waits at most {@linkcode INTEREST_WINDOW} for a match on them. The wishes whose window is
 * running stand in one line, in the order in which their windows end, and an interval task opens those at its front:
 * nobody starves for want of a newcomer.
 */

import type { Mode, Role } from "../protocol.ts";
import type { Backend, Ticket } from "./backend.ts";
import { type Clock, SECOND } from "./clock.ts";
import { type Choice, choose, type SessionId, type Wish } from "./pairing.ts";
import { Pool } from "./pool.ts";
import { type Place, Queue } from "./queue.ts";

/** How long interests are insisted on, in milliseconds. */
export const INTEREST_WINDOW = 5 * SECOND;

/** Somebody who looks for a partner. */
export interface Seeker {
  readonly id: SessionId;
  /** The search under way; the matchmaker's to set. */
  search: Search | undefined;
  hasMet(other: SessionId): boolean;
  /** Nobody fits yet: it waits in the pool. May be called again during one search. */
  waits(): void;
  /** Called once, synchronously with the same call on the partner. */
  paired(match: Match): void;
}

/** A chat begins. */
export interface Match {
  readonly partner: SessionId;
  readonly role: Role;
  /** The interests both have. */
  readonly interests: string[];
  readonly met: boolean;
}

/** One `find`, from then until it is paired or withdrawn. */
export interface Search extends Wish {
  readonly seeker: Seeker;
  readonly ticket: Ticket;
  /** In clock milliseconds. */
  readonly windowEnds: number;
  open: boolean;
  /** Withdrawn or paired: nothing may happen to it any more. */
  over: boolean;
  /** Its place among those whose window is running. */
  window: Place | undefined;
}

/** What a matchmaker needs. */
export interface MatchmakerOptions {
  readonly clock: Clock;
  readonly backend: Backend;
  /** Told when the backend fails; the searches concerned go on. */
  readonly onError: (error: unknown) => void;
}

/** Pairs those who search. */
export class Matchmaker {
  readonly #options: MatchmakerOptions;
  readonly #pool = new Pool<Search>();
  readonly #windows = new Queue<Search>();
  #refused: Search[] = [];
  #searched = 0;
  #searching = 0;

  constructor(options: MatchmakerOptions) {
    this.#options = options;
  }

  /** How many wait in the pool. */
  get waiting(): number {
    return this.#pool.size;
  }

  /** How many look for a partner, those with a claim under way included. */
  get searching(): number {
    return this.#searching;
  }

  /** Starts a search; one that the seeker had under way is withdrawn. `interests` are normalized, without doubles. */
  find(seeker: Seeker, mode: Mode, interests: readonly string[]): void {
    this.withdraw(seeker);
    const search = this.#search(seeker, mode, interests);
    seeker.search = search;
    this.#searching++;
    if (!search.open) search.window = this.#windows.append(search);
    this.#report(this.#options.backend.offer(search.ticket));
    this.#look(search, "back");
  }

  /** Ends the search of `seeker`, whatever it has come to; nothing happens when there is none. */
  withdraw({ search }: Seeker): void {
    if (search === undefined) return;
    this.#end(search);
    this.#report(this.#options.backend.withdraw(search.ticket));
  }

  /** Opens the searches whose window has ended, and retries refused claims. An interval task. */
  widen(): void {
    const now = this.#options.clock.now();
    for (const search of this.#ended(now)) this.#open(search);
    const refused = this.#refused;
    this.#refused = [];
    for (const search of refused) this.#lookAgain(search);
  }

  /** Forgets the interests that nobody waits for any more. An interval task. */
  tidy(): void {
    this.#pool.tidy();
  }

  #search(seeker: Seeker, mode: Mode, interests: readonly string[]): Search {
    const order = this.#searched++;
    return {
      seeker,
      ticket: order as Ticket,
      id: seeker.id,
      mode,
      interests,
      open: interests.length === 0,
      order,
      hasMet: (other) => seeker.hasMet(other),
      windowEnds: this.#options.clock.now() + INTEREST_WINDOW,
      over: false,
      window: undefined,
    };
  }

  #ended(now: number): Search[] {
    const ended = [];
    for (const search of this.#windows) {
      if (search.windowEnds > now) break;
      ended.push(search);
    }
    return ended;
  }

  #open(search: Search): void {
    search.window?.leave();
    const waits = this.#pool.remove(search);
    search.open = true;
    if (waits) this.#look(search, "back");
  }

  #lookAgain(search: Search): void {
    if (this.#pool.remove(search)) this.#look(search, "front");
  }

  /** Claims the best partner in the pool, or lets `search` wait there. */
  #look(search: Search, end: "back" | "front"): void {
    const choice = choose(search, this.#pool.candidates(search));
    if (choice === undefined) return this.#wait(search, end);
    this.#pool.remove(choice.partner);
    this.#report(this.#claim(search, choice));
  }

  #wait(search: Search, end: "back" | "front"): void {
    this.#pool.add(search, end);
    search.seeker.waits();
  }

  async #claim(search: Search, choice: Choice<Search>): Promise<void> {
    const { partner } = choice;
    const taken = await this.#ask(search, partner);
    const survivors = [search, partner].filter((one) => !one.over);
    if (taken && survivors.length === 2) return this.#pair(search, choice);
    for (const survivor of survivors) this.#wait(survivor, "front");
    if (taken) {
      await Promise.all(survivors.map(({ ticket }) => this.#options.backend.offer(ticket)));
    }
    if (survivors.length === 2) this.#refused.push(...survivors);
    else survivors.forEach((survivor) => this.#lookAgain(survivor));
  }

  async #ask(search: Search, partner: Search): Promise<boolean> {
    try {
      return await this.#options.backend.claim(search.ticket, partner.ticket);
    } catch (error) {
      this.#options.onError(error);
      return false;
    }
  }

  /** Both learn of the chat in one go, before anything else can happen. */
  #pair(search: Search, { partner, interests, met }: Choice<Search>): void {
    this.#end(search);
    this.#end(partner);
    partner.seeker.paired({ partner: search.id, role: "caller", interests, met });
    search.seeker.paired({ partner: partner.id, role: "callee", interests, met });
  }

  #end(search: Search): void {
    search.over = true;
    search.window?.leave();
    this.#pool.remove(search);
    search.seeker.search = undefined;
    this.#searching--;
  }

  #report(work: Promise<void>): void {
    work.catch(this.#options.onError);
  }
}
