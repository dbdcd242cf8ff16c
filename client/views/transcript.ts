/**
 * A chat as a text file, made and saved in the browser. The server is not involved.
 *
 *   Saturday, 28 November 2026
 *
 *   [28 Nov 2026, 23:58] Stranger: hello
 *   [29 Nov 2026, 00:01] You: (Not delivered) two
 *       lines
 *
 * Only lines of the file itself start at the margin. The further lines of a message are indented, so none of them can look
 * like another message. Where a text may run in another direction than the page, it is isolated (Unicode, UAX #9), so that
 * it can't reorder what stands around it. `cleanText` removes isolates from a partner's text, so it can't end its own.
 */

import type { Language } from "../languages/language.ts";
import type { Line } from "../state/state.ts";
import { describeNotice, describeSpeaker } from "./phrases.ts";

/** Everything that a program may show as the start of a new line. */
const LINE_BREAK = /\r\n|[\n-\r\x85\u2028\u2029]/;
/** A letter of a script that is written from right to left, or the first half of one beyond U+FFFF. */
const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFEFC\uD802\uD83A]/;

/** Returns the lines. The byte order mark tells every program how the file is encoded. */
export function transcript(language: Language, lines: readonly Line[]): string {
  const locale = localeOf(language);
  const at = new Date(lines[0]!.at);
  let saved = `\uFEFF${at.toLocaleDateString(locale, { dateStyle: "full" })}\n\n`;
  if (lines[0]!.id) saved += `${language.words.BeginningMissing}\n\n`;
  for (const line of lines) {
    const time = new Date(line.at).toLocaleString(locale, {
      dateStyle: "medium",
      timeStyle: "short",
    });
    saved += `[${time}] ${describeAuthor(language, line)}\n`;
  }
  return saved;
}

/** The name of the file, with the date on which the chat began, as in ISO 8601. */
export function fileName([first]: readonly Line[]): string {
  return `chat-${new Date(first!.at).toLocaleDateString("sv")}.txt`; // Sweden writes dates like that.
}

/**
 * The visitor's own locale if it is one of the page's language, otherwise the one of the language. To read its name would
 * tell visitors apart (promise P7), so its name of a month is compared.
 */
function localeOf({ code, locale }: Language): string | undefined {
  const month = (of?: string): string => new Date(0).toLocaleDateString(of, { month: "long" });
  return month(locale) === month(code) ? locale : code;
}

function describeAuthor(language: Language, line: Line): string {
  if (line.from === "page") return describeNotice(language, line.notice).join(" ");
  const { words } = language;
  const [first, ...rest] = line.text.split(LINE_BREAK);
  const isolates = words.Direction === "rtl" || RIGHT_TO_LEFT.test(line.text);
  const text = [isolates ? `\u2068${first}\u2069` : first, ...rest].join("\n    ");
  const mark = line.from === "you" && !line.isDelivered ? ` (${words.NotDelivered})` : "";
  return `${describeSpeaker(words, line.from)}${mark} ${text}`;
}
