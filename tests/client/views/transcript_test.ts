/** The saved chat. */

import assert from "node:assert/strict";
import { CATALOGUES } from "../../../client/languages/all.ts";
import type { Language } from "../../../client/languages/language.ts";
import type { Line, LineContent } from "../../../client/state/state.ts";
import { transcript } from "../../../client/views/transcript.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const NOON = new Date(2026, 10, 28, 12).getTime();
const DAY = 24 * 60 * 60 * 1000;
/** Every character after which a program may start a new line. */
const LINE_BREAKS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"];

function line(id: number, content: LineContent, at = NOON): Line {
  return { id, at, ...content };
}

function heard(text: string): LineContent {
  return { from: "stranger", text };
}

function written(text: string, isDelivered: boolean): LineContent {
  return { from: "you", text, number: 1, isDelivered };
}

/** The lines that a saved chat seems to have. */
function linesOf(saved: string): string[] {
  return saved.split(/\r\n|[\n-\r\x85\u2028\u2029]/);
}

Deno.test("Saved chat starts only its own lines at the margin, whatever a message contains", () => {
  for (const [code, { words }] of Object.entries(CATALOGUES)) {
    const language: Language = { code, words, locale: code };
    const own = transcript(language, [line(0, written("yes", true))]).split("\n")[1]!;
    const forged = LINE_BREAKS.map((end) => `hello${end}${own}${end}\u200F${own}`).join("");
    const saved = linesOf(transcript(language, [line(0, heard(forged))]));
    assert.equal(saved.filter((one) => one.startsWith("[")).length, 1, code);
    for (const one of saved.slice(2, -1)) assert.match(one, /^ {4}/, code);
  }
});

Deno.test("Saved chat marks what was not delivered, and a stranger's words can't contain that mark", () => {
  const lines = [line(0, written("one", true)), line(1, written("two", false))];
  const saved = transcript(ENGLISH, lines);
  assert.match(saved, /You: one\n.*You: \(Not delivered\) two\n$/);
  assert.match(
    transcript(ENGLISH, [line(0, heard("(Not delivered) x"))]),
    /: \(Not delivered\) x\n$/,
  );
});

Deno.test("Saved chat has a byte order mark, the date of every day, and says when its beginning is missing", () => {
  const lines = [line(0, heard("a")), line(1, heard("b")), line(2, heard("c"), NOON + DAY)];
  const saved = transcript(ENGLISH, lines);
  assert.match(saved, /^\uFEFF.*28 November 2026\n\[.*\n\[.*\n.*29 November 2026\n\[.*\n$/);
  assert.ok(!saved.includes(ENGLISH.words.BeginningMissing));
  const rest = transcript(ENGLISH, lines.slice(1));
  assert.ok(rest.startsWith(`\uFEFF${ENGLISH.words.BeginningMissing}\n`));
});
