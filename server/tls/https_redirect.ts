/**
 * What is answered to plain HTTP where the program speaks TLS: come by https. It asks for nothing else, so that is all
 * that happens here, but for the proof that a certificate authority fetches (acme_challenge.ts).
 *
 * `Host` is written by whoever asks. It is repeated only when the certificate is for it: then the answer leads to us,
 * and neither a cache nor a log is told of a place of somebody else's.
 */

import { isIP } from "node:net";
import { acmeChallenge } from "./acme_challenge.ts";
import type { Certificate } from "./certificate.ts";
import { type HttpRequest, type HttpResponse, textResponse } from "../http/message.ts";

/** What a redirect needs. */
export interface RedirectOptions {
  readonly certificate: Pick<Certificate, "coversHost">;
  /** Where https is served. */
  readonly port: number;
  /** The webroot of the certificate authority's proofs; "" for none. */
  readonly acmeDir: string;
}

/** The port that a URL of https need not name. */
const HTTPS_PORT = 443;

/** A host, without the port after it (RFC 3986 section 3.2.2). */
const HOST = /^(?:([\w.-]+)|\[([\da-f:.]+)\])(?::\d{1,5})?$/i;

/** Path and query, of characters that a URL may have (RFC 9112 section 3.2.1). */
const TARGET = /^\/[\x21-\x7e]*$/;

/** Each connection gets one answer, which is not kept by anybody: HSTS remembers it better. */
const CONNECTION_CLOSE = { connection: "close" };

/** Answers one request that came by plain HTTP. */
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

/** The host of a `Host` header, as a URL has it, if it is one of ours. */
function hostOf(header: string, certificate: Pick<Certificate, "coversHost">): string | undefined {
  const [, name, address] = HOST.exec(header.toLowerCase()) ?? [];
  if (address !== undefined) {
    return isIP(address) === 6 && certificate.coversHost(address) ? `[${address}]` : undefined;
  }
  return name !== undefined && certificate.coversHost(name) ? name : undefined;
}
