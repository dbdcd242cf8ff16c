/** A chat as a text file, made and saved in the browser. The server is not involved. */

import { type Language, timeOfDay } from "../languages/language.ts";
import type { Line } from "../state/state.ts";
import { describeNotice, describeSpeaker } from "./phrases.ts";

/** Everything that a program may show as the start of a new line. */
const LINE_BREAK = /\r\n|[\n-\r\x85\u2028\u2029]/g;

/**
 * Returns the lines, each with its time, and the date wherever it changes. The byte order mark tells every program how
 * the file is encoded.
 *
 * Only lines of the file itself start at the margin. The further lines of a message are indented, so none of them can look
 * like another message.
 */
export function transcript(language: Language, lines: readonly Line[]): string {
  let saved = lines[0]?.id ? `\uFEFF${language.words.BeginningMissing}\n` : "\uFEFF";
  let last = "";
  for (const line of lines) {
    const date = new Date(line.at).toLocaleDateString(language.locale, { dateStyle: "full" });
    if (date !== last) saved += `${last = date}\n`;
    saved += `[${timeOfDay(language, line.at)}] ${describeAuthor(language, line)}\n`;
  }
  return saved;
}

function describeAuthor(language: Language, line: Line): string {
  if (line.from === "page") return describeNotice(language, line.notice).join(" ");
  const { words } = language;
  const text = line.text.replace(LINE_BREAK, "\n    ");
  const mark = line.from === "you" && !line.isDelivered ? ` (${words.NotDelivered})` : "";
  return `${describeSpeaker(words, line.from)}${mark} ${text}`;
}
