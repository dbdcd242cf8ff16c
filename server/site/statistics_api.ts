/**
 * The statistics for programs, as JSON (RFC 8259) and as CSV (RFC 4180).
 *
 *   from, to    the first and the last day, YYYY-MM-DD in UTC; by default today and the days before it
 *
 * The response has a row for each of these days, starting no earlier than the first day that was counted. `chats` is a
 * number, or "fewer than 10" if the figures of the day are withheld, or empty if the server did not count. The other
 * figures are given only if `chats` is a number. The only incomplete row is today's: its figures can still grow. While
 * the statistics can't be read, the response has the status 503.
 */

import { DAY, inSeconds, parseDay, SECOND } from "../base/clock.ts";
import { MIN_CHATS_PUBLISHED } from "../limits/privacy_limits.ts";
import { type HttpResponse, jsonResponse, textResponse } from "../http/message.ts";
import {
  daysBefore,
  FLUSH_INTERVAL,
  type PublishedDay,
  type PublishedFigures,
  type Statistics,
} from "../statistics/statistics.ts";

/** Number of days in the response if `from` is not given. */
export const DEFAULT_DAYS = 30;

/** Maximum number of days in one request: ten years. */
export const MAX_DAYS = 3660;

/** Replaces a number of chats that is withheld. */
export const TOO_FEW = `fewer than ${MIN_CHATS_PUBLISHED}`;

/** One day in a response. */
interface Row {
  readonly day: string;
  readonly complete: boolean;
  readonly chats: number | typeof TOO_FEW | null;
  readonly messages: number | null;
  readonly averageChatSeconds: number | null;
  readonly peakOnline: number | null;
  readonly averageOnline: number | null;
}

const HEADER = "day,complete,chats,messages,average_chat_seconds,peak_online,average_online";

/** The other figures of a row if `chats` is not a number. */
const UNTOLD = { messages: null, averageChatSeconds: null, peakOnline: null, averageOnline: null };

type Range =
  | { readonly kind: "range"; readonly from: string; readonly to: string }
  | { readonly kind: "mistaken"; readonly mistake: string };

/** Answers with days as JSON. */
export function statisticsJson(statistics: Statistics, query: URLSearchParams): HttpResponse {
  const range = readRange(query, statistics.today);
  if (range.kind === "mistaken") return jsonResponse(400, { error: refusal(range.mistake) });
  const { from, to } = range;
  if (isUnavailable(statistics)) return jsonResponse(503, { error: refusal(UNAVAILABLE) }, LATER);
  return jsonResponse(200, { from, to, days: statistics.published(from, to).map(row) });
}

/** Answers with days as CSV, with a file name to save them under. */
export function statisticsCsv(statistics: Statistics, query: URLSearchParams): HttpResponse {
  const range = readRange(query, statistics.today);
  if (range.kind === "mistaken") return textResponse(400, `${refusal(range.mistake)}\n`);
  const { from, to } = range;
  if (isUnavailable(statistics)) return textResponse(503, `${refusal(UNAVAILABLE)}\n`, LATER);
  const lines = statistics.published(from, to).map((day) => Object.values(row(day)).join(","));
  const csv = [HEADER, ...lines].map((line) => `${line}\r\n`).join("");
  return textResponse(200, csv, {
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="statistics-${from}-${to}.csv"`,
  });
}

const UNAVAILABLE = "they are not available at the moment";

/** A failing store is retried with every flush. */
const LATER = { "retry-after": `${inSeconds(FLUSH_INTERVAL)}` };

function isUnavailable({ availability }: Statistics): boolean {
  return availability === "unavailable";
}

function refusal(mistake: string): string {
  return `Cannot read the statistics: ${mistake}.`;
}

/** The requested days. An error message never repeats what was sent. */
function readRange(query: URLSearchParams, today: string): Range {
  const names = [...query.keys()];
  if (names.some((name) => name !== "from" && name !== "to")) {
    return mistaken('the only parameters are "from" and "to"');
  }
  if (new Set(names).size < names.length) return mistaken("a parameter is given twice");
  const notDay = names.find((name) => parseDay(query.get(name) ?? "") === undefined);
  if (notDay !== undefined) {
    return mistaken(`"${notDay}" is not a valid date in the form YYYY-MM-DD`);
  }
  const to = query.get("to") ?? today;
  return rangeOf(query.get("from") ?? daysBefore(to, DEFAULT_DAYS - 1), to);
}

function rangeOf(from: string, to: string): Range {
  if (from > to) return mistaken('"from" is after "to", which defaults to today');
  if ((Date.parse(to) - Date.parse(from)) / DAY >= MAX_DAYS) {
    return mistaken(`the range is longer than ${MAX_DAYS} days`);
  }
  return { kind: "range", from, to };
}

function mistaken(mistake: string): Range {
  return { kind: "mistaken", mistake };
}

/** A day as a row, in the order of the header; CSV writes `null` as an empty field. */
function row(published: PublishedDay): Row {
  const { day, complete } = published;
  switch (published.kind) {
    case "no-data":
      return { day, complete, chats: null, ...UNTOLD };
    case "withheld":
      return { day, complete, chats: TOO_FEW, ...UNTOLD };
    case "counted":
      return { day, complete, ...rounded(published.figures) };
  }
}

function rounded(figures: PublishedFigures): Omit<Row, "day" | "complete"> {
  const { chats, messages, averageChat, peakOnline, averageOnline } = figures;
  return {
    chats,
    messages,
    averageChatSeconds: Math.round(averageChat / SECOND),
    peakOnline,
    averageOnline: Math.round(averageOnline * 10) / 10,
  };
}
