/**
 * A first-in, first-out queue whose elements can be removed from any position.
 *
 * It is a doubly linked ring around one empty node. `Set` and `Map` keep order too, but they skip the tombstones of
 * deleted entries to find the first one, so emptying a long one from the front takes quadratic time. Here every
 * operation touches at most three nodes, whatever the length.
 */

interface Node<T> {
  value: T | undefined;
  previous: Node<T>;
  next: Node<T>;
}

/** A position in a {@linkcode LinkedQueue}. Removing it twice does nothing. */
export interface Handle {
  remove(): void;
}

/** A queue of `T`, oldest first. */
export class LinkedQueue<T> implements Iterable<T> {
  readonly #ring = ring<T>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The element at the front, or `undefined` if the queue is empty. */
  get first(): T | undefined {
    return this.#ring.next.value;
  }

  /** Adds `value` at the end. */
  append(value: T): Handle {
    return this.#insert(value, this.#ring.previous);
  }

  /** Adds `value` at the front, for an element that had waited before. */
  prepend(value: T): Handle {
    return this.#insert(value, this.#ring);
  }

  /** Removes the element at the front and returns it, or returns `undefined` if the queue is empty. */
  shift(): T | undefined {
    const { next } = this.#ring;
    this.#remove(next);
    return next.value;
  }

  /** All elements, from the front. The queue must not change during the iteration. */
  *[Symbol.iterator](): Generator<T, void, undefined> {
    for (let node = this.#ring.next; node !== this.#ring; node = node.next) yield node.value as T;
  }

  #insert(value: T, previous: Node<T>): Handle {
    const node = { value, previous, next: previous.next };
    node.next.previous = node;
    previous.next = node;
    this.#size++;
    return { remove: () => this.#remove(node) };
  }

  #remove(node: Node<T>): void {
    if (node.next === node) return;
    node.previous.next = node.next;
    node.next.previous = node.previous;
    node.previous = node.next = node;
    this.#size--;
  }
}

/** The empty node at which a ring begins and ends. */
function ring<T>(): Node<T> {
  const node = { value: undefined } as Node<T>;
  node.previous = node.next = node;
  return node;
}
