/**
 * The waiting searches, arranged so that a partner is found without checking all of them.
 *
 * Each search waits in one queue per interest and, once open, in the queue of open searches. A new search checks the
 * front of the (at most 11) queues that concern it, and each only up to the first candidate it has not met recently:
 *
 *   open       a - b - c - ...            no interests, or window ended
 *   "chess"    d - a - ...                every search with that interest
 *   "jazz"     d - e - ...
 *
 * The cost doesn't depend on how many searches wait. Empty queues are not deleted one by one, but together: when they
 * are the majority, and at intervals. A `Map` keeps tombstones of deleted keys, so a visitor who repeatedly starts and
 * ends a search with the same interest would make every look-up of it slower. They must be deleted, because the name of
 * a queue is an interest, and a visitor's words are not kept longer than needed.
 *
 * Known limit: a search skips at most {@linkcode LOOK_AHEAD} recent partners per queue. A session remembers fewer than
 * that, so only a session that very many others remember (because its visitor skipped through them) can reach the
 * limit. It is then paired with one of them, and `met` says so.
 */

import type { Mode } from "../../protocol.ts";
import { haveMet, type SearchRequest } from "./policy.ts";
import { type Handle, LinkedQueue } from "../base/linked_queue.ts";

/** How many recent partners one search skips per queue. */
export const LOOK_AHEAD = 64;

/** How many empty queues are always tolerated. */
export const SPARE_QUEUES = 64;

/** The waiting searches of all modes. */
export class Pool<W extends SearchRequest> {
  #queues = new Map<string, LinkedQueue<W>>();
  #emptyQueues = 0;
  readonly #handles = new Map<W, Handle[]>();

  /** How many searches wait. */
  get size(): number {
    return this.#handles.size;
  }

  /** How many queues there are. Apart from {@linkcode SPARE_QUEUES}, fewer than half of them are empty. */
  get queues(): number {
    return this.#queues.size;
  }

  /** Whether `request` waits here. */
  has(request: W): boolean {
    return this.#handles.has(request);
  }

  /** Adds `request` at the end of its queues, or at their front. */
  add(request: W, end: "back" | "front" = "back"): void {
    const enqueue = (name: string): Handle =>
      end === "back" ? this.#queue(name).append(request) : this.#queue(name).prepend(request);
    this.#handles.set(request, queueNames(request).map(enqueue));
  }

  /** Removes `request`; `false` when it didn't wait here. */
  remove(request: W): boolean {
    const handles = this.#handles.get(request);
    if (handles === undefined) return false;
    for (const handle of handles) handle.remove();
    this.#handles.delete(request);
    for (const name of queueNames(request)) {
      if (this.#queues.get(name)?.size === 0) this.#emptyQueues++;
    }
    if (this.#emptyQueues > SPARE_QUEUES + this.#queues.size / 2) this.#dropEmptyQueues();
    return true;
  }

  /** Deletes the interests that no search waits for. An interval task. */
  prune(): void {
    if (this.#emptyQueues > 0) this.#dropEmptyQueues();
  }

  /** A few candidates, which include the best partner for `request`, if the pool has one. */
  *candidates(request: W): Generator<W, void, undefined> {
    for (const name of queueNames(request)) {
      const queue = this.#queues.get(name);
      if (queue !== undefined) yield* front(queue, request);
    }
  }

  #queue(name: string): LinkedQueue<W> {
    const queue = this.#queues.get(name);
    if (queue?.size === 0) this.#emptyQueues--;
    if (queue !== undefined) return queue;
    const created = new LinkedQueue<W>();
    this.#queues.set(name, created);
    return created;
  }

  #dropEmptyQueues(): void {
    this.#queues = new Map([...this.#queues].filter(([, queue]) => queue.size > 0));
    this.#emptyQueues = 0;
  }
}

/** The first recent partner and the first other candidate of a queue. */
function* front<W extends SearchRequest>(
  queue: LinkedQueue<W>,
  request: W,
): Generator<W, void, undefined> {
  let skipped = 0;
  for (const other of queue) {
    const met = haveMet(request, other);
    if (!met || skipped === 0) yield other;
    if (!met || ++skipped === LOOK_AHEAD) return;
  }
}

/** The names of the queues of a request. An interest is never empty, so none can collide with the open queue. */
function queueNames(request: SearchRequest): string[] {
  const names = request.interests.map((interest) => queueName(request.mode, interest));
  return request.open ? [...names, queueName(request.mode, "")] : names;
}

function queueName(mode: Mode, interest: string): string {
  return `${mode} ${interest}`;
}
