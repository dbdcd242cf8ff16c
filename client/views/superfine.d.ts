/** The types of Superfine, which has none. */

/** An element that is to be drawn, or the space of one that isn't. */
export interface VNode {
  readonly tag: string;
}

/** Describes an element. Names that begin with "on" are event handlers, and `key` tells it from its siblings. */
export function h(
  tag: string,
  props: Readonly<Record<string, unknown>>,
  children?: readonly (VNode | boolean | undefined)[],
): VNode;

/** Changes `node` into what is described, and returns the node that is then there. */
export function patch(node: Node, description: VNode): Node;
