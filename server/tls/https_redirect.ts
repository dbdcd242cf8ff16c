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
import { type HttpReply, type HttpRequest, textReply } from "../http/message.ts";

/** What a redirect needs. */
export interface RedirectOptions {
  readonly certificate: Pick<Certificate, "names">;
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
const ONCE = { connection: "close" };

/** Answers one request that came by plain HTTP. */
export function redirect(request: HttpRequest, options: RedirectOptions): HttpReply {
  const { method, target, header } = request;
  if (method !== "GET" && method !== "HEAD") {
    return textReply(405, "Only GET and HEAD are answered here.\n", {
      ...ONCE,
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
): HttpReply {
  const challenge = acmeDir === "" ? undefined : acmeChallenge(acmeDir, target);
  if (challenge !== undefined) return textReply(200, challenge, ONCE);
  if (host === undefined || !TARGET.test(target)) {
    return textReply(400, "Cannot send you on: this is no address of this server.\n", ONCE);
  }
  const authority = port === HTTPS_PORT ? host : `${host}:${port}`;
  const location = `https://${authority}${target}`;
  return textReply(308, "This server speaks https.\n", { ...ONCE, location });
}

/** The host of a `Host` header, as a URL has it, if it is one of ours. */
function hostOf(header: string, certificate: Pick<Certificate, "names">): string | undefined {
  const [, name, address] = HOST.exec(header.toLowerCase()) ?? [];
  if (address !== undefined) {
    return isIP(address) === 6 && certificate.names(address) ? `[${address}]` : undefined;
  }
  return name !== undefined && certificate.names(name) ? name : undefined;
}
