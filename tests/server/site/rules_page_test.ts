/** What the house rules say. How they are served is in `router_test.ts` and in `rules_file_test.ts`. */

import assert from "node:assert/strict";
import { HOUR, MINUTE } from "../../../server/base/clock.ts";
import type { PublicSettings } from "../../../server/config/public_settings.ts";
import { parseRules } from "../../../server/config/rules_file.ts";
import { render } from "../../../server/site/markup.ts";
import { rulesPage } from "../../../server/site/rules_page.ts";
import { DEFAULT_SETTINGS } from "../../support/fixtures.ts";

function textWith(change: Partial<PublicSettings>): string {
  return render(rulesPage({ ...DEFAULT_SETTINGS, ...change }).body).replace(/\s+/g, " ");
}

function rulesOf(text: string): PublicSettings["rules"] {
  const parsed = parseRules(text);
  assert.ok(parsed.kind === "valid");
  return parsed.value;
}

Deno.test("House rules are short, for adults only, and link to the contact page", () => {
  const text = textWith({});
  assert.match(text, /Everyone here must be 18 or older/);
  assert.match(text, /<a href="\/contact">/);
  const sentences = text.replace(/<[^>]+>/g, " ").match(/[.?!](?=\s)/g)!;
  assert.ok(sentences.length <= 20, `${sentences.length} sentences`);
});

Deno.test("House rules state the settings that decide about a block", () => {
  const block = (change: Partial<PublicSettings>): string | undefined =>
    /people at (\d+ or more other IP addresses .* for up to [^.]+)\./.exec(textWith(change))?.[1];
  const said = (count: number, time: string): string =>
    `${count} or more other IP addresses report an address, it can be blocked for up to ${time}`;
  assert.equal(block({}), said(3, "45 minutes"));
  assert.equal(block({ reportThreshold: 7 }), said(7, "45 minutes"));
  assert.equal(block({ addressRetention: 5 * MINUTE }), said(3, "5 minutes"));
  assert.equal(block({ addressRetention: HOUR }), said(3, "45 minutes"));
});

Deno.test("Operator's rules replace the default ones, escaped, and what follows from a report stays", () => {
  const text = textWith({ rules: rulesOf("قواعد <script>\n\n- [x](javascript:y)\n- a & b") });
  assert.match(
    text,
    /<section id="rules" lang dir="auto"><p>قواعد &lt;script><\/p><ul><li>\[x\]\(javascript:y\)<\/li><li>a &amp; b<\/li><\/ul><\/section>/,
  );
  assert.doesNotMatch(text, /Everyone here must be/);
  assert.match(text, /can be blocked for up to 45 minutes/);
  assert.match(text, /<a href="\/contact">/);
});

Deno.test("Only the default rules are said to be in English", () => {
  assert.equal(rulesPage(DEFAULT_SETTINGS).isTranslated, false);
  assert.equal(rulesPage({ ...DEFAULT_SETTINGS, rules: rulesOf("Sei nett.") }).isTranslated, true);
});
