/**
 * Decides which clients may read the metrics.
 *
 *   --metrics-token set     clients that send it, from anywhere; no others
 *   not set                 clients on this machine; for all others the page does not exist
 *
 * "On this machine" is more than a connection from the loopback: behind a proxy on the same machine every client
 * connects from there. A proxy is recognized by what it adds to a request (`X-Forwarded-For` and the like). A proxy
 * that adds nothing is recognized by the host name that it passes on, which it must do, or no chat works through it
 * (`gate.ts`). The host name also reveals a foreign page that makes a browser on this machine send a request (DNS
 * rebinding). The one case that can't be detected is a proxy that hides itself and lets its clients choose the host
 * name: its operator must set a token.
 *
 * Without either, `status` can read them: it sends a token that the server has written to a file which only its owner
 * can read. A proxy can't send that, whatever it hides.
 *
 * Tokens are compared by their hashes, in a time that does not depend on how much of the token was right. A token is
 * sent in a header and never in a URL, because logs keep URLs.
 */

import type { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { type Address, isLoopback } from "../admission/address.ts";
import { type HttpRequest, type HttpResponse, pathOf, textResponse } from "../http/message.ts";

export const METRICS_PATH = "/metrics";

/** Headers that proxies add to a request (RFC 7239, RFC 9110 section 7.6.3, and by custom). */
const PROXY_HEADERS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
  "cf-connecting-ip",
  "true-client-ip",
] as const;

export interface MetricsEndpointOptions {
  /** "" if no token is required. */
  readonly token: string;
  /** A token for the operator on this machine, which is accepted, too. */
  readonly localToken?: string | undefined;
  /** Whether this machine may ask without a token: not on a shared platform. */
  readonly trustsLocal: boolean;
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** Answers requests for the metrics. */
export class MetricsEndpoint {
  readonly #options: MetricsEndpointOptions;
  readonly #expected: Buffer;
  readonly #local: Buffer | undefined;

  constructor(options: MetricsEndpointOptions) {
    this.#options = options;
    this.#expected = hashOf(options.token);
    this.#local = options.localToken === undefined ? undefined : hashOf(options.localToken);
  }

  /** Answers a request for /metrics from `client`; `undefined` if the page does not exist for it. */
  answer(
    request: HttpRequest,
    client: Address | undefined,
  ): HttpResponse | Promise<HttpResponse> | undefined {
    if (pathOf(request) !== METRICS_PATH || !["GET", "HEAD"].includes(request.method)) {
      return undefined;
    }
    if (this.#local !== undefined && hasToken(request, this.#local)) return this.#render(request);
    if (this.#options.token !== "") {
      return hasToken(request, this.#expected) ? this.#render(request) : challenge();
    }
    const isLocal = this.#options.trustsLocal && isLocalRequest(request, client);
    return isLocal ? this.#render(request) : undefined;
  }

  async #render({ method }: HttpRequest): Promise<HttpResponse> {
    const { render, contentType } = this.#options;
    const response = textResponse(200, await render(), { "content-type": contentType });
    return method === "HEAD" ? { ...response, body: undefined } : response;
  }
}

function hasToken({ header }: HttpRequest, expected: Buffer): boolean {
  const [, given = ""] = /^Bearer +([^ ]+) *$/i.exec(header("authorization") ?? "") ?? [];
  return timingSafeEqual(hashOf(given), expected);
}

/** Whether a request was made on this machine, and not through a proxy or by a foreign page. */
export function isLocalRequest(request: HttpRequest, client: Address | undefined): boolean {
  if (client === undefined || !isLoopback(client) || isForwarded(request)) return false;
  const { header } = request;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(header("host") ?? "");
}

/** Whether a proxy has added something to a request. */
export function isForwarded({ header }: HttpRequest): boolean {
  return PROXY_HEADERS.some((name) => header(name) !== undefined);
}

/** The response of RFC 6750 section 3. */
function challenge(): HttpResponse {
  return textResponse(401, "Cannot show the metrics: the token is missing or wrong.\n", {
    "www-authenticate": 'Bearer realm="metrics"',
  });
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
