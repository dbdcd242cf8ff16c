/**
 * Files that go with the pages: icons, what a home screen must know, the picture that a messenger shows of a link. The
 * build made them; each is answered from memory, at a path of its own, to whoever asks. A browser asks for most of them
 * only when somebody puts the chat on their home screen, so the first page stays one answer.
 */

import { createHash } from "node:crypto";
import { type Headers, PLAIN_POLICY, SECURITY_HEADERS } from "./headers.ts";
import { type HttpRequest, type HttpResponse, matches } from "./message.ts";

/** A file as the build gives it, which keeps it in a module. */
export interface StaticFile {
  /** Its media type. */
  readonly type: string;
  /** Its bytes, in base64 (RFC 4648 section 4). */
  readonly base64: string;
}

/** How long a browser may keep one without asking again, in seconds: a day. */
const MAX_AGE = 86_400;

interface Kept {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

/** Answers with files, by their paths. */
export class StaticFiles {
  readonly #kept: ReadonlyMap<string, Kept>;

  constructor(files: Readonly<Record<string, StaticFile>>) {
    this.#kept = new Map(Object.entries(files).map(([path, file]) => [path, keep(file)]));
  }

  /** The answer to a path that leads to a file, or `undefined`. */
  answer(path: string, request: HttpRequest): HttpResponse | undefined {
    const kept = this.#kept.get(path);
    if (kept === undefined) return undefined;
    return matches(request.header("if-none-match"), kept.headers.etag)
      ? { status: 304, headers: kept.headers, body: undefined }
      : { status: 200, ...kept };
  }
}

function keep({ type, base64 }: StaticFile): Kept {
  const body = Uint8Array.fromBase64(base64);
  const hash = createHash("sha256").update(body).digest("base64url").slice(0, 22);
  const headers = {
    ...SECURITY_HEADERS,
    "content-security-policy": PLAIN_POLICY,
    "content-type": type,
    "cache-control": `max-age=${MAX_AGE}`,
    etag: `"${hash}"`,
  };
  return { body, headers };
}
