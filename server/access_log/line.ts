/**
 * One line of the access log, in the combined format of Apache, which every log tool reads:
 *
 *     203.0.113.9 - - [23/Nov/2026:14:00:00 +0000] "GET /privacy HTTP/1.1" 200 5120 "-" "Mozilla/5.0 …"
 *     address          time in UTC                  request                status │   │   user agent
 *                                                                             bytes   referer
 *
 * The referer is never recorded: the page that a visitor came from is not our business. Unknown values are `-`, and so
 * is the size of an empty response.
 *
 * Most of a line is chosen by the client, which may try to forge log lines. As in Apache, quotes and backslashes are
 * escaped with a backslash, and everything except printable ASCII becomes `\xHH`, for each byte of its UTF-8. So a
 * request can't add a line or end a quoted field, and can't send control characters to a terminal that shows the log.
 * Long values are cut before they are escaped, so no escape is cut in half.
 *
 * Where requests are missing from the log, a notice in the same format says how many:
 *
 *     - - - [23/Nov/2026:14:01:00 +0000] "-" 000 - "-" "3182 requests not logged since 2026-11-23T14:00:00Z"
 *
 * Lines are parsed strictly. The time of a line is believed only if the whole line has this format, because the
 * time decides how long the line lives.
 */

import type { Address } from "../admission/address.ts";
import type { Loss } from "./lost_lines.ts";

/** A request that was answered, as the access log records it. */
export interface AccessRecord {
  /** The address of the client, if known. */
  readonly address: Address | undefined;
  readonly method: string;
  /** The requested URL, with its query. */
  readonly target: string;
  /** The HTTP version, such as 1.1. */
  readonly version: string;
  readonly status: number;
  /** Size of the response body. */
  readonly bytes: number;
  readonly userAgent: string | undefined;
}

/** Maximum number of characters recorded of a method. */
export const MAX_METHOD_LENGTH = 16;

/** Maximum number of characters recorded of a target. */
export const MAX_TARGET_LENGTH = 2048;

/** Maximum number of characters recorded of a user agent. */
export const MAX_USER_AGENT_LENGTH = 512;

/** Maximum number of characters recorded of a version. */
const MAX_VERSION_LENGTH = 8;

/** Maximum length of one escaped character: three bytes of UTF-8, four characters each. */
const MAX_ESCAPE_LENGTH = 12;

/** An upper bound for the address, time, numbers and punctuation of a line together. */
const MAX_FRAME_LENGTH = 256;

/** Maximum length of a line, in ASCII characters. */
export const MAX_LINE_LENGTH = MAX_FRAME_LENGTH + MAX_ESCAPE_LENGTH *
    (MAX_METHOD_LENGTH + MAX_TARGET_LENGTH + MAX_VERSION_LENGTH + MAX_USER_AGENT_LENGTH);

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Printable ASCII and escapes, between quotes. */
const QUOTED = String.raw`"(?:[ !#-[\]-~]|\\["\\]|\\x[\da-f]{2})*"`;

const LINE = new RegExp(
  String.raw`^(?:-|[\da-f.:]+) - - \[([^\]]{26})\] ${QUOTED} \d{3} (?:-|\d+) "-" ${QUOTED}\n?$`,
);

/** Formats the line, with its line end, of a request answered at that time. `time` is the same as text. */
export function formatRecord(visit: AccessRecord, at: Date, time: string = formatTime(at)): string {
  const { address = "-", status, userAgent = "-" } = visit;
  const request = escaped(formatRequest(visit));
  const agent = escaped(userAgent.slice(0, MAX_USER_AGENT_LENGTH));
  const bytes = visit.bytes === 0 ? "-" : visit.bytes;
  return `${address} - - [${time}] "${request}" ${status} ${bytes} "-" "${agent}"\n`;
}

/**
 * Formats the notice that requests are missing. It has the format of a line, so that it can be read and deleted like
 * one. No request looks like it: a request has a method, and no status is 000.
 */
export function formatNotice({ lines, since }: Loss, at: Date): string {
  const requests = lines === 1 ? "1 request" : `${lines} requests`;
  const start = `${since.toISOString().slice(0, 19)}Z`;
  return `- - - [${formatTime(at)}] "-" 000 - "-" "${requests} not logged since ${start}"\n`;
}

/** When a line (with or without its end) was written, to the second; `undefined` if it is not in our format. */
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
export function formatTime(at: Date): string {
  const iso = at.toISOString();
  const month = MONTHS[at.getUTCMonth()];
  return `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`;
}

function parseTime(text: string): Date | undefined {
  const month = String(MONTHS.indexOf(text.slice(3, 6)) + 1).padStart(2, "0");
  const day = `${text.slice(7, 11)}-${month}-${text.slice(0, 2)}`;
  const at = new Date(`${day}T${text.slice(12, 20)}Z`);
  // `Date` accepts the 31st of February and other invalid dates, but formats them differently.
  return Number.isNaN(at.getTime()) || formatTime(at) !== text ? undefined : at;
}

function escaped(text: string): string {
  return text.replace(/[^ -~]|["\\]/gu, (character) => {
    if (character === '"' || character === "\\") return `\\${character}`;
    const bytes = new TextEncoder().encode(character);
    return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  });
}
