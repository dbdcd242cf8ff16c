/**
 * Pairs strangers: first come, first served, immediately where possible.
 *
 *   find ──> offered: waits, and can be claimed by others
 *               │ ^ ^ no match: keeps waiting  │ window over: open, and offered again
 *      match    │ │ └──────────────────────────┘
 *               v │ refused, or the partner is gone
 *            claiming ──────────────────────────> paired
 *
 * A search is published before candidates are queried. So if two start at the same moment, on whichever nodes, at least
 * one sees the other, and none starves. A claim is asynchronous and takes both or neither. While it is pending, either
 * side may leave or start another search. So both are checked again after it resolves. They are paired only if both
 * searches are still current. If only one is, it returns to the front. A withdrawn search is `done` and never comes
 * back. A new `find` creates a new search, so an old claim can't affect it.
 *
 * A search with interests waits at most {@linkcode INTEREST_WINDOW} for a match on them. Searches whose window is
 * running are in one queue, ordered by the end of their windows. An interval task opens those at its front, so no
 * search depends on a newcomer.
 */

import type { Mode, Role } from "../../protocol.ts";
import type { Backend, QueueEnd } from "./backend.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import { type Choice, choose, type SearchRequest } from "./policy.ts";
import { type NodeId, numbersFrom, type SessionId, type Ticket } from "../ids.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";
import { Slices } from "../base/slices.ts";
import { delay } from "../base/timeout.ts";

/** How long a search insists on its interests, in milliseconds. */
export const INTEREST_WINDOW = 5 * SECOND;

/**
 * How long a search claimed by another node waits to hear from that node, in milliseconds. After that, the node is
 * considered down and the search is offered again. It must not be offered earlier: it could be claimed twice, and one
 * of the two partners would be left immediately.
 */
export const INVITATION_TIME = 4 * SECOND;

/** A session that searches for a partner. */
export interface Seeker {
  readonly id: SessionId;
  /** The current search. Only the matchmaker sets it. */
  search: Search | undefined;
  readonly recent: readonly SessionId[];
  /** There is no match yet, and the search waits in the pool. May be called repeatedly during one search. */
  waits(): void;
  /** Called once. If both are on this node, it is called synchronously with the same call on the partner. */
  paired(match: Match): void;
}

/** The start of a chat, as one side sees it. */
export interface Match {
  readonly partner: SessionId;
  /** The partner's node. */
  readonly node: NodeId;
  readonly role: Role;
  /** The shared interests. */
  readonly interests: string[];
  readonly met: boolean;
}

/** One `find`, until it is paired or withdrawn. */
export interface Search {
  readonly seeker: Seeker;
  /** What is searched for. Replaced, with the same ticket, when the window ends. */
  request: SearchRequest;
  /** In clock milliseconds. */
  readonly since: number;
  readonly windowEnds: number;
  /** Withdrawn or paired. A search that is done must not change. */
  done: boolean;
  /** When it was found to be claimed by a search that hasn't reported yet, in clock milliseconds. */
  claimedAt: number | undefined;
  /** It has claimed a partner, and is not offered until the outcome is known. */
  isClaiming: boolean;
  /** Its position in the queue of running windows. */
  window: Handle | undefined;
}

/** How many refused searches are retried at the same time. More than one, because a candidate's node may not answer. */
const MAX_CONCURRENT_RETRIES = 4;

/** After how many retries of each of these others have a turn of the event loop. A backend in memory never waits. */
const RETRIES_PER_TURN = 25;

export interface MatchmakerOptions {
  readonly clock: Clock;
  readonly backend: Backend;
  /** Called when the backend fails. The affected searches continue. */
  readonly onError: (error: unknown) => void;
  /** Called for each search that ends in a chat, with its duration in milliseconds. */
  readonly onPaired?: ((mode: Mode, took: number) => void) | undefined;
}

/** Pairs the sessions that search. */
export class Matchmaker {
  /** Chats begun so far, by mode. Nodes that share a pool each count the chats that they paired. */
  readonly pairings: Record<Mode, number> = { text: 0, video: 0 };
  readonly #options: MatchmakerOptions;
  readonly #searches = new Map<Ticket, Search>();
  readonly #windows = new LinkedQueue<Search>();
  readonly #opening: Slices;
  readonly #offering: Slices;
  readonly #reoffering: Slices;
  /** Searches that must be offered again. */
  #refused = new Set<Search>();
  #isRetrying = false;
  #nextTicket: number;

  constructor(options: MatchmakerOptions) {
    this.#options = options;
    this.#nextTicket = numbersFrom(options.backend.node);
    this.#opening = new Slices(options.clock);
    this.#offering = new Slices(options.clock);
    this.#reoffering = new Slices(options.clock);
  }

  /** How many searches there are, including those with a pending claim. */
  get searching(): number {
    return this.#searches.size;
  }

  /** The same, by mode. */
  searchingFor(): Record<Mode, number> {
    const counts: Record<Mode, number> = { text: 0, video: 0 };
    for (const { request } of this.#searches.values()) counts[request.mode]++;
    return counts;
  }

  /** Starts a search and withdraws the seeker's current one. `interests` are normalized, without duplicates. */
  find(seeker: Seeker, mode: Mode, interests: readonly string[]): void {
    this.withdraw(seeker);
    const search = this.#search(seeker, mode, interests);
    seeker.search = search;
    this.#searches.set(search.request.ticket, search);
    if (!search.request.open) search.window = this.#windows.append(search);
    this.#report(this.#offer(search, "back"));
  }

  /** Ends the search of `seeker` whatever its state. Does nothing when there is no search. */
  withdraw({ search }: Seeker): void {
    if (search === undefined) return;
    this.#end(search);
    this.#report(this.#options.backend.withdraw(search.request));
  }

  /** Opens the searches whose window has ended, and retries refused claims. An interval task. */
  openExpired(): void {
    const now = this.#options.clock.now();
    this.#report(this.#retry());
    void this.#opening.runUnlessRunning(this.#ended(now), (search) => this.#open(search));
  }

  /** Offers all searches again, in their order, because the pool has changed. */
  offerAll(): void {
    void this.#offering.run([...this.#searches.values()], (search) => {
      if (!search.done) this.#report(this.#offer(search, "back"));
    });
  }

  /** Offers all searches again, including any that the pool has lost. An interval task of a cluster. */
  reoffer(): void {
    void this.#reoffering.runUnlessRunning([...this.#searches.values()], (search) => {
      if (!search.done) this.#report(this.#offerAgain(search, "back"));
    });
  }

  /** Deletes the interests that no search waits for. An interval task. */
  prune(): void {
    this.#options.backend.prune();
  }

  /** Pairs the search of `ticket` with the search on another node that has claimed it; `false` when it is done. */
  acceptInvitation(ticket: Ticket, matchOf: (request: SearchRequest) => Match): boolean {
    const search = this.#searches.get(ticket);
    if (search === undefined) return false;
    this.#endPaired(search);
    this.#report(this.#options.backend.withdraw(search.request)); // It may have been offered again since.
    search.seeker.paired(matchOf(search.request));
    return true;
  }

  /**
   * Retries refused searches, a few at a time. If all were retried at the same time, all would find the same candidate
   * at the front, and all but one would be refused again. After a rush of thousands, nearly all would wait for long.
   */
  async #retry(): Promise<void> {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    const refused = [...this.#refused].values();
    this.#refused.clear();
    const retryNext = async (): Promise<void> => {
      let count = 0;
      for (const search of refused) {
        if (!search.done) await this.#offerAgain(search, "front");
        if (++count % RETRIES_PER_TURN === 0) await delay(0);
      }
    };
    await Promise.all(Array.from({ length: MAX_CONCURRENT_RETRIES }, retryNext))
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
      claimedAt: undefined,
      isClaiming: false,
      window: undefined,
    };
  }

  /** The searches whose window has ended. Each must leave the queue before the next is read. */
  *#ended(now: number): Generator<Search, void, undefined> {
    let { first } = this.#windows;
    while (first !== undefined && first.windowEnds <= now) {
      yield first;
      first = this.#windows.first;
    }
  }

  #open(search: Search): void {
    search.window?.remove();
    search.request = { ...search.request, open: true };
    this.#report(this.#offerAgain(search, "back"));
  }

  /** Offers a search that has waited. A recently claimed one is left alone, unless the claim leads to nothing. */
  async #offerAgain(search: Search, end: QueueEnd): Promise<void> {
    const { claimedAt } = search;
    const isLate = claimedAt !== undefined &&
      this.#options.clock.now() - claimedAt >= INVITATION_TIME;
    await this.#offer(search, end, isLate ? "always" : "if-waiting");
  }

  /** Publishes `search`, and claims the best available partner. */
  async #offer(
    search: Search,
    end: QueueEnd,
    when: "always" | "if-waiting" = "always",
  ): Promise<void> {
    const { request } = search;
    if (search.isClaiming) return;
    const { clock, backend } = this.#options;
    const candidates = await this.#retried(search, backend.offer(request, end, when));
    if (candidates === undefined || search.done || search.isClaiming) return;
    if (candidates === "taken") {
      search.claimedAt ??= clock.now();
      return this.#refuse(search);
    }
    search.claimedAt = undefined;
    if (search.request !== request) return;
    const choice = choose(request, candidates);
    if (choice === undefined) search.seeker.waits();
    else await this.#claim(search, choice);
  }

  async #claim(search: Search, choice: Choice<SearchRequest>): Promise<void> {
    const { request } = search;
    const { partner } = choice;
    search.isClaiming = true;
    const isClaimed = await this.#retried(search, this.#options.backend.claim(request, partner));
    search.isClaiming = false;
    if (isClaimed === undefined) return;
    if (!isClaimed && search.done) return await this.#options.backend.withdraw(request);
    if (!isClaimed) return this.#refuse(search);
    const isHere = partner.node === this.#options.backend.node;
    const other = this.#searches.get(partner.ticket);
    const isPartnerGone = isHere && other === undefined;
    if (!search.done && !isPartnerGone) return this.#pair(search, other, choice);
    if (!isHere) this.#options.backend.retract(request, partner);
    const both = other === undefined ? [search] : [search, other];
    const remaining = both.filter(({ done }) => !done);
    await Promise.all(remaining.map((one) => this.#offer(one, "front")));
  }

  /** The result of `work`. If it fails, the error is reported and the search is offered again later. */
  async #retried<T>(search: Search, work: Promise<T>): Promise<T | undefined> {
    try {
      return await work;
    } catch (error) {
      this.#options.onError(error);
      this.#refuse(search);
      return undefined;
    }
  }

  /** Another search may have claimed this one, and may be about to say so. If not, it is offered again. */
  #refuse(search: Search): void {
    if (search.done) return;
    search.seeker.waits();
    this.#refused.add(search);
  }

  /** Tells both sides of the chat synchronously, before anything else can happen. */
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
