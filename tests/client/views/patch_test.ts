/** Drawing creates, removes and moves only what has to be, and never touches the elements of others. */

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { type Child, patch, type Properties, type VNode } from "../../../client/views/patch.ts";
import { trials } from "../../support/repeats.ts";

/** As much of an element as drawing needs. */
class FakeElement {
  /** Tells elements apart that look the same. */
  readonly identity = Symbol();
  readonly attributes = new Map<string, string>();
  readonly children: FakeElement[] = [];
  readonly handlers = new Map<string, unknown>();
  /** How often an element was put into this one. */
  insertions = 0;
  /** The values that it was given. */
  readonly values: unknown[] = [];
  title = "";
  textContent = "";

  constructor(readonly tag: string) {}

  get value(): unknown {
    return this.values.at(-1) ?? "";
  }

  set value(value: unknown) {
    this.values.push(value);
  }

  insertBefore(node: FakeElement, after: FakeElement | null): void {
    if (this.children.includes(node)) this.removeChild(node);
    const index = after === null ? this.children.length : this.children.indexOf(after);
    if (index < 0) throw new Error("NotFoundError");
    this.children.splice(index, 0, node);
    this.insertions++;
  }

  removeChild(node: FakeElement): void {
    const index = this.children.indexOf(node);
    if (index < 0) throw new Error("NotFoundError");
    this.children.splice(index, 1);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  addEventListener(type: string, handler: unknown): void {
    if (handler) this.handlers.set(type, handler);
  }

  removeEventListener(type: string, handler: unknown): void {
    if (this.handlers.get(type) === handler) this.handlers.delete(type);
  }
}

/** Draws one list of children after the other in an element. */
class Drawing {
  readonly root = new FakeElement("div");
  #drawn: readonly Child[] = [];

  draw(...children: Child[]): readonly FakeElement[] {
    const scope = globalThis as unknown as { document: unknown };
    scope.document = { createElement: (tag: string) => new FakeElement(tag) };
    try {
      patch(this.root as unknown as Element, this.#drawn, children);
    } finally {
      delete scope.document;
    }
    this.#drawn = children;
    return [...this.root.children];
  }
}

function node(tag: string, props: Properties = {}, ...children: Child[]): VNode {
  return { tag, props, children };
}

Deno.test("Drawing sets properties, attributes and handlers, and takes them back", () => {
  const drawing = new Drawing();
  const [press, other] = [(): void => {}, (): void => {}];
  const [element] = drawing.draw(
    node("b", { title: "x", class: "y", "aria-pressed": false, onclick: press }),
  );
  assert.equal(element!.title, "x");
  assert.deepEqual([...element!.attributes], [["class", "y"], ["aria-pressed", "false"]]);
  assert.deepEqual([...element!.handlers], [["click", press]]);
  assert.deepEqual(drawing.draw(node("b", { onclick: other })), [element]);
  assert.equal(element!.title, "");
  assert.deepEqual([...element!.attributes], []);
  assert.deepEqual([...element!.handlers], [["click", other]]);
  drawing.draw(node("b"));
  assert.equal(element!.handlers.size, 0);
});

Deno.test("Drawing doesn't tell the browser about keys", () => {
  const drawing = new Drawing();
  const [element] = drawing.draw(node("b", { key: "x" }));
  drawing.draw(node("b", { key: "x", class: "y" }));
  assert.deepEqual([...element!.attributes], [["class", "y"]]);
});

Deno.test("Drawing corrects what a visitor has typed, and nothing else that it has set before", () => {
  const drawing = new Drawing();
  const [box] = drawing.draw(node("input", { value: "", title: "x" }));
  Object.assign(box!, { value: "typed", title: "translated" });
  drawing.draw(node("input", { value: "", title: "x" }));
  assert.deepEqual([box!.value, box!.title], ["", "translated"]);
});

Deno.test("Drawing gives a new element each value, even the one that it has by default", () => {
  const [option] = new Drawing().draw(node("option", { value: "" }));
  assert.deepEqual(option!.values, [""]); // Otherwise, its value would be its text.
});

Deno.test("Drawing skips a description that is the same", () => {
  const drawing = new Drawing();
  let reads = 0;
  const line = {
    tag: "p",
    props: { key: 1 },
    get children(): Child[] {
      reads++;
      return [];
    },
  };
  const [element] = drawing.draw(line);
  assert.deepEqual(drawing.draw(false, line), [element]);
  assert.equal(reads, 1);
});

Deno.test("Drawing keeps elements that are neither removed nor moved where they are", () => {
  const child = fc.record({ key: fc.nat(9), tag: fc.constantFrom("a", "b") });
  const list = fc.uniqueArray(child, { selector: ({ key }) => key });
  const drawn = (children: readonly { key: number; tag: string }[]): VNode[] =>
    children.map(({ key, tag }) => node(tag, { key, title: `${key}` }));
  fc.assert(
    fc.property(fc.array(list, { minLength: 2, maxLength: 5 }), (lists) => {
      const drawing = new Drawing();
      let before: readonly FakeElement[] = [];
      for (const one of lists) {
        const { insertions } = drawing.root;
        const after = drawing.draw(...drawn(one));
        assert.deepEqual(
          after.map(({ tag, title }) => [tag, title]),
          one.map(({ key, tag }) => [tag, `${key}`]),
        );
        const kept = before.filter((element) => after.includes(element));
        const same = (element: FakeElement): boolean =>
          one.some(({ key, tag }) => element.title === `${key}` && element.tag === tag);
        assert.deepEqual(kept, before.filter(same));
        const inOrder = after.filter((element) => kept.includes(element));
        const isMoved = inOrder.some((element, index) => element !== kept[index]);
        if (!isMoved) {
          assert.equal(drawing.root.insertions - insertions, after.length - kept.length);
        }
        before = after;
      }
    }),
    trials({ sample: 300, long: 100_000 }),
  );
});

Deno.test("Drawing keeps elements without keys if others come and go in their places", () => {
  const drawing = new Drawing();
  const [first, , last] = drawing.draw(node("a"), node("b"), node("a"));
  assert.deepEqual(drawing.draw(node("a"), false, node("a")), [first, last]);
  const { insertions } = drawing.root;
  drawing.draw(node("a"), undefined, node("a"), undefined);
  assert.deepEqual(drawing.draw(node("a"), undefined, node("a"), undefined), [first, last]);
  assert.equal(drawing.root.insertions, insertions);
  const [, middle] = drawing.draw(node("a"), node("b"), node("a"));
  assert.deepEqual(drawing.draw(node("a"), node("b"), node("a")), [first, middle, last]);
  const keyed = node("i", { key: "x" });
  assert.deepEqual(drawing.draw(keyed, node("a"), node("b"), node("a")).slice(1), [
    first,
    middle,
    last,
  ]);
});

Deno.test("Drawing keeps the elements around one with a key that comes and goes", () => {
  const drawing = new Drawing();
  const [first, last] = drawing.draw(node("a"), false, node("b"));
  const keyed = node("i", { key: "x" });
  assert.deepEqual(drawing.draw(node("a"), keyed, node("b")).toSpliced(1, 1), [first, last]);
  assert.deepEqual(drawing.draw(node("a"), false, node("b")), [first, last]);
});

Deno.test("Drawing leaves elements alone that an extension has added", () => {
  const drawing = new Drawing();
  const [first, second] = drawing.draw(node("a"), node("b"));
  const foreign = new FakeElement("x");
  drawing.root.children.splice(1, 0, foreign);
  const { insertions } = drawing.root;
  assert.deepEqual(drawing.draw(node("a"), node("b")), [first, foreign, second]);
  assert.equal(drawing.root.insertions, insertions);
  assert.deepEqual(drawing.draw(node("a"), false), [first, foreign]);
});

Deno.test("Drawing throws if an element is gone that it has to remove", () => {
  const drawing = new Drawing();
  const [first] = drawing.draw(node("a"));
  drawing.root.removeChild(first!);
  assert.throws(() => drawing.draw(node("b")), /NotFoundError/);
});
