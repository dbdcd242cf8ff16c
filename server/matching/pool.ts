/**
 * The people who wait, arranged so that a partner is found without looking at all of them.
 *
 * Each waits in one line per interest, and, once open, in the line of the open. A search looks at the front of the
 * (at most 11) lines that concern it, and in each only as far as the first one it has not met lately:
 *
 *   open       a - b - c - ...            no interests, or window ended
 *   "chess"    d - a - ...                everybody with that interest
 *   "jazz"     d - e - ...
 *
 * Its cost doesn't depend on how many wait. Lines that have become empty are not dropped one by one, but together, when
 * they are the greater part and now and then: a `Map` keeps the grave of a deleted key in the way of the same key, so
 * that one person who comes and goes with the same interest would make every look-up of it longer. Dropped they must
 * be: the name of a line is an interest, and somebody's words are not kept longer than they are needed.
 *
 * Limit admitted: in one line a search passes over at most
 * {@linkcode LOOK_AHEAD} recent partners. A session remembers fewer than that, so only somebody who is remembered by
 * very many (who has skipped through them) can reach it, and is then paired with one of them, and told so.
 */

import type { Mode } from "../../protocol.ts";
import { haveMet, type SearchRequest } from "./policy.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";

/** How many recent partners one search passes over in one line. */
export const LOOK_AHEAD = 64;

/** How many empty lines are kept at least before they are dropped. */
export const SPARE_QUEUES = 64;

/** Everybody who waits, in all modes. */
export class Pool<W extends SearchRequest> {
  #queues = new Map<string, LinkedQueue<W>>();
  #emptyQueues = 0;
  readonly #places = new Map<W, Handle[]>();

  /** How many wait. */
  get size(): number {
    return this.#places.size;
  }

  /** How many lines there are; fewer than half of them are empty, but for {@linkcode SPARE_QUEUES}. */
  get queues(): number {
    return this.#queues.size;
  }

  /** Whether `wish` waits here. */
  has(request: W): boolean {
    return this.#places.has(request);
  }

  /** Lets `wish` wait at the end of its lines, or at their front. */
  add(request: W, end: "back" | "front" = "back"): void {
    const join = (name: string): Handle =>
      end === "back" ? this.#queue(name).append(request) : this.#queue(name).prepend(request);
    this.#places.set(request, queueNames(request).map(join));
  }

  /** Takes `wish` out; `false` when it didn't wait here. */
  remove(request: W): boolean {
    const places = this.#places.get(request);
    if (places === undefined) return false;
    for (const place of places) place.remove();
    this.#places.delete(request);
    for (const name of queueNames(request)) {
      if (this.#queues.get(name)?.size === 0) this.#emptyQueues++;
    }
    if (this.#emptyQueues > SPARE_QUEUES + this.#queues.size / 2) this.#dropEmptyQueues();
    return true;
  }

  /** Forgets the interests that nobody waits for any more. An interval task. */
  prune(): void {
    if (this.#emptyQueues > 0) this.#dropEmptyQueues();
  }

  /** A few people among whom the best partner for `wish` is, if anybody in the pool would do. */
  *candidates(request: W): Generator<W, void, undefined> {
    for (const name of queueNames(request)) {
      const line = this.#queues.get(name);
      if (line !== undefined) yield* front(line, request);
    }
  }

  #queue(name: string): LinkedQueue<W> {
    const line = this.#queues.get(name);
    if (line?.size === 0) this.#emptyQueues--;
    if (line !== undefined) return line;
    const created = new LinkedQueue<W>();
    this.#queues.set(name, created);
    return created;
  }

  #dropEmptyQueues(): void {
    this.#queues = new Map([...this.#queues].filter(([, line]) => line.size > 0));
    this.#emptyQueues = 0;
  }
}

/** The first recent partner and the first other person of a line. */
function* front<W extends SearchRequest>(
  line: LinkedQueue<W>,
  request: W,
): Generator<W, void, undefined> {
  let passed = 0;
  for (const other of line) {
    const met = haveMet(request, other);
    if (!met || passed === 0) yield other;
    if (!met || ++passed === LOOK_AHEAD) return;
  }
}

/** The lines that concern a wish; an interest is never empty, so the name of the open line can't be one. */
function queueNames(request: SearchRequest): string[] {
  const names = request.interests.map((interest) => queueName(request.mode, interest));
  return request.open ? [...names, queueName(request.mode, "")] : names;
}

function queueName(mode: Mode, interest: string): string {
  return `${mode} ${interest}`;
}
