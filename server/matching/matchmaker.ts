/**
 * Brings strangers together: first come, first served, at once where possible.
 *
 *   find ──> offered: waits, and can be taken by others
 *               │ ^ ^ nobody fits: waits on    │ window over: open, and offered again
 *   somebody    │ │ └──────────────────────────┘
 *        fits   v │ refused, or the other is gone
 *            claiming ──────────────────────────> paired
 *
 * Who searches is offered before anybody is looked for, so of two who come at the same moment, on whichever machines,
 * at least one sees the other: nobody starves. A claim is asynchronous and takes both or neither; while it is under way
 * either side may leave, or look for something else. So after it has resolved both are looked at again: only if both
 * still want the same are they paired, and whoever is left over goes back to the front. A wish that has been withdrawn
 * is `over` and never comes back; a new `find` is a new wish, so an old claim can't act on it.
 *
 * Somebody with interests waits at most {@linkcode INTEREST_WINDOW} for a match on them. The wishes whose window is
 * running stand in one line, in the order in which their windows end, and an interval task opens those at its front:
 * nobody starves for want of a newcomer.
 */

import type { Mode, Role } from "../../protocol.ts";
import type { Backend, QueueEnd } from "./backend.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { type Choice, choose, type SearchRequest } from "./policy.ts";
import { type NodeId, numbersFrom, type SessionId, type Ticket } from "../ids.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";

/** How long interests are insisted on, in milliseconds. */
export const INTEREST_WINDOW = 5 * SECOND;

/**
 * How long somebody whom another machine has taken waits to hear from it, in milliseconds; after that it is gone, and
 * they are offered anew. Before that they must not be: they would be found twice, and leave one of the two at once.
 */
export const INVITATION_TIME = 4 * SECOND;

/** Somebody who looks for a partner. */
export interface Seeker {
  readonly id: SessionId;
  /** The search under way; the matchmaker's to set. */
  search: Search | undefined;
  readonly recent: readonly SessionId[];
  /** Nobody fits yet: it waits in the pool. May be called again during one search. */
  waits(): void;
  /** Called once; where both are on this machine, synchronously with the same call on the partner. */
  paired(match: Match): void;
}

/** A chat begins. */
export interface Match {
  readonly partner: SessionId;
  /** The machine that the partner is on. */
  readonly node: NodeId;
  readonly role: Role;
  /** The interests both have. */
  readonly interests: string[];
  readonly met: boolean;
}

/** One `find`, from then until it is paired or withdrawn. */
export interface Search {
  readonly seeker: Seeker;
  /** What is looked for; another one, with the same ticket, once the window is over. */
  request: SearchRequest;
  /** In clock milliseconds. */
  readonly since: number;
  readonly windowEnds: number;
  /** Withdrawn or paired: nothing may happen to it any more. */
  done: boolean;
  /** When it was found to be taken by somebody who has not said so yet, in clock milliseconds. */
  takenAt: number | undefined;
  /** It has claimed somebody, and waits for nobody else until it is known what comes of that. */
  isClaiming: boolean;
  /** Its place among those whose window is running. */
  window: Handle | undefined;
}

/** How many of those who were refused look again at once: more than one, as whoever is looked at may not answer. */
const MAX_CONCURRENT_RETRIES = 4;

/** What a matchmaker needs. */
export interface MatchmakerOptions {
  readonly clock: Clock;
  readonly backend: Backend;
  /** Told when the backend fails; the searches concerned go on. */
  readonly onError: (error: unknown) => void;
  /** Told of each search that ends in a chat, and how many milliseconds it took. */
  readonly onPaired?: ((mode: Mode, took: number) => void) | undefined;
}

/** Pairs those who search. */
export class Matchmaker {
  /** How many chats began so far, by what for; of machines that share a pool, each counts those that it brought about. */
  readonly pairings: Record<Mode, number> = { text: 0, video: 0 };
  readonly #options: MatchmakerOptions;
  readonly #searches = new Map<Ticket, Search>();
  readonly #windows = new LinkedQueue<Search>();
  /** Those who must be offered again. */
  #refused = new Set<Search>();
  #isRetrying = false;
  #nextTicket: number;

  constructor(options: MatchmakerOptions) {
    this.#options = options;
    this.#nextTicket = numbersFrom(options.backend.node);
  }

  /** How many look for a partner, those with a claim under way included. */
  get searching(): number {
    return this.#searches.size;
  }

  /** The same, by what they look for. */
  searchingFor(): Record<Mode, number> {
    const counts: Record<Mode, number> = { text: 0, video: 0 };
    for (const { request } of this.#searches.values()) counts[request.mode]++;
    return counts;
  }

  /** Starts a search; one that the seeker had under way is withdrawn. `interests` are normalized, without doubles. */
  find(seeker: Seeker, mode: Mode, interests: readonly string[]): void {
    this.withdraw(seeker);
    const search = this.#search(seeker, mode, interests);
    seeker.search = search;
    this.#searches.set(search.request.ticket, search);
    if (!search.request.open) search.window = this.#windows.append(search);
    this.#report(this.#offer(search, "back"));
  }

  /** Ends the search of `seeker`, whatever it has come to; nothing happens when there is none. */
  withdraw({ search }: Seeker): void {
    if (search === undefined) return;
    this.#end(search);
    this.#report(this.#options.backend.withdraw(search.request));
  }

  /** Opens the searches whose window has ended, and retries refused claims. An interval task. */
  openExpired(): void {
    const now = this.#options.clock.now();
    this.#report(this.#retry());
    for (const search of this.#ended(now)) this.#open(search);
  }

  /** Offers everybody once more, in their order: people wait somewhere else from now on. */
  offerAll(): void {
    for (const search of this.#searches.values()) this.#report(this.#offer(search, "back"));
  }

  /** Looks again for everybody who waits, and for whoever should and does not. An interval task of several machines. */
  reoffer(): void {
    for (const search of this.#searches.values()) this.#report(this.#offerAgain(search, "back"));
  }

  /** Forgets the interests that nobody waits for any more. An interval task. */
  prune(): void {
    this.#options.backend.prune();
  }

  /** Pairs whoever holds `ticket` with somebody on another machine who has claimed it; `false` when it is over. */
  acceptInvitation(ticket: Ticket, matchOf: (request: SearchRequest) => Match): boolean {
    const search = this.#searches.get(ticket);
    if (search === undefined) return false;
    this.#endPaired(search);
    this.#report(this.#options.backend.withdraw(search.request)); // It may have been offered again since it was claimed.
    search.seeker.paired(matchOf(search.request));
    return true;
  }

  /**
   * Offers those again who were refused, a few at a time. If all of them looked at once, all would find the same person
   * at the front, and all but one be refused again: of thousands who come at once, nearly all would wait for long.
   */
  async #retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    const refused = [...this.#refused].values();
    this.#refused.clear();
    const inTurn = async (): Promise<void> => {
      for (const search of refused) if (!search.done) await this.#offerAgain(search, "front");
    };
    await Promise.all(Array.from({ length: MAX_CONCURRENT_RETRIES }, inTurn))
      .finally(() => this.#isRetrying = false);
  }

  #search(seeker: Seeker, mode: Mode, interests: readonly string[]): Search {
    const { clock, backend } = this.#options;
    const request: SearchRequest = {
      ticket: this.#nextTicket++ as Ticket,
      id: seeker.id,
      node: backend.node,
      mode,
      interests,
      open: interests.length === 0,
      order: backend.newOrder(),
      recent: seeker.recent,
    };
    const since = clock.now();
    return {
      seeker,
      request,
      since,
      windowEnds: since + INTEREST_WINDOW,
      done: false,
      takenAt: undefined,
      isClaiming: false,
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
    search.window?.remove();
    search.request = { ...search.request, open: true };
    this.#report(this.#offerAgain(search, "back"));
  }

  /** The same for somebody who has waited: not if they have just been taken, unless nobody comes of it. */
  async #offerAgain(search: Search, end: QueueEnd): Promise<void> {
    const { takenAt } = search;
    const isLate = takenAt !== undefined &&
      this.#options.clock.now() - takenAt >= INVITATION_TIME;
    await this.#offer(search, end, isLate ? "anew" : "again");
  }

  /** Lets `search` wait, and claims the best partner there is. */
  async #offer(search: Search, end: QueueEnd, how: "anew" | "again" = "anew"): Promise<void> {
    const { request } = search;
    if (search.isClaiming) return;
    const { clock, backend } = this.#options;
    const candidates = await this.#retried(search, backend.offer(request, end, how));
    if (candidates === undefined || search.done || search.isClaiming) return;
    if (candidates === "taken") {
      search.takenAt ??= clock.now();
      return this.#refuse(search);
    }
    search.takenAt = undefined;
    if (search.request !== request) return;
    const choice = choose(request, candidates);
    if (choice === undefined) search.seeker.waits();
    else await this.#claim(search, choice);
  }

  async #claim(search: Search, choice: Choice<SearchRequest>): Promise<void> {
    const { request } = search;
    const { partner } = choice;
    search.isClaiming = true;
    const taken = await this.#retried(search, this.#options.backend.claim(request, partner));
    search.isClaiming = false;
    if (taken === undefined) return;
    if (!taken && search.done) return await this.#options.backend.withdraw(request);
    if (!taken) return this.#refuse(search);
    const isHere = partner.node === this.#options.backend.node;
    const other = this.#searches.get(partner.ticket);
    if (isHere ? other !== undefined && !search.done : !search.done) {
      return this.#pair(search, other, choice);
    }
    if (!isHere) this.#options.backend.retract(request, partner);
    const survivors = [search, other].filter((one) => one !== undefined && !one.done) as Search[];
    await Promise.all(survivors.map((survivor) => this.#offer(survivor, "front")));
  }

  /** What `work` resolves to; when it fails, that is reported and the search is offered again later. */
  async #retried<T>(search: Search, work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      this.#options.onError(error);
      this.#refuse(search);
      return undefined;
    }
  }

  /** It may have been taken by others, and be told so in a moment; if not, it is offered again. */
  #refuse(search: Search): void {
    if (search.done) return;
    search.seeker.waits();
    this.#refused.add(search);
  }

  /** Both learn of the chat in one go, before anything else can happen. */
  #pair(
    search: Search,
    other: Search | undefined,
    { partner, interests, met }: Choice<SearchRequest>,
  ): void {
    const { node } = this.#options.backend;
    this.pairings[search.request.mode]++;
    this.#endPaired(search);
    if (other !== undefined) this.#endPaired(other);
    const match = { interests, met };
    other?.seeker.paired({ ...match, partner: search.request.id, node, role: "caller" });
    const { id, node: theirs } = partner;
    search.seeker.paired({ ...match, partner: id, node: theirs, role: "callee" });
  }

  #endPaired(search: Search): void {
    const { clock, onPaired } = this.#options;
    this.#end(search);
    onPaired?.(search.request.mode, clock.now() - search.since);
  }

  #end(search: Search): void {
    search.done = true;
    search.window?.remove();
    this.#refused.delete(search);
    this.#searches.delete(search.request.ticket);
    search.seeker.search = undefined;
  }

  #report(work: Promise<void>): void {
    work.catch(this.#options.onError);
  }
}
