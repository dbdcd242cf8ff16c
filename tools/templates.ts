/**
 * Compiles the templates of the page, so that it needs no parser for them and starts sooner:
 *
 *     html`<b class="x ${y}" ...${z}>${text}</b>`   becomes   element("b", { class: `x ${y}`, ...z }, text)
 *
 * htm itself parses each template, once, with placeholders for its values. So a compiled template means exactly what the
 * same template means without a build, as in the tests. The text of a template is not touched after that, and everything
 * outside of templates stays as it was.
 */

import { type Node, parse, type Program, type TaggedTemplateExpression } from "acorn";
import htm from "htm";

/** The name of the tag of templates, and of the function that replaces it. */
const [TAG, FUNCTION] = ["html", "element"];

/** Replaces every template in a module of `client/views/` by calls of `element`. */
export function compileTemplates(script: string): string {
  const program = parse(script, { ecmaVersion: "latest", sourceType: "module" });
  if (templatesIn(program).length === 0) return script;
  return `import { ${FUNCTION} } from "./markup.ts";\n${rewritten(script, program)}`;
}

/** The text of a node, with its templates replaced. */
function rewritten(script: string, node: Node | Program): string {
  let [text, end] = ["", node.start];
  for (const template of templatesIn(node)) {
    text += script.slice(end, template.start) + compiled(script, template);
    end = template.end;
  }
  return text + script.slice(end, node.end);
}

/** The outermost templates in a node, in the order of the text. */
function templatesIn(node: unknown): TaggedTemplateExpression[] {
  if (typeof node !== "object" || node === null) return [];
  if (isTemplate(node)) return [node];
  return Object.values(node).flatMap(templatesIn);
}

function isTemplate(node: object): node is TaggedTemplateExpression {
  const { type, tag } = node as { type?: unknown; tag?: { name?: unknown } };
  return type === "TaggedTemplateExpression" && tag?.name === TAG;
}

/** The types of htm describe its CommonJS build. */
const parseTemplate = (htm as unknown as typeof htm.default).bind(
  function (this: number[], ...parts: Parts): Code {
    this[0] = 3; // Keeps htm from remembering the element.
    return new Code(call(...parts));
  },
);

/** An element as htm describes it: its tag, its properties and what it contains. */
type Parts = [
  tag: unknown,
  props: Readonly<Record<string, unknown>> | null,
  ...children: unknown[],
];

function compiled(script: string, { quasi }: TaggedTemplateExpression): string {
  const strings = quasi.quasis.map(({ value }) => value.cooked!);
  const values = quasi.expressions.map((value) => new Code(rewritten(script, value)));
  const found: unknown = parseTemplate(Object.assign(strings, { raw: strings }), ...values);
  return Array.isArray(found) ? `[${found.map(codeOf).join()}]` : codeOf(found);
}

function call(...[tag, props, ...children]: Parts): string {
  const properties = props === null ? "null" : `{${Object.entries(props).map(property).join()}}`;
  return `${FUNCTION}(${[codeOf(tag), properties, ...children.map(codeOf)].join()})`;
}

function property([name, value]: [string, unknown]): string {
  return name.startsWith(SPREAD)
    ? `...(${codeOf(value)})`
    : `${JSON.stringify(name)}:${codeOf(value)}`;
}

/** What the names of properties begin with that stand for a value that is spread. */
const SPREAD = "...";

/** What surrounds code in a text. It is in no template. */
const MARK = "\0";

/** The code of an expression. It takes the place of a value while htm parses a template. */
class Code {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    Object.assign(this, { [SPREAD + text]: this }); // htm copies this property if the value is spread.
  }

  /** htm joins text and values in this form. */
  toString(): string {
    return MARK + this.#text + MARK;
  }
}

/** The code of what htm has found: code, a text, a text that contains code, or `true`. */
function codeOf(found: unknown): string {
  const parts = String(found).split(MARK);
  if (found instanceof Code) return parts[1]!;
  if (parts.length === 1) return JSON.stringify(found);
  const texts = parts.map((part, index) => index % 2 ? `\${${part}}` : escaped(part));
  return `\`${texts.join("")}\``;
}

function escaped(text: string): string {
  return text.replace(/[\\`$]/g, "\\$&");
}
