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
import { haveMet, type Wish } from "./policy.ts";
import { type Place, Queue } from "../base/linked_queue.ts";

/** How many recent partners one search passes over in one line. */
export const LOOK_AHEAD = 64;

/** How many empty lines are kept at least before they are dropped. */
export const SPARE_LINES = 64;

/** Everybody who waits, in all modes. */
export class Pool<W extends Wish> {
  #lines = new Map<string, Queue<W>>();
  #emptyLines = 0;
  readonly #places = new Map<W, Place[]>();

  /** How many wait. */
  get size(): number {
    return this.#places.size;
  }

  /** How many lines there are; fewer than half of them are empty, but for {@linkcode SPARE_LINES}. */
  get lines(): number {
    return this.#lines.size;
  }

  /** Whether `wish` waits here. */
  has(wish: W): boolean {
    return this.#places.has(wish);
  }

  /** Lets `wish` wait at the end of its lines, or at their front. */
  add(wish: W, end: "back" | "front" = "back"): void {
    const join = (name: string): Place =>
      end === "back" ? this.#line(name).append(wish) : this.#line(name).prepend(wish);
    this.#places.set(wish, lineNames(wish).map(join));
  }

  /** Takes `wish` out; `false` when it didn't wait here. */
  remove(wish: W): boolean {
    const places = this.#places.get(wish);
    if (places === undefined) return false;
    for (const place of places) place.leave();
    this.#places.delete(wish);
    for (const name of lineNames(wish)) if (this.#lines.get(name)?.size === 0) this.#emptyLines++;
    if (this.#emptyLines > SPARE_LINES + this.#lines.size / 2) this.#dropEmptyLines();
    return true;
  }

  /** Forgets the interests that nobody waits for any more. An interval task. */
  tidy(): void {
    if (this.#emptyLines > 0) this.#dropEmptyLines();
  }

  /** A few people among whom the best partner for `wish` is, if anybody in the pool would do. */
  *candidates(wish: W): Generator<W, void, undefined> {
    for (const name of lineNames(wish)) {
      const line = this.#lines.get(name);
      if (line !== undefined) yield* front(line, wish);
    }
  }

  #line(name: string): Queue<W> {
    const line = this.#lines.get(name);
    if (line?.size === 0) this.#emptyLines--;
    if (line !== undefined) return line;
    const created = new Queue<W>();
    this.#lines.set(name, created);
    return created;
  }

  #dropEmptyLines(): void {
    this.#lines = new Map([...this.#lines].filter(([, line]) => line.size > 0));
    this.#emptyLines = 0;
  }
}

/** The first recent partner and the first other person of a line. */
function* front<W extends Wish>(line: Queue<W>, wish: W): Generator<W, void, undefined> {
  let passed = 0;
  for (const other of line) {
    const met = haveMet(wish, other);
    if (!met || passed === 0) yield other;
    if (!met || ++passed === LOOK_AHEAD) return;
  }
}

/** The lines that concern a wish; an interest is never empty, so the name of the open line can't be one. */
function lineNames(wish: Wish): string[] {
  const names = wish.interests.map((interest) => lineName(wish.mode, interest));
  return wish.open ? [...names, lineName(wish.mode, "")] : names;
}

function lineName(mode: Mode, interest: string): string {
  return `${mode} ${interest}`;
}
