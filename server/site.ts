/**
 * Every HTTP answer except the upgrade. A dozen routes with static bodies need a `switch`, not a framework; the answer
 * is a value, so both listeners give the same one.
 *
 * A page is encoded once, when the site is made, and answered from memory: brotli, gzip or as it is, each with its own
 * strong ETag, because a strong validator names bytes, not a document (RFC 9110 section 8.8.3).
 */

import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { contentSecurityPolicy, type Headers, PLAIN_POLICY, SECURITY_HEADERS } from "./headers.ts";

/** What a client asks. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The value of a header, by its name in lower case. */
  header(name: string): string | undefined;
}

/** What it is answered. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
}

/** A page as the client's build makes it. */
export interface Page {
  readonly html: string;
  /** Base64 SHA-256 of the inlined scripts and styles. */
  readonly scripts: readonly string[];
  readonly styles: readonly string[];
}

/** The pages of the site. */
export interface Pages {
  readonly home: Page;
  readonly missing: Page;
  readonly transparency: Page;
}

const CODINGS = ["br", "gzip", "identity"] as const;
type Coding = (typeof CODINGS)[number];

interface Representation {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

const ROBOTS = "User-agent: *\nAllow: /$\nDisallow: /\n";

/** Answers every request that is no upgrade. */
export class Site {
  readonly #home: Record<Coding, Representation>;
  readonly #missing: Record<Coding, Representation>;
  readonly #transparency: Record<Coding, Representation>;

  constructor(pages: Pages) {
    this.#home = represent(pages.home);
    this.#missing = represent(pages.missing);
    this.#transparency = represent(pages.transparency);
  }

  /** Answers one request. */
  answer(request: HttpRequest): HttpReply {
    if (request.method !== "GET" && request.method !== "HEAD") {
      return text(405, "Only GET and HEAD are answered here.\n", { allow: "GET, HEAD" });
    }
    const reply = this.#route(request);
    return request.method === "HEAD" ? { ...reply, body: undefined } : reply;
  }

  #route(request: HttpRequest): HttpReply {
    switch (request.path) {
      case "/":
        return page(200, this.#home, request);
      case "/transparency":
        return page(200, this.#transparency, request);
      case "/ws":
        return text(426, "This is a WebSocket endpoint.\n", { upgrade: "websocket" });
      case "/healthz":
        return text(200, '{"status":"ok"}\n', { "content-type": "application/json" });
      case "/robots.txt":
        return text(200, ROBOTS);
      default:
        return page(404, this.#missing, request);
    }
  }
}

/** A short answer in plain text, never cached. */
export function text(status: number, body: string, headers: Headers = {}): HttpReply {
  return {
    status,
    body: new TextEncoder().encode(body),
    headers: {
      ...SECURITY_HEADERS,
      "content-security-policy": PLAIN_POLICY,
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      ...headers,
    },
  };
}

function page(
  status: 200 | 404,
  representations: Record<Coding, Representation>,
  request: HttpRequest,
): HttpReply {
  const { body, headers } = representations[preferredCoding(request.header("accept-encoding"))];
  if (status === 200 && matches(request.header("if-none-match"), headers.etag)) {
    return { status: 304, headers, body: undefined };
  }
  return { status, headers, body };
}

function represent(page: Page): Record<Coding, Representation> {
  const bytes = new TextEncoder().encode(page.html);
  const policy = contentSecurityPolicy(page);
  return {
    br: representation("br", new Uint8Array(brotliCompressSync(bytes)), policy),
    gzip: representation("gzip", new Uint8Array(gzipSync(bytes, { level: 9 })), policy),
    identity: representation("identity", bytes, policy),
  };
}

function representation(
  coding: Coding,
  body: Uint8Array<ArrayBuffer>,
  policy: string,
): Representation {
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  const headers = {
    ...SECURITY_HEADERS,
    "content-security-policy": policy,
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
    vary: "accept-encoding",
    etag: `"${hash}"`,
  };
  return {
    body,
    headers: coding === "identity" ? headers : { ...headers, "content-encoding": coding },
  };
}

/** The best coding that an Accept-Encoding header allows (RFC 9110 section 12.5.3). */
export function preferredCoding(header: string | undefined): Coding {
  const accepted = new Map((header ?? "").toLowerCase().split(",").map(weighted));
  return CODINGS.find((coding) => (accepted.get(coding) ?? accepted.get("*") ?? 0) > 0) ??
    "identity";
}

function weighted(item: string): [coding: string, weight: number] {
  const [coding = "", ...parameters] = item.split(";").map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? "1";
  return [coding, Number(weight)];
}

/** Whether an If-None-Match header names this entity tag (RFC 9110 section 13.1.2). */
function matches(header: string | undefined, etag: string | undefined): boolean {
  if (header === undefined) return false;
  const tags = header.split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.some((tag) => tag === "*" || tag === etag);
}
