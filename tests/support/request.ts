/** HTTP requests as values, for code that answers them without a socket. */

import type { HttpRequest } from "../../server/http/message.ts";

/** A GET request by default. */
export function request(
  target: string,
  headers: Record<string, string> = {},
  more: Partial<HttpRequest> = {},
): HttpRequest {
  const header = (name: string): string | undefined => headers[name];
  return { method: "GET", target, version: "1.1", remote: "203.0.113.9", header, ...more };
}
