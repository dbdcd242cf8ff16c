/**
 * Redirects plain HTTP to HTTPS if the program terminates TLS. Besides redirects, it only answers the challenges of a
 * certificate authority (acme_challenge.ts).
 *
 * The client chooses the `Host` header, so it is repeated only if the certificate covers it. Then the redirect leads to
 * this server, and no cache or log contains a foreign host.
 */

import { isIP } from "node:net";
import { acmeChallenge } from "./acme_challenge.ts";
import type { Certificate } from "./certificate.ts";
import { type HttpRequest, type HttpResponse, textResponse } from "../http/message.ts";

export interface RedirectOptions {
  readonly certificate: Pick<Certificate, "coversHost">;
  /** The port of HTTPS. */
  readonly port: number;
  /** The webroot of the ACME challenges, or "" if there are no challenges. */
  readonly acmeDir: string;
}

/** The default port, which an https URL may omit. */
const HTTPS_PORT = 443;

/** A host, without the port after it (RFC 3986 section 3.2.2). */
const HOST = /^(?:([\w.-]+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i;

/** Path and query, in the characters that a URL may contain (RFC 9112 section 3.2.1). */
const TARGET = /^\/[\x21-\x7e]*$/;

/** Each connection gets one response. It isn't cached, because HSTS already makes browsers remember HTTPS. */
const CONNECTION_CLOSE = { connection: "close" };

/** Answers one plain HTTP request. */
export function redirect(request: HttpRequest, options: RedirectOptions): HttpResponse {
  const { method, target, header } = request;
  if (method !== "GET" && method !== "HEAD") {
    return textResponse(405, "Only GET and HEAD are allowed.\n", {
      ...CONNECTION_CLOSE,
      allow: "GET, HEAD",
    });
  }
  const reply = answer(target, hostOf(header("host") ?? "", options.certificate), options);
  return method === "HEAD" ? { ...reply, body: undefined } : reply;
}

function answer(
  target: string,
  host: string | undefined,
  { port, acmeDir }: RedirectOptions,
): HttpResponse {
  const challenge = acmeDir === "" ? undefined : acmeChallenge(acmeDir, target);
  if (challenge !== undefined) return textResponse(200, challenge, CONNECTION_CLOSE);
  if (host === undefined || !TARGET.test(target)) {
    return textResponse(400, "Cannot redirect: unknown host or invalid path.\n", CONNECTION_CLOSE);
  }
  const authority = port === HTTPS_PORT ? host : `${host}:${port}`;
  const location = `https://${authority}${target}`;
  return textResponse(308, "This server uses HTTPS.\n", { ...CONNECTION_CLOSE, location });
}

/** The host of a `Host` header in URL form, or `undefined` if the certificate doesn't cover it. */
function hostOf(header: string, certificate: Pick<Certificate, "coversHost">): string | undefined {
  const [, name, address] = HOST.exec(header.toLowerCase()) ?? [];
  if (address !== undefined) {
    return isIP(address) === 6 && certificate.coversHost(address) ? `[${address}]` : undefined;
  }
  return name !== undefined && certificate.coversHost(name) ? name : undefined;
}
