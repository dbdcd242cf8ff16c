/** A chat as a text file, made and saved in the browser. The server is not involved. */

import { type Language, timeOfDay } from "../languages/language.ts";
import type { Line } from "../state/state.ts";
import { describeNotice, describeSpeaker } from "./phrases.ts";

export function transcript(language: Language, lines: readonly Line[]): string {
  return lines.map((line) =>
    `[${timeOfDay(language, line.at)}] ${describeAuthor(language, line)}\n`
  )
    .join("");
}

function describeAuthor(language: Language, line: Line): string {
  if (line.from === "page") return describeNotice(language, line.notice).join(" ");
  return `${describeSpeaker(language.words, line.from)} ${line.text}`;
}
