/** Templates: htm for Preact, and the one component that spares the rest from drawing what has not changed. */

import { html as template } from "htm/preact";
import { Component, type ComponentChildren, type VNode } from "preact";
import type { Language } from "../languages/language.ts";
import type { Event } from "../state/state.ts";

/** Tells the page that something happened. */
export type Dispatch = (event: Event) => void;

/** A tagged template that makes one Preact node. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return template(strings, ...values) as VNode;
}

interface MemoProps<T> {
  readonly of: T;
  readonly language: Language;
  readonly draw: (of: T, language: Language) => ComponentChildren;
}

/** Draws something again only when it is another value, or said in another language. */
export class Memo<T> extends Component<MemoProps<T>> {
  override shouldComponentUpdate({ of, language }: MemoProps<T>): boolean {
    return of !== this.props.of || language !== this.props.language;
  }

  override render(): ComponentChildren {
    return this.props.draw(this.props.of, this.props.language);
  }
}
