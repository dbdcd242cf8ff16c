/** Templates: htm for Preact, and the one component that spares the rest from drawing what has not changed. */

import { html as template } from "htm/preact";
import { Component, type ComponentChildren, type VNode } from "preact";
import type { Event } from "./chat_state.ts";

/** Tells the page that something happened. */
export type Dispatch = (event: Event) => void;

/** A tagged template that makes one Preact node. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return template(strings, ...values) as VNode;
}

/** Draws `draw(of)` again only when `of` is another value. */
export class Unchanging<T> extends Component<{ of: T; draw: (of: T) => ComponentChildren }> {
  override shouldComponentUpdate(next: { of: T }): boolean {
    return next.of !== this.props.of;
  }

  override render(): ComponentChildren {
    return this.props.draw(this.props.of);
  }
}
