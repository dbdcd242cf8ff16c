/** A chat as a text file, made and kept in the browser: the server has no part in it. */

import type { Line } from "./chat_state.ts";
import { describeNotice, noticeDetails, timeOfDay } from "./words.ts";

/** The lines of a chat as plain text. */
export function transcript(lines: readonly Line[]): string {
  return lines.map((line) => `[${timeOfDay(line.at)}] ${inWords(line)}\n`).join("");
}

function inWords(line: Line): string {
  if (line.from === "page") {
    return [describeNotice(line.notice), ...noticeDetails(line.notice)].join(" ");
  }
  return `${line.from === "you" ? "You" : "Stranger"}: ${line.text}`;
}
