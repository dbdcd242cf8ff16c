/** Templates of the pages that the server renders: htm for Preact, turned into text. Values in them are escaped. */

import { html as template } from "htm/preact";
import type { ComponentChild, VNode } from "preact";
import { renderToString } from "preact-render-to-string";

/** A tagged template that makes one Preact node. */
export function html(strings: TemplateStringsArray, ...values: unknown[]): VNode {
  return template(strings, ...values) as VNode;
}

/** The markup of a node. */
export function render(node: VNode): string {
  return renderToString(node);
}

/** Prose in which `[words](/path)` is a link. */
export function prose(text: string): ComponentChild[] {
  const parts = text.split(/\[([^\]]+)\]\(([^)]+)\)/); // Text, words, path, text, words, path, ..., text.
  return parts.map((part, index) => {
    if (index % 3 === 0) return part;
    return index % 3 === 1 ? html`<a href=${parts[index + 1]}>${part}</a>` : null;
  });
}
