/**
 * One line of the access log, in the combined format of Apache, which every log tool reads:
 *
 *     203.0.113.9 - - [23/Nov/2026:14:00:00 +0000] "GET /privacy HTTP/1.1" 200 5120 "-" "Mozilla/5.0 …"
 *     address          time in UTC                  request                status │   │   user agent
 *                                                                             bytes   referer
 *
 * The referer is never recorded: where somebody came from is none of our business. What is unknown is `-`, and so is a
 * response of no bytes.
 *
 * Most of a line is written by the visitor, who may want to forge one. As in Apache, quotes and backslashes get a
 * backslash, and whatever is not printable ASCII becomes `\xHH`, byte by byte of its UTF-8: a line is one line, its
 * quotes are ours, and a terminal that shows it obeys nothing in it. What is too long is cut before it is escaped, so
 * no escape is cut in half.
 *
 * A line is read back strictly. A time is believed only in a line that is ours from its first character to its last,
 * because how long the line lives depends on it.
 */

import type { Address } from "../admission/address.ts";

/** What the access log says of a request that was answered. */
export interface AccessRecord {
  /** Whose request it was, where that is known. */
  readonly address: Address | undefined;
  readonly method: string;
  /** The URL as it was asked for, with its query. */
  readonly target: string;
  /** The version of HTTP, such as 1.1. */
  readonly version: string;
  readonly status: number;
  /** Bytes of the response's body. */
  readonly bytes: number;
  readonly userAgent: string | undefined;
}

/** How many characters of a method are recorded at most. */
export const MAX_METHOD_LENGTH = 16;

/** How many characters of a target are recorded at most. */
export const MAX_TARGET_LENGTH = 2048;

/** How many characters of a user agent are recorded at most. */
export const MAX_USER_AGENT_LENGTH = 512;

/** How many characters of a version are recorded at most. */
const MAX_VERSION_LENGTH = 8;

/** What one character may become: three bytes of UTF-8 in four characters each. */
const MAX_ESCAPE_LENGTH = 12;

/** More than the address, the time, the numbers and the punctuation of a line come to. */
const MAX_FRAME_LENGTH = 256;

/** No line has more characters than this, all of them ASCII. */
export const MAX_LINE_LENGTH = MAX_FRAME_LENGTH + MAX_ESCAPE_LENGTH *
    (MAX_METHOD_LENGTH + MAX_TARGET_LENGTH + MAX_VERSION_LENGTH + MAX_USER_AGENT_LENGTH);

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Printable ASCII and the escapes, between quotes. */
const QUOTED = String.raw`"(?:[ !#-[\]-~]|\\["\\]|\\x[\da-f]{2})*"`;

const LINE = new RegExp(
  String.raw`^(?:-|[\da-f.:]+) - - \[([^\]]{26})\] ${QUOTED} \d{3} (?:-|\d+) "-" ${QUOTED}\n?$`,
);

/** The line, with its end, of a visit at that time. */
export function formatRecord(visit: AccessRecord, at: Date): string {
  const { address = "-", status, userAgent = "-" } = visit;
  const request = escaped(formatRequest(visit));
  const agent = escaped(userAgent.slice(0, MAX_USER_AGENT_LENGTH));
  const bytes = visit.bytes === 0 ? "-" : visit.bytes;
  return `${address} - - [${formatTime(at)}] "${request}" ${status} ${bytes} "-" "${agent}"\n`;
}

/** When a line was written, to the second, with or without its end; `undefined` when it is no line of ours. */
export function timeOf(line: string): Date | undefined {
  if (line.length > MAX_LINE_LENGTH) return undefined;
  const time = LINE.exec(line)?.[1];
  return time === undefined ? undefined : parseTime(time);
}

function formatRequest({ method, target, version }: AccessRecord): string {
  const shortMethod = method.slice(0, MAX_METHOD_LENGTH);
  const shortTarget = target.slice(0, MAX_TARGET_LENGTH);
  return `${shortMethod} ${shortTarget} HTTP/${version.slice(0, MAX_VERSION_LENGTH)}`;
}

/** Such as 23/Nov/2026:14:00:00 +0000. */
function formatTime(at: Date): string {
  const iso = at.toISOString();
  const month = MONTHS[at.getUTCMonth()];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

function parseTime(text: string): Date | undefined {
  const month = String(MONTHS.indexOf(text.slice(3, 6)) + 1).padStart(2, "0");
  const day = `${text.slice(7, 11)}-${month}-${text.slice(0, 2)}`;
  const at = new Date(`${day}T${text.slice(12, 20)}Z`);
  // `Date` takes the 31st of February and much else for a time, but doesn't write it in this way.
  return Number.isNaN(at.getTime()) || formatTime(at) !== text ? undefined : at;
}

function escaped(text: string): string {
  return text.replace(/[^ -~]|["\\]/gu, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const bytes = new TextEncoder().encode(character);
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
}
