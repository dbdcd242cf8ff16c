/**
 * Pairs strangers: first come, first served, immediately where possible.
 *
 *   find ──> offered ──> waiting ── window over: next step, offered again ──> waiting ...
 *               │           │
 *      match on │           │ taken by another search          accepted
 *      this node│           ├── on this node ───────────────────────────────> paired
 *               │           │                                      ^
 *               ├───────────│──────────────────────────────────────┤
 *               │           v                                      │
 *               └──────> taken ── the other node reports it ───────┘
 *                           │
 *                           └── declined, or nothing for INVITATION_TIME ──> offered again
 *
 * The backend decides in one step: an offered search takes a partner, or waits (`backend.ts`). Its answer is
 * asynchronous, and either side may leave or start another search in the meantime. So both are checked again. They are
 * paired only if both searches are still current. If only one is, it is offered again and keeps its position. A
 * withdrawn search is `done` and never comes back. A new `find` creates a new search, so an old answer can't affect it.
 *
 * A seeker hears of a step before its search is offered in it, so no visitor is paired outside the steps that the page
 * has shown. Searches whose window is running are in one queue per step, ordered by the end of their windows. An
 * interval task takes those at the front to their next step, so no search depends on a newcomer.
 */

import type { Mode, Role, SearchStep } from "../../protocol.ts";
import type { Backend, Outcome } from "./backend.ts";
import { type Clock, SECOND } from "../base/clock.ts";
import {
  haveMet,
  type SearchRequest,
  sharedInterests,
  sharedLanguages,
  stepsOf,
  type TimedStep,
  type Wish,
} from "./policy.ts";
import { type NodeId, numbersFrom, type SessionId, type Ticket } from "../ids.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";
import { Slices } from "../base/slices.ts";

/**
 * How long a taken search waits to hear from the other node, in milliseconds. After that, the node is considered down
 * and the search is offered again. It must not be offered earlier: it could be taken twice, and one of the two partners
 * would be left immediately.
 */
export const INVITATION_TIME = 4 * SECOND;

/** A session that searches for a partner. */
export interface Seeker {
  readonly id: SessionId;
  /** The current search. Only the matchmaker sets it. */
  search: Search | undefined;
  readonly recent: readonly SessionId[];
  /** There is no match yet, and the search accepts partners by this step. May be called repeatedly for one step. */
  waits(step: SearchStep): void;
  /** Called once. If both are on this node, it is called synchronously with the same call on the partner. */
  paired(match: Match): void;
}

/** The start of a chat, as one side sees it. */
export interface Match {
  readonly partner: SessionId;
  /** The partner's node. */
  readonly node: NodeId;
  readonly role: Role;
  /** The shared interests and languages, in the order in which this side named them. */
  readonly interests: readonly string[];
  readonly languages: readonly string[];
  readonly met: boolean;
}

/** One `find`, until it is paired or withdrawn. */
export interface Search {
  readonly seeker: Seeker;
  /** What is searched for. Replaced, with the same ticket, when a step ends. */
  request: SearchRequest;
  /** The steps that follow. */
  readonly nextSteps: TimedStep[];
  /** In clock milliseconds. */
  readonly since: number;
  /** When the current step ends, in clock milliseconds. */
  stepEnds: number;
  /** Withdrawn or paired. A search that is done must not change. */
  done: boolean;
  /** When it was found to be taken by a search that hasn't reported yet, in clock milliseconds. */
  takenAt: number | undefined;
  /** Its position in the queue of the current step. */
  window: Handle | undefined;
}

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
  /** Chats begun so far, by mode. Of two nodes whose searches are paired, the one that took the other counts the chat. */
  readonly pairings: Record<Mode, number> = { text: 0, video: 0 };
  readonly #options: MatchmakerOptions;
  readonly #searches = new Map<Ticket, Search>();
  /** The searches whose window is running, by step. All windows of a step are equally long. */
  readonly #windows = { exact: new LinkedQueue<Search>(), either: new LinkedQueue<Search>() };
  readonly #widening: Slices;
  readonly #offering: Slices;
  readonly #reoffering: Slices;
  readonly #retrying: Slices;
  /** Searches that must be offered again: the backend has failed, or another node has not reported yet. */
  readonly #unsettled = new Set<Search>();
  #nextTicket: number;

  constructor(options: MatchmakerOptions) {
    const { backend, clock } = options;
    this.#options = options;
    this.#nextTicket = numbersFrom(backend.node);
    this.#widening = new Slices(clock);
    this.#offering = new Slices(clock);
    this.#reoffering = new Slices(clock);
    this.#retrying = new Slices(clock);
  }

  /** How many searches there are, including those that are taken. */
  get searching(): number {
    return this.#searches.size;
  }

  /** How many of them the pool should have. */
  get waiting(): number {
    return this.#searches.size - this.#unsettled.size;
  }

  /** All searches, by mode. */
  searchingFor(): Record<Mode, number> {
    const counts: Record<Mode, number> = { text: 0, video: 0 };
    for (const { request } of this.#searches.values()) counts[request.mode]++;
    return counts;
  }

  /** Starts a search and withdraws the seeker's current one. */
  find(seeker: Seeker, wish: Wish): void {
    this.withdraw(seeker);
    const search = this.#search(seeker, wish);
    seeker.search = search;
    this.#searches.set(search.request.ticket, search);
    this.#awaitStepEnd(search);
    this.#offer(search, "always");
  }

  /** Ends the search of `seeker` whatever its state. Does nothing when there is no search. */
  withdraw({ search }: Seeker): void {
    if (search === undefined) return;
    this.#end(search);
    this.#withdrawFromPool(search.request);
  }

  /** Takes the searches whose window has ended to their next step, and offers unsettled ones again. An interval task. */
  widen(): void {
    const now = this.#options.clock.now();
    void this.#retrying.runUnlessRunning([...this.#unsettled], (search) => this.#retry(search));
    void this.#widening.runUnlessRunning(this.#ended(now), (search) => this.#takeNextStep(search));
  }

  /** Offers all searches again, in their order, because the pool has changed. */
  offerAll(): void {
    void this.#offering.run([...this.#searches.values()], (search) => {
      if (!search.done) this.#offer(search, "always");
    });
  }

  /** Offers all searches again, including any that the pool has lost. An interval task of a cluster. */
  reoffer(): void {
    void this.#reoffering.runUnlessRunning([...this.#searches.values()], (search) => {
      if (!search.done) this.#offerAgain(search);
    });
  }

  /** Deletes the interests and languages that no search waits for. An interval task. */
  prune(): void {
    this.#options.backend.prune();
  }

  /** Pairs the search of `ticket` with one of another node; `undefined` when it is done. Returns what it searched for. */
  pairElsewhere(
    ticket: Ticket,
    matchOf: (request: SearchRequest) => Match,
  ): SearchRequest | undefined {
    const search = this.#searches.get(ticket);
    if (search === undefined) return undefined;
    const { request } = search;
    const match = matchOf(request);
    if (match.role === "callee") this.pairings[request.mode]++;
    this.#endPaired(search);
    this.#withdrawFromPool(request); // It may have been offered again since.
    search.seeker.paired(match);
    return request;
  }

  /** The search that the search of `ticket` has taken is done. */
  declined(ticket: Ticket): void {
    const search = this.#searches.get(ticket);
    if (search?.takenAt !== undefined) this.#offer(search, "always");
  }

  #search(seeker: Seeker, { mode, interests, languages, suites }: Wish): Search {
    const { clock, backend } = this.#options;
    const [first, ...nextSteps] = stepsOf({ mode, interests, languages });
    const since = clock.now();
    return {
      seeker,
      request: {
        ticket: this.#nextTicket++ as Ticket,
        id: seeker.id,
        node: backend.node,
        mode,
        interests,
        languages,
        suites,
        step: first!.step,
        order: backend.newOrder(),
        recent: [...seeker.recent],
      },
      nextSteps,
      since,
      stepEnds: since + first!.lasts,
      done: false,
      takenAt: undefined,
      window: undefined,
    };
  }

  #awaitStepEnd(search: Search): void {
    const { step } = search.request;
    search.window = step === "anyone" ? undefined : this.#windows[step].append(search);
  }

  /** The searches whose window has ended. Each must leave its queue before the next is read. */
  *#ended(now: number): Generator<Search, void, undefined> {
    for (const queue of [this.#windows.either, this.#windows.exact]) {
      while (queue.first !== undefined && queue.first.stepEnds <= now) yield queue.first;
    }
  }

  #takeNextStep(search: Search): void {
    search.window?.remove();
    const next = search.nextSteps.shift();
    if (next === undefined) return;
    search.stepEnds += next.lasts;
    search.request = { ...search.request, step: next.step };
    this.#awaitStepEnd(search);
    search.seeker.waits(next.step);
    this.#offerAgain(search);
  }

  #retry(search: Search): void {
    if (search.done || !this.#unsettled.has(search)) return;
    if (search.takenAt === undefined || this.#isLate(search)) this.#offerAgain(search);
  }

  /** Offers a search that has waited. One that is taken is left alone, unless that leads to nothing. */
  #offerAgain(search: Search): void {
    this.#offer(search, this.#isLate(search) ? "always" : "if-waiting");
  }

  #isLate({ takenAt }: Search): boolean {
    return takenAt !== undefined && this.#options.clock.now() - takenAt >= INVITATION_TIME;
  }

  #offer(search: Search, when: "always" | "if-waiting"): void {
    this.#unsettled.delete(search);
    this.#options.backend.offer(search.request, when).then(
      (outcome) => this.#handle(search, outcome, when),
      (error) => this.#failed(search, error),
    ).catch(this.#options.onError);
  }

  #handle(search: Search, outcome: Outcome, when: "always" | "if-waiting"): void {
    if (when === "always") search.takenAt = undefined; // What took it before has led to nothing.
    switch (outcome.kind) {
      case "waiting":
        return this.#waits(search);
      case "taken":
        return this.#taken(search);
      case "paired":
        return this.#pair(search, this.#searches.get(outcome.partner));
      case "unknown":
        return this.#unknown(search);
    }
  }

  #waits(search: Search): void {
    if (search.done) return;
    search.takenAt = undefined;
    this.#unsettled.delete(search);
    search.seeker.waits(search.request.step);
  }

  #taken(search: Search): void {
    if (search.done) return;
    search.takenAt ??= this.#options.clock.now();
    this.#unsettled.add(search);
    search.seeker.waits(search.request.step);
  }

  #failed(search: Search, error: unknown): void {
    this.#options.onError(error);
    this.#unknown(search);
  }

  /** The backend may have handled the offer without being able to say so. */
  #unknown(search: Search): void {
    if (search.done) return;
    this.#unsettled.add(search);
    search.seeker.waits(search.request.step);
  }

  /** Both have left the pool. If one of them is done, the other is offered again. */
  #pair(search: Search, other: Search | undefined): void {
    if (search.done || other === undefined) {
      for (const one of [search, other]) if (one?.done === false) this.#offer(one, "always");
      return;
    }
    const theirs = matchOf(other.request, search.request, "caller");
    const own = matchOf(search.request, other.request, "callee");
    this.pairings[search.request.mode]++;
    this.#endPaired(search);
    this.#endPaired(other);
    other.seeker.paired(theirs);
    search.seeker.paired(own);
  }

  #endPaired(search: Search): void {
    const { clock, onPaired } = this.#options;
    this.#end(search);
    onPaired?.(search.request.mode, clock.now() - search.since);
  }

  #end(search: Search): void {
    search.done = true;
    search.window?.remove();
    this.#unsettled.delete(search);
    this.#searches.delete(search.request.ticket);
    search.seeker.search = undefined;
  }

  #withdrawFromPool(request: SearchRequest): void {
    this.#options.backend.withdraw(request).catch(this.#options.onError);
  }
}

/** The start of a chat between `own` and `partner`, as `own` sees it. */
export function matchOf(own: SearchRequest, partner: SearchRequest, role: Role): Match {
  return {
    partner: partner.id,
    node: partner.node,
    role,
    interests: sharedInterests(own, partner),
    languages: sharedLanguages(own, partner),
    met: haveMet(own, partner),
  };
}
