/**
 * Who may read the metrics.
 *
 *   --metrics-token given     whoever shows it, from wherever; nobody else
 *   not given                 this machine itself; for all others there is no such page
 *
 * "This machine itself" is more than a connection from the loopback: behind a proxy on the same machine everybody comes
 * from there. A proxy shows by what it adds to a request (`X-Forwarded-For` and the like), and one that adds nothing, by
 * the name that it passes on: it must, or no chat works through it (see `gate.ts`). A page of somebody else's that makes
 * a browser on this machine ask (DNS rebinding) shows by that name as well. What can't be told apart is a proxy that
 * hides itself and lets its visitors choose the name: whoever runs one gives a token.
 *
 * The token is compared by its hash, in a time that says nothing of how much of it was right. It stands in a header and
 * never in a URL, which logs keep.
 */

import type { Buffer } from "node:buffer";
import { createHash, timingSafeEqual } from "node:crypto";
import { type Address, isLoopback } from "../admission/address.ts";
import { type HttpRequest, type HttpResponse, pathOf, textResponse } from "../http/message.ts";

/** Where the metrics are. */
export const METRICS_PATH = "/metrics";

/** What proxies add to a request that they pass on (RFC 7239, RFC 9110 section 7.6.3, and by custom). */
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

/** What a desk needs. */
export interface MetricsEndpointOptions {
  /** "" for none. */
  readonly token: string;
  /** Whether this machine may be asked without one: not where it is somebody else's. */
  readonly trustsLocal: boolean;
  readonly contentType: string;
  readonly render: () => Promise<string>;
}

/** Answers who may read the metrics. */
export class MetricsEndpoint {
  readonly #options: MetricsEndpointOptions;
  readonly #expected: Buffer;

  constructor(options: MetricsEndpointOptions) {
    this.#options = options;
    this.#expected = hashOf(options.token);
  }

  /** Answers a request for the metrics, of whom `client` is; `undefined` when there is nothing to see for them. */
  answer(
    request: HttpRequest,
    client: Address | undefined,
  ): HttpResponse | Promise<HttpResponse> | undefined {
    if (pathOf(request) !== METRICS_PATH || !["GET", "HEAD"].includes(request.method)) {
      return undefined;
    }
    if (this.#options.token !== "") return this.#shows(request) ? this.#tell(request) : challenge();
    const isHere = this.#options.trustsLocal && isLocalRequest(request, client);
    return isHere ? this.#tell(request) : undefined;
  }

  async #tell({ method }: HttpRequest): Promise<HttpResponse> {
    const { render, contentType } = this.#options;
    const reply = textResponse(200, await render(), { "content-type": contentType });
    return method === "HEAD" ? { ...reply, body: undefined } : reply;
  }

  #shows({ header }: HttpRequest): boolean {
    const [, shown = ""] = /^Bearer +([^ ]+) *$/i.exec(header("authorization") ?? "") ?? [];
    return timingSafeEqual(hashOf(shown), this.#expected);
  }
}

/** Whether a request was made on this machine, by nobody's order. */
export function isLocalRequest({ header }: HttpRequest, client: Address | undefined): boolean {
  if (client === undefined || !isLoopback(client)) return false;
  if (PROXY_HEADERS.some((name) => header(name) !== undefined)) return false;
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(header("host") ?? "");
}

/** RFC 6750 section 3. */
function challenge(): HttpResponse {
  return textResponse(401, "Cannot show the metrics: the token is missing or wrong.\n", {
    "www-authenticate": 'Bearer realm="metrics"',
  });
}

function hashOf(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
