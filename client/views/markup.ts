/** Templates: htm for Preact, and the component that avoids drawing what has not changed. */

import { html as template } from "htm/preact";
import { Component, type ComponentChildren, type VNode } from "preact";
import type { Language } from "../languages/language.ts";
import type { Event } from "../state/state.ts";

/** Dispatches an event to the app. */
export type Dispatch = (event: Event) => void;

export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return template(strings, ...values) as VNode;
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
