/** Compiled templates mean what htm makes of them, and the code around them stays as it is. */

import assert from "node:assert/strict";
import * as fc from "fast-check";
import htm from "htm";
import { compileTemplates } from "../../tools/templates.ts";
import { trials } from "../support/repeats.ts";

/** The import that compiled templates need. */
const IMPORT = 'import { element } from "./markup.ts";\n';

/** An element as data. */
function element(tag: string, props: unknown, ...children: unknown[]): unknown {
  return { tag, props, children };
}

/** What templates mean without a build. */
const html = (htm as unknown as typeof htm.default).bind(
  function (this: number[], ...parts: Parameters<typeof element>): unknown {
    this[0] = 3;
    return element(...parts);
  },
);

/** Values that the templates of the tests use. */
const VALUES = { a: "A", b: { id: "b", title: "B" }, list: [1, 2], yes: true, no: undefined };

/** The value of an expression with templates, before and after they are compiled. */
function evaluate(expression: string): { readonly parsed: unknown; readonly compiled: unknown } {
  const names = Object.keys(VALUES).join();
  const code = compileTemplates(expression);
  assert.ok(code.startsWith(IMPORT), code);
  assert.doesNotMatch(code.slice(IMPORT.length), /html`/);
  const run = (text: string): unknown =>
    new Function("html", "element", `{${names}}`, `return ${text}`)(html, element, VALUES);
  return { parsed: run(expression), compiled: run(code.slice(IMPORT.length)) };
}

const EXPRESSIONS = {
  "no attributes": "html`<p>text</p>`",
  "an attribute of each kind":
    'html`<input id="x" class=one disabled value=${a} checked=${yes} />`',
  "an absent value": "html`<p title=${no}>${no}</p>`",
  "text and values in one attribute": 'html`<p class="a ${a} b" title="${a}!" id="${a}${a}" />`',
  "a spread value": "html`<p id='first' ...${b} title='last' />`",
  "two spread values": "html`<p ...${b} ...${{ id: a }} />`",
  "an operator in a spread value": "html`<p ...${yes && b} />`",
  "names that are not identifiers": "html`<p aria-label=${a} data-x='1' />`",
  "whitespace and line breaks": "html`\n  <p>\n    <b>x</b>\n    y ${a}\n    z\n  </p>\n`",
  "a text that ends in a space": "html`<p>${a} <b>x</b></p>`",
  "a template in a template": "html`<ul>${list.map((n) => html`<li key=${n}>${n}</li>`)}</ul>`",
  "a template in a condition": "html`<p>${yes && html`<b>${a}</b>`}${no ? html`<i />` : a}</p>`",
  "a template in an attribute": "html`<p title=${String(html`<b />`)} />`",
  "several elements": "html`<b>x</b>${a}<i>y</i>`",
  "only a value": "html`${a}`",
  "only a text": "html`text`",
  "a comment": "html`<p><!-- <b>no</b> -->x</p>`",
  "characters with a meaning in code":
    "html`<p title='\\\\ \\` \\${a} \" ${a}'>\\` \\${ \\\\ \" </p>`",
  "an arrow function": "html`<button onclick=${() => html`<b />`}>x</button>`.tag",
  "templates next to each other": "[html`<b />`, 1, html`<i />`]",
};

for (const [what, expression] of Object.entries(EXPRESSIONS)) {
  Deno.test(`Template with ${what} means the same when it is compiled`, () => {
    const { parsed, compiled } = evaluate(expression);
    assert.deepEqual(compiled, parsed);
  });
}

const space = fc.constantFrom("", " ", "\n", "\n    ");
const text = fc.string({ unit: fc.constantFrom(..."ab \n\"'/=-.\\$é😀"), maxLength: 6 })
  .map((letters) => letters.replace(/[\\$]/g, "\\$&"));
const value = fc.constantFrom("${a}", "${no}", "${list}", "${yes}");
const attribute = fc.oneof(
  fc.constantFrom("id=x", "hidden", 'title=""', "...${b}", "data-y=${a}"),
  fc.tuple(text.map((letters) => letters.replaceAll('"', "'")), value)
    .map(([before, after]) => `class="${before}${after}"`),
);
const { node } = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    text,
    value,
    fc.tuple(fc.array(attribute, { maxLength: 3 }), fc.array(tie("node"), { maxLength: 3 }), space)
      .map(([attributes, inner, gap]) =>
        `<p${attributes.map((one) => ` ${one}`).join("")}>${gap}${inner.join(gap)}${gap}</p>`
      ),
    tie("node").map((inner) => `\${html\`<i>${inner}</i>\`}`),
  ),
}));

Deno.test("Random template means the same when it is compiled", () => {
  fc.assert(
    fc.property(node, (inner) => {
      const { parsed, compiled } = evaluate(`html\`<main>${inner}</main>\``);
      assert.deepEqual(compiled, parsed);
    }),
    trials({ sample: 300, long: 20_000 }),
  );
});

Deno.test("Everything outside of templates stays as it is", () => {
  const code = [
    "var line = `\n    ${text.trim()}\n  `;",
    'var quoted = "html`<p></p>`"; // html`<p></p>`',
    "var other = xhtml`<p>\n   ${a}</p>`, expression = /html`/;",
  ].join("\n");
  assert.equal(compileTemplates(code), code);
  const both = compileTemplates(`${code}\nhtml\`<p></p>\`;\n${code}`);
  assert.equal(both, `${IMPORT}${code}\nelement("p",null);\n${code}`);
});
