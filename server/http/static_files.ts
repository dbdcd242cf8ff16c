/**
 * Static files besides the pages: icons, the web app manifest, the preview picture for links, and the service worker of
 * notifications. They are made by the build and served from memory. A browser requests most of them only when a visitor
 * installs the chat on the home screen. So the first page load is still one response.
 */

import { DAY, SECOND } from "../base/clock.ts";
import { type Headers, PLAIN_POLICY, SECURITY_HEADERS } from "./headers.ts";
import { entityTag, type HttpRequest, type HttpResponse, matches } from "./message.ts";

/** A file as it is stored in the generated module. */
export interface StaticFile {
  /** The media type. */
  readonly type: string;
  /** The content, in base64 (RFC 4648 section 4). */
  readonly base64: string;
}

/** How long a browser may cache a file without revalidation, in seconds: a day. */
const MAX_AGE = DAY / SECOND;

/** How a file may be cached, by its type. A change to a script takes effect immediately. */
function cacheControl(type: string): string {
  return type === "text/javascript" ? "no-cache" : `max-age=${MAX_AGE}`;
}

/** A file as it is served. */
interface ServedFile {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

/** Serves files by their paths. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, ServedFile>;

  constructor(files: Readonly<Record<string, StaticFile>>) {
    this.#files = new Map(Object.entries(files).map(([path, file]) => [path, decode(file)]));
  }

  /** The response with the file at a path, or `undefined` if there is no file. */
  answer(path: string, request: HttpRequest): HttpResponse | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    return matches(request.header("if-none-match"), file.headers.etag)
      ? { status: 304, headers: file.headers, body: undefined }
      : { status: 200, ...file };
  }
}

function decode({ type, base64 }: StaticFile): ServedFile {
  const body = Uint8Array.fromBase64(base64);
  const headers = {
    ...SECURITY_HEADERS,
    "content-security-policy": PLAIN_POLICY,
    "content-type": type,
    "cache-control": cacheControl(type),
    etag: entityTag(body),
  };
  return { body, headers };
}
