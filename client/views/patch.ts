/**
 * Draws elements, and later changes only what differs.
 *
 * A view describes all of a screen, each time. What was drawn before is matched with the new description: from both ends
 * as long as the keys are the same, which is most of it. In between, an element with a `key` is matched with the one that
 * had this key, and the others in their order. Two that match and have the same tag are one element, which gets the new
 * properties and children. All others are removed or created.
 *
 * An element keeps its focus, its scroll position and its sound as long as it is neither removed nor moved. So those that
 * remain in the same order stay where they are, whatever appears or disappears around them. If the order changes, more are
 * moved than have to be, but no view does that. Elements that an extension has added are never touched. If one has
 * removed an element of the page, the browser throws an exception.
 */

/** The properties of an element. Those that begin with "on" are event handlers, and `key` tells it from its siblings. */
export type Properties = Readonly<Record<string, unknown>>;

/** An element that is to be drawn. */
export interface VNode {
  readonly tag: string;
  readonly props: Properties;
  readonly children: readonly Child[];
  /** The element, once it is drawn. */
  node?: Element;
}

/** An element, or the place of one that is not drawn at present. */
export type Child = VNode | false | undefined;

/** Properties that a visitor changes, too. So they are compared with what the element has now. */
const LIVE = ["value", "selected", "checked"];

/** Changes the children of an element from `old`, which this function has drawn there, to `next`. */
export function patch(parent: Element, old: readonly Child[], next: readonly Child[]): void {
  const matches = matched(old, next);
  const kept = new Set<Child>(matches);
  for (const child of old) if (child && !kept.has(child)) parent.removeChild(child.node!);
  const inOrder = old.filter((child) => child && kept.has(child));
  let after: Element | null = null;
  for (let index = next.length; index--;) {
    const [child, match] = [next[index], matches[index]];
    if (!child) continue;
    const node: Element = child.node = match ? update(match, child) : create(child);
    if (match && match === inOrder.at(-1)) inOrder.pop();
    else parent.insertBefore(node, after);
    after = node;
  }
}

/** What was drawn of each child; `undefined` for a new one. */
function matched(old: readonly Child[], next: readonly Child[]): (VNode | undefined)[] {
  const added = next.length - old.length;
  const isSame = (at: number, shift = 0): boolean => keyOf(old[at - shift]) === keyOf(next[at]);
  let [start, end] = [0, next.length];
  while (start < Math.min(end, old.length) && isSame(start)) start++;
  while (end > Math.max(start, start + added) && isSame(end - 1, added)) end--;
  const middle = old.slice(start, end - added);
  const keyed = new Map(middle.map((child) => [keyOf(child), child]));
  const others = middle.filter((child) => keyOf(child) === undefined).values();
  const matchOf = (key: unknown): Child => key === undefined ? others.next().value : keyed.get(key);
  return next.map((child, at) => {
    const match = at < start ? old[at] : at < end ? matchOf(keyOf(child)) : old[at - added];
    return match && child && match.tag === child.tag ? match : undefined;
  });
}

function keyOf(child: Child): unknown {
  return child ? child.props.key : undefined;
}

function create({ tag, props, children }: VNode): Element {
  const node = document.createElement(tag);
  for (const name in props) setProperty(node, name, props[name]);
  patch(node, [], children);
  return node;
}

/** Changes what was drawn of an element. A description that is the same is of something that hasn't changed. */
function update(old: VNode, next: VNode): Element {
  const node = old.node!;
  if (old === next) return node;
  for (const name in { ...old.props, ...next.props }) {
    const known = LIVE.includes(name) ? Reflect.get(node, name) : old.props[name];
    if (next.props[name] !== known) setProperty(node, name, next.props[name], known);
  }
  patch(node, old.children, next.children);
  return node;
}

/** Sets a property of an element, or an attribute if it has no such property. `undefined` removes an attribute. */
function setProperty(node: Element, name: string, value: unknown, known?: unknown): void {
  if (name === "key") return;
  if (name.startsWith("on")) {
    const type = name.slice(2);
    node.removeEventListener(type, known as EventListener);
    node.addEventListener(type, value as EventListener);
  } else if (name in node) Reflect.set(node, name, value ?? "");
  else if (value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, String(value));
}
