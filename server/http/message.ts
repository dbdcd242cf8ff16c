/**
 * HTTP requests and responses as plain values, and content coding. Because a response is a value, both listeners send
 * the same responses.
 *
 * A page is encoded once, on first use, and then served from memory: with brotli, gzip or uncompressed. The best brotli
 * encoding takes longer and comes from a `BackgroundEncoder`. Each encoding has a different ETag, because a strong
 * validator identifies bytes, not a document (RFC 9110 section 8.8.3).
 */

import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { BackgroundEncoder } from "./background_encoder.ts";
import { contentSecurityPolicy, type Headers, PLAIN_POLICY, SECURITY_HEADERS } from "./headers.ts";
import { preferences } from "./preferences.ts";

/** An HTTP request, without its body. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  /** The HTTP version, such as "1.1". */
  readonly version: string;
  /** The remote address of the connection, as the system formats it. "" if the connection has ended. */
  readonly remote: string;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** A complete HTML document. */
export interface Page {
  readonly html: string;
  /** Base64 SHA-256 of the inlined scripts and styles. */
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

const CODINGS = ["br", "gzip", "identity"] as const;
type Coding = (typeof CODINGS)[number];

/** Number of base64url characters in an entity tag. */
const ETAG_LENGTH = 22;

/** A body in one coding, with its headers. */
interface Representation {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
  /** The entity tag of an earlier encoding of the same text. */
  readonly earlierTag?: string | undefined;
}

/** A page in every coding. */
export type Representations = Readonly<Record<Coding, Representation>>;

/** The quality of brotli (0 to 11) for what is sent at once: nearly as small as the best, in a tenth of the time. */
const FAST_QUALITY = 5;

/** Options of an encoding. */
export interface Encoding {
  /** Provides a better encoding later. */
  readonly encoder?: BackgroundEncoder | undefined;
  /** Headers that override the default ones. */
  readonly extraHeaders?: Headers;
}

/** Encodes a page. It varies by language as well as by coding. */
export function represent(
  page: Page,
  { extraHeaders = {}, ...encoding }: Encoding = {},
): Representations {
  const headers = {
    "content-security-policy": contentSecurityPolicy(page),
    "content-type": "text/html; charset=utf-8",
    vary: "accept-encoding, accept-language",
    ...extraHeaders,
  };
  return representText(page.html, { ...encoding, extraHeaders: headers });
}

/** Encodes a text that is not a page. */
export function representText(
  text: string,
  { encoder, extraHeaders = {} }: Encoding = {},
): Representations {
  const bytes = encode(text);
  const brotli = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: FAST_QUALITY },
  });
  const representations: Record<Coding, Representation> = {
    br: representation("br", new Uint8Array(brotli), extraHeaders),
    gzip: representation("gzip", new Uint8Array(gzipSync(bytes)), extraHeaders),
    identity: representation("identity", bytes, extraHeaders),
  };
  encoder?.add(bytes, (best) => {
    const earlierTag = representations.br.headers.etag;
    representations.br = { ...representation("br", best, extraHeaders), earlierTag };
  });
  return representations;
}

/** The SHA-256 of a page as it is served, in hexadecimal digits, as `sha256sum` prints it. */
export function fingerprint({ html }: Page): string {
  return createHash("sha256").update(html).digest("hex");
}

/** The response with an encoded page: 304 if the client already has it. */
export function pageResponse(
  status: 200 | 404,
  representations: Representations,
  request: HttpRequest,
): HttpResponse {
  const coding = preferredCoding(request.header("accept-encoding"));
  const { body, headers, earlierTag } = representations[coding];
  const known = request.header("if-none-match");
  if (status === 200 && [headers.etag, earlierTag].some((tag) => matches(known, tag))) {
    return { status: 304, headers, body: undefined };
  }
  return { status, headers, body };
}

/** A short response in plain text. It is never cached. */
export function textResponse(status: number, body: string, headers: Headers = {}): HttpResponse {
  return {
    status,
    body: encode(body),
    headers: {
      ...SECURITY_HEADERS,
      "content-security-policy": PLAIN_POLICY,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
  };
}

/** A response in JSON (RFC 8259). It is never cached. */
export function jsonResponse(status: number, value: unknown, headers: Headers = {}): HttpResponse {
  const body = `${JSON.stringify(value)}\n`;
  return textResponse(status, body, { "content-type": "application/json", ...headers });
}

/** The path of a request's target. */
export function pathOf({ target }: HttpRequest): string {
  return target.split("?", 1)[0] ?? "";
}

/** The query of a request's target. */
export function queryOf({ target }: HttpRequest): URLSearchParams {
  const mark = target.indexOf("?");
  return new URLSearchParams(mark < 0 ? "" : target.slice(mark + 1));
}

/** The best coding that an Accept-Encoding header allows (RFC 9110 section 12.5.3). */
export function preferredCoding(header: string | undefined): Coding {
  const accepted = new Map(preferences(header).map(({ name, weight }) => [name, weight]));
  return CODINGS.find((coding) => (accepted.get(coding) ?? accepted.get("*") ?? 0) > 0) ??
    "identity";
}

/** A strong entity tag for a body (RFC 9110 section 8.8.3): 132 bits of its SHA-256. */
export function entityTag(body: Uint8Array): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, ETAG_LENGTH)}"`;
}

/** Whether an If-None-Match header names this entity tag (RFC 9110 section 13.1.2). */
export function matches(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.some((tag) => tag === "*" || tag === etag);
}

function representation(
  coding: Coding,
  body: Uint8Array<ArrayBuffer>,
  extraHeaders: Headers,
): Representation {
  const headers = {
    ...SECURITY_HEADERS,
    "content-security-policy": PLAIN_POLICY,
    // A proxy that rewrites the page would break its hashes and its published fingerprint (RFC 9111 section 5.2.2.6).
    "cache-control": "no-cache, no-transform",
    vary: "accept-encoding",
    etag: entityTag(body),
    ...extraHeaders,
  };
  return {
    body,
    headers: coding === "identity" ? headers : { ...headers, "content-encoding": coding },
  };
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
