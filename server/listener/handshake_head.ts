/**
 * Reads the head of a WebSocket handshake that arrived in one piece, as it nearly always does (RFC 6455 section 4.1).
 *
 * Most connections only ever send this one request. For a general parser it is one of many that may follow, so it costs
 * more than everything else that is done for a visitor. This reader knows one form, and no leniency:
 *
 *     GET /ws HTTP/1.1 CRLF
 *     Name: value CRLF            each name once; no line is folded, none ends without CR
 *     CRLF
 *
 * Whatever differs is not refused here: it goes to the general parser, which decides. So the two can never disagree
 * about a request, and one that arrives in pieces, is too large or has a body meets the limits of the other path.
 */

import { Buffer } from "node:buffer";
import { SOCKET_PATH } from "../../protocol.ts";

/** The head of a handshake. */
export interface HandshakeHead {
  /** Path and query, as sent. */
  readonly target: string;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
  /** The length of the head. What follows in the chunk are frames. */
  readonly bytes: number;
}

const BEGINNING = Buffer.from(`GET ${SOCKET_PATH}`, "latin1");

/** Ends the last header, and the head. */
const END = "\r\n\r\n";

/** The request line, and the header lines without the last line end (RFC 9112 section 5, RFC 9110 section 5.5). */
const HEAD = /^GET (\/[!-~]*) HTTP\/1\.1((?:\r\n[!#$%&'*+.^_`|~\w-]+:[\t -~\x80-\xff]*)+)$/;

/** Optional whitespace around a value (RFC 9110 section 5.6.3). */
const [TAB, SPACE] = [0x09, 0x20];

const METHOD = "GET ";

/** Headers that say something about a body, or ask for a response before the request is complete. */
const BODY_HEADERS = ["content-length", "transfer-encoding", "expect"];

/** The option of the Connection header without which a request is not to be upgraded (RFC 9110 section 7.8). */
const UPGRADE = /(?:^|,)[\t ]*upgrade[\t ]*(?:,|$)/i;

/** Whether a chunk may begin with a handshake, which only {@linkcode readHandshake} decides. Costs nearly nothing. */
export function mayBeHandshake(chunk: Uint8Array): boolean {
  return BEGINNING.every((byte, index) => chunk[index] === byte);
}

/** Reads a head of at most `limit` bytes; `undefined` if the chunk doesn't begin with one of this form. */
export function readHandshake(chunk: Buffer, limit: number): HandshakeHead | undefined {
  const end = chunk.indexOf(END);
  if (end < 0 || end + END.length > limit) return undefined;
  const [, path, lines] = HEAD.exec(chunk.toString("latin1", 0, end)) ?? [];
  if (path === undefined || lines === undefined) return undefined;
  const headers = readHeaders(lines, chunk.subarray(end - lines.length, end));
  if (headers === undefined || BODY_HEADERS.some((name) => headers.has(name))) return undefined;
  if (headers.get("upgrade")?.toLowerCase() !== "websocket") return undefined;
  if (!headers.has("host") || !UPGRADE.test(headers.get("connection") ?? "")) return undefined;
  const target = chunk.toString("latin1", METHOD.length, METHOD.length + path.length);
  return { target, header: (name) => headers.get(name), bytes: end + END.length };
}

/** The values of header lines by name, each line preceded by CR LF. `undefined` if a name occurs twice. */
function readHeaders(lines: string, bytes: Buffer): Map<string, string> | undefined {
  const headers = new Map<string, string>();
  let count = 0;
  for (let start = 2, end = 0; end < lines.length; start = end + 2) {
    const colon = lines.indexOf(":", start);
    end = lines.indexOf("\r\n", colon);
    if (end < 0) end = lines.length;
    headers.set(lines.slice(start, colon).toLowerCase(), valueOf(bytes, colon + 1, end));
    if (headers.size !== ++count) return undefined;
  }
  return headers;
}

/**
 * Decodes a value without the whitespace around it. The text is a copy: a part of the head's text would keep all of it
 * in memory, with the client's address, for as long as a session keeps its host. The search for its end is no
 * expression, which would begin again at each space within the value, and take 30 ms for 8 KiB of them.
 */
function valueOf(bytes: Buffer, start: number, end: number): string {
  while (start < end && isSpace(bytes[start])) start++;
  while (end > start && isSpace(bytes[end - 1])) end--;
  return bytes.toString("latin1", start, end);
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === TAB;
}
