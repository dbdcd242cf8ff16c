/**
 * Templates: htm for Preact, and the component that avoids drawing what has not changed.
 *
 * A translating browser replaces text nodes by its own elements. If Preact kept the text nodes, it would later change
 * nodes that nobody sees, and a label would stay as it was. So Preact gets no text nodes: each text is the
 * `textContent` of an element, and a new text replaces whatever is there.
 */

import htm from "htm/mini";
import { Component, type ComponentChildren, h, type VNode } from "preact";
import type { Language } from "../languages/language.ts";
import type { Event } from "../state/state.ts";

/** Dispatches an event to the app. */
export type Dispatch = (event: Event) => void;

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return template(strings, ...values) as VNode;
}

/** The types of htm describe its CommonJS build. */
const template = (htm as unknown as typeof htm.default).bind(create);

/** Creates an element or a component. A text next to other elements gets its own element. */
function create(
  type: string,
  props: Record<string, unknown> | null,
  ...children: ComponentChildren[]
): VNode {
  const [text] = children;
  const isText = children.length === 1 && typeof text === "string";
  const all: object = { ...props, textContent: text };
  return isText ? h(type, all) : h(type, props, ...children.map(withoutText));
}

function withoutText(child: ComponentChildren): ComponentChildren {
  if (Array.isArray(child)) return child.map(withoutText);
  return typeof child === "string" ? create("span", null, child) : child;
}

interface MemoProps<T> {
  readonly of: T;
  readonly language: Language;
  readonly draw: (of: T, language: Language) => ComponentChildren;
}

/** Draws `of` again only when it, or the language, has changed. */
export class Memo<T> extends Component<MemoProps<T>> {
  override shouldComponentUpdate({ of, language }: MemoProps<T>): boolean {
    return of !== this.props.of || language !== this.props.language;
  }

  override render(): ComponentChildren {
    return this.props.draw(this.props.of, this.props.language);
  }
}
