/**
 * A first-in, first-out line of people that anybody may leave from the middle.
 *
 * A doubly linked ring around one empty node. `Set` and `Map` keep order too, but find their first entry by walking
 * over the graves of the deleted ones, which makes taking from the front of a long line quadratic; here every
 * operation touches three nodes, whatever the length.
 */

interface Node<T> {
  value: T | undefined;
  previous: Node<T>;
  next: Node<T>;
}

/** A place in a {@linkcode LinkedQueue}; leaving twice does nothing. */
export interface Handle {
  remove(): void;
}

/** A line of `T`, oldest first. */
export class LinkedQueue<T> implements Iterable<T> {
  readonly #ring = ring<T>();
  #size = 0;

  /** How many stand in the line. */
  get size(): number {
    return this.#size;
  }

  /** Who stands at the front; `undefined` when nobody does. */
  get first(): T | undefined {
    return this.#ring.next.value;
  }

  /** Puts `value` at the end. */
  append(value: T): Handle {
    return this.#insert(value, this.#ring.previous);
  }

  /** Puts `value` at the front, for somebody who had waited before. */
  prepend(value: T): Handle {
    return this.#insert(value, this.#ring);
  }

  /** Everybody, from the front; the line must not change meanwhile. */
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

/** The empty node that begins and ends a ring. */
function ring<T>(): Node<T> {
  const node = { value: undefined } as Node<T>;
  node.previous = node.next = node;
  return node;
}
