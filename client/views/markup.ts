/**
 * Templates: htm for `patch`, and the memory of what has not changed.
 *
 * A translating browser replaces text nodes by its own elements. If the page kept text nodes, it would later change
 * nodes that nobody sees, and a label would stay as it was. So each text is the `textContent` of an element, and a new
 * text replaces whatever is there. An element that sometimes contains only a text never contains elements.
 */

import htm from "htm";
import type { Language } from "../languages/language.ts";
import type { Event } from "../state/state.ts";
import type { Child, Properties, VNode } from "./patch.ts";

export type { VNode };

/** Dispatches an event to the app. */
export type Dispatch = (event: Event) => void;

/** What an element may contain. */
type Content = VNode | string | boolean | undefined | readonly Content[];

/** Draws a template. The build replaces each call with calls of `element` (`tools/templates.ts`), and leaves htm out. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return (htm as unknown as Htm).call(parsed, strings, ...values) as VNode;
}

/** The types of htm describe its CommonJS build. */
type Htm = (
  this: (...parts: Parts) => VNode,
  strings: TemplateStringsArray,
  ...values: unknown[]
) => unknown;

/** How an element is created: its tag, its properties and what it contains. */
type Parts = [tag: string, props: Properties | null, ...contents: Content[]];

/** An element that htm has parsed. */
function parsed(this: number[], ...parts: Parts): VNode {
  this[0] = 3; // Keeps htm from using one element in several places, which `patch` can't draw.
  return element(...parts);
}

/** Creates an element. A text next to other elements gets its own element. */
export function element(...[tag, props, ...contents]: Parts): VNode {
  const [text] = contents;
  return contents.length === 1 && typeof text === "string"
    ? { tag, props: { ...props, textContent: text }, children: [] }
    : { tag, props: props ?? {}, children: contents.flatMap(childrenOf) };
}

function childrenOf(content: Content): Child[] {
  if (Array.isArray(content)) return content.flatMap(childrenOf);
  return [typeof content === "string" ? element("span", null, content) : content as Child];
}

/** What was drawn of things that never change, such as the lines of a chat. */
export class Memo {
  readonly #drawn = new WeakMap<object, { readonly language: Language; readonly node: VNode }>();

  /** Draws `of` if it is new, or the language has changed. */
  draw<T extends object>(
    of: T,
    language: Language,
    draw: (of: T, language: Language) => VNode,
  ): VNode {
    const known = this.#drawn.get(of);
    if (known?.language === language) return known.node;
    const node = draw(of, language);
    this.#drawn.set(of, { language, node });
    return node;
  }
}
