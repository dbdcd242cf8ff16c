/** The saved chat. */

import assert from "node:assert/strict";
import { CATALOGUES } from "../../../client/languages/all.ts";
import type { Language } from "../../../client/languages/language.ts";
import type { Line, LineContent } from "../../../client/state/state.ts";
import { fileName, transcript } from "../../../client/views/transcript.ts";
import { ENGLISH } from "../../support/fixtures.ts";

const BEFORE_MIDNIGHT = new Date(2026, 10, 28, 23, 58).getTime();
const MINUTE = 60 * 1000;
/** Every character after which a program may start a new line. */
const LINE_BREAKS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"];

function line(id: number, content: LineContent, at = BEFORE_MIDNIGHT): Line {
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

function languages(): Language[] {
  return Object.entries(CATALOGUES).map(([code, { words }]) => ({ code, words, locale: code }));
}

/** The direction of a paragraph: that of its first strong character outside isolates (UAX #9, rule P2). */
function directionOf(paragraph: string): "ltr" | "rtl" | undefined {
  const outside = paragraph.replace(/\u2068.*?\u2069/g, "");
  const [strong] = /[\p{L}\u200E\u200F]/u.exec(outside) ?? [];
  if (strong === undefined) return undefined;
  return /[\u0590-\u08FF\u200F]/.test(strong) ? "rtl" : "ltr";
}

Deno.test("Saved chat starts only its own lines at the margin, whatever a message contains", () => {
  for (const language of languages()) {
    const { code } = language;
    const own = transcript(language, [line(0, written("yes", true))]).split("\n")[2]!;
    assert.match(own, /^\[.*yes/, code);
    const forged = LINE_BREAKS.map((end) => `hello${end}${own}${end}\u200F${own}`).join("");
    const saved = linesOf(transcript(language, [line(0, heard(forged))]));
    assert.equal(saved.filter((one) => one.startsWith("[")).length, 1, code);
    for (const one of saved.slice(3, -1)) assert.match(one, /^ {4}/, code);
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

Deno.test("Saved chat has a byte order mark, its date, and the date and time of every line", () => {
  const lines = [line(0, heard("a")), line(1, heard("b"), BEFORE_MIDNIGHT + 3 * MINUTE)];
  assert.equal(
    transcript(ENGLISH, lines),
    "\uFEFFSaturday, 28 November 2026\n\n" +
      "[28 Nov 2026, 23:58] Stranger: a\n[29 Nov 2026, 00:01] Stranger: b\n",
  );
});

Deno.test("Saved chat says when its beginning is missing", () => {
  const { BeginningMissing } = ENGLISH.words;
  assert.ok(!transcript(ENGLISH, [line(0, heard("a"))]).includes(BeginningMissing));
  assert.equal(
    transcript(ENGLISH, [line(1, heard("b"))]).split("\n").slice(1, 4).join("|"),
    `|${BeginningMissing}|`,
  );
});

Deno.test("Saved chat is in the page's language, also where the visitor's own locale is of another one", () => {
  for (const language of languages()) {
    const content: Line[] = [
      line(0, { from: "page", notice: { kind: "stranger-left" } }),
      line(1, written("x", false)),
      line(2, { from: "draft", text: "y" }),
    ];
    const { code, words } = language;
    const own = { ...language, locale: undefined }; // Deno's own is English.
    const dates = { code, words, locale: code === "en" ? undefined : code };
    assert.equal(transcript(own, content), transcript(dates, content), code);
    const [date, , left, yours, draft] = transcript(language, content).slice(1).split("\n");
    const full = new Date(BEFORE_MIDNIGHT).toLocaleDateString(code, { dateStyle: "full" });
    assert.equal(date, full, code);
    assert.ok(left!.endsWith(`] ${words.Notices["stranger-left"]}`), left!);
    assert.ok(yours!.includes(`] ${words.YouSay} (${words.NotDelivered}) `), yours!);
    assert.ok(draft!.includes(`] ${words.NotSent} `), draft!);
  }
});

Deno.test("Saved chat keeps the visitor's own locale where it is of the page's language", () => {
  const british = transcript(ENGLISH, [line(0, heard("a"))]);
  const american = transcript({ ...ENGLISH, locale: "en-US" }, [line(0, heard("a"))]);
  assert.match(british, /\[28 Nov 2026, 23:58\]/);
  assert.match(american, /\[Nov 28, 2026, 11:58\sPM\]/);
});

Deno.test("Saved chat runs in the direction of its language, whatever a message contains", () => {
  for (const language of languages()) {
    for (const text of ["hello!", "!مرحبا", "שלום (x)", "مرحبا hello\nhello مرحبا"]) {
      for (const content of [heard(text), written(text, true)]) {
        const [date, , first] = transcript(language, [line(0, content)]).slice(1).split("\n");
        for (const own of [date!, first!]) {
          assert.equal(directionOf(own), language.words.Direction, `${language.code}: ${own}`);
        }
        const turns = language.words.Direction === "rtl" || /[א-ي]/.test(text);
        assert.equal(/ \u2068[^\u2068\u2069]+\u2069$/.test(first!), turns, first!);
      }
    }
  }
});

Deno.test("Saved chat is named after the day on which it began, in ASCII", () => {
  const lines = [line(7, heard("a")), line(8, heard("b"), BEFORE_MIDNIGHT + 3 * MINUTE)];
  assert.equal(fileName(lines), "chat-2026-11-28.txt");
  const january = new Date(2027, 0, 2).getTime();
  assert.equal(fileName([line(0, heard("a"), january)]), "chat-2027-01-02.txt");
});
