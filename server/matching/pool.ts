/**
 * The waiting searches, arranged so that a partner is found without checking all of them.
 *
 * Each search waits in places. A place is a reason for which two searches accept each other: any two searches that would
 * wait in the same place do, and two that accept each other have a place in common.
 *
 *   anyone             searches in the step `anyone`
 *   language de        searches for which a shared language suffices
 *   interest chess     searches for which a shared interest suffices
 *   both de chess      searches that name both, in any step
 *
 * Pages without a common suite can't chat, so each suite has its own places. A page that offers several has a search in
 * the places of each.
 *
 * A new search looks into its places, and is paired with the best search that it finds there. Only if it finds none does
 * it wait. So **a place never holds more than one search**, the places of a search hold everyone whom it could be paired
 * with, and the cost doesn't depend on how many searches wait. A search has {@linkcode MAX_PLACES} places at most.
 *
 * Empty places are not deleted one by one, but together: when they are the majority, and at intervals. A `Map` keeps
 * tombstones of deleted keys, so a visitor who repeatedly starts and ends a search with the same interest would make
 * every look-up of it slower. They must be deleted, because the name of a place contains an interest, and a visitor's
 * words are not kept longer than needed.
 */

import { MAX_INTERESTS, MAX_LANGUAGES, MAX_SUITES } from "../../protocol.ts";
import { choose, type SearchRequest } from "./policy.ts";

/**
 * How many places a search has at most. For each suite: `anyone`, one for each language and interest, and one for each
 * pair of them.
 */
export const MAX_PLACES = MAX_SUITES *
  (1 + MAX_LANGUAGES + MAX_INTERESTS + MAX_LANGUAGES * MAX_INTERESTS);

/** How many empty places are always tolerated. */
export const SPARE_PLACES = 64;

/** The waiting searches of all modes. */
export class Pool<W extends SearchRequest> {
  #places = new Map<string, W | undefined>();
  #emptyPlaces = 0;
  readonly #waiting = new Set<W>();

  /** How many searches wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** How many places there are. Apart from {@linkcode SPARE_PLACES}, fewer than half of them are empty. */
  get places(): number {
    return this.#places.size;
  }

  /** Whether `request` waits here. */
  has(request: W): boolean {
    return this.#waiting.has(request);
  }

  /**
   * Removes the best partner of `request` from the pool, and returns it. Without one, `request` waits. An older search
   * of the same session is removed, because a session has one search.
   */
  offer(request: W): W | undefined {
    const found = this.#neighbors(request);
    const partner = choose(request, found);
    if (partner !== undefined) this.remove(partner);
    else this.#add(request, found);
    return partner;
  }

  /** Removes `request`; `false` when it didn't wait here. */
  remove(request: W): boolean {
    if (!this.#waiting.delete(request)) return false;
    for (const name of placesOf(request)) {
      this.#places.set(name, undefined);
      this.#emptyPlaces++;
    }
    if (this.#emptyPlaces > SPARE_PLACES + this.#places.size / 2) this.#dropEmptyPlaces();
    return true;
  }

  /** Deletes the interests and languages that no search waits for. An interval task. */
  prune(): void {
    if (this.#emptyPlaces > 0) this.#dropEmptyPlaces();
  }

  /** The searches in the places of `request`. */
  #neighbors(request: W): Set<W> {
    const found = new Set<W>();
    for (const name of placesOf(request)) {
      const other = this.#places.get(name);
      if (other !== undefined) found.add(other);
    }
    return found;
  }

  /** What is in the places of a search without a partner can only be an older search of the same session. */
  #add(request: W, older: ReadonlySet<W>): void {
    for (const other of older) this.remove(other);
    this.#waiting.add(request);
    for (const name of placesOf(request)) {
      if (this.#places.has(name)) this.#emptyPlaces--;
      this.#places.set(name, request);
    }
  }

  #dropEmptyPlaces(): void {
    this.#places = new Map([...this.#places].filter(([, request]) => request !== undefined));
    this.#emptyPlaces = 0;
  }
}

/** The names of the places of a request. Only an interest can contain a space, and it comes last: no two names collide. */
export function placesOf(request: SearchRequest): string[] {
  const names: string[] = [];
  for (const suite of request.suites) addPlaces(names, request, `${request.mode} ${suite}`);
  return names;
}

function addPlaces(
  names: string[],
  { step, languages, interests }: SearchRequest,
  prefix: string,
): void {
  if (step === "anyone") names.push(`${prefix} anyone`);
  if (step !== "exact" || interests.length === 0) {
    for (const language of languages) names.push(`${prefix} language ${language}`);
  }
  if (step !== "exact" || languages.length === 0) {
    for (const interest of interests) names.push(`${prefix} interest ${interest}`);
  }
  for (const language of languages) {
    for (const interest of interests) names.push(`${prefix} both ${language} ${interest}`);
  }
}
