/**
 * Dispatches every request of a listener. This is where the client's address is determined. Sessions don't receive it,
 * only its record.
 *
 *   listener ── request ──> RequestHandler ──┬──> Gate             whether to admit a handshake
 *                                            ├──> Router           all other responses
 *                                            ├──> MetricsEndpoint  metrics for the operator
 *                                            ├──> SessionRegistry  admitted connections
 *                                            └──> AccessLog        one line per request
 */

import type { AddressRecord } from "./admission/address_record.ts";
import { type ConnectionRefusal, SOCKET_PATH } from "../protocol.ts";
import type { AccessLog } from "./access_log/access_log.ts";
import { type Address, clientAddress } from "./admission/address.ts";
import { exceedsPlaces, type Gate, type Refusal } from "./admission/gate.ts";
import type { Entry } from "./admission/ip_registry.ts";
import { type Headers, TRANSPORT_SECURITY } from "./http/headers.ts";
import type {
  AcceptedHandshake,
  ConnectionHandler,
  Handler,
  Outlet,
  UpgradeDecision,
} from "./transport.ts";
import type { SessionRegistry } from "./chat/session_registry.ts";
import { describeError, type Log } from "./base/log.ts";
import type { ProxyDetector } from "./admission/proxy_detector.ts";
import type { MetricsEndpoint } from "./metrics/endpoint.ts";
import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  pathOf,
  textResponse,
} from "./http/message.ts";
import type { Router } from "./site/router.ts";

export interface RequestHandlerOptions {
  /** Number of trusted proxies in front of the server. */
  readonly hops: number;
  /** Whether this program terminates TLS. */
  readonly speaksTls: boolean;
  /** Whether a platform in front of the server accepts only TLS. */
  readonly isBehindTls: boolean;
  readonly gate: Gate;
  readonly router: Pick<Router, "answer">;
  readonly metrics: Pick<MetricsEndpoint, "answer">;
  readonly sessions: Pick<SessionRegistry, "enter">;
  readonly accessLog: Pick<AccessLog, "record">;
  readonly proxyDetector: ProxyDetector;
  /** Number of addresses held in memory. */
  readonly addressesHeld: () => number;
  readonly log: Log;
}

/** The status of an accepted handshake, for the access log. */
const SWITCHING_PROTOCOLS = 101;

/** The HTTP status of each refusal. */
const REFUSAL_STATUS: Readonly<Record<ConnectionRefusal["code"], number>> = {
  reported: 429,
  flooding: 429,
  denied: 403,
  "too-many-connections": 429,
  full: 503,
};

/** Handles the requests and handshakes of a listener. */
export class RequestHandler implements Handler {
  readonly #options: RequestHandlerOptions;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  answer(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const address = this.#clientAddress(request);
    const metrics = this.#options.metrics.answer(request, address);
    return metrics === undefined
      ? this.#finish(request, address, this.#answer(request, address))
      : this.#finishAsync(request, address, metrics);
  }

  async admit(request: HttpRequest): Promise<UpgradeDecision> {
    if (request.method !== "GET") return { kind: "refused", reply: await this.answer(request) };
    const { gate, proxyDetector, addressesHeld } = this.#options;
    const address = this.#clientAddress(request);
    const { header } = request;
    proxyDetector.check({
      forwardedFor: header("x-forwarded-for"),
      userAgent: header("user-agent"),
      addresses: addressesHeld(),
    });
    const isSecure = this.#isSecure(request);
    const decision = await gate.admit(gate.evaluate({ address, isSecure, header }));
    if (decision.kind === "refused") {
      return { kind: "refused", reply: this.#finish(request, address, refusalResponse(decision)) };
    }
    this.#record(request, address, { status: SWITCHING_PROTOCOLS });
    return { kind: "admitted", handshake: this.#accept(decision.entry) };
  }

  /**
   * A handler for a second listener. `answerTo` makes every response. Requests are recorded in the access log as usual,
   * and no handshake is admitted.
   */
  redirectHandler(answerTo: (request: HttpRequest) => HttpResponse): Handler {
    const answer = (request: HttpRequest): HttpResponse => {
      const reply = answerTo(request);
      this.#record(request, this.#clientAddress(request), reply);
      return reply;
    };
    const admit = (request: HttpRequest): Promise<UpgradeDecision> =>
      Promise.resolve({ kind: "refused", reply: answer(request) });
    return { answer, admit };
  }

  #accept({ connect, record }: Entry<AddressRecord>): AcceptedHandshake {
    return { connect, enter: (outlet) => this.#enter(outlet, record) };
  }

  /** Connections that open on several nodes at the same time can exceed the limit together. That is known only now. */
  #enter(outlet: Outlet, record: AddressRecord): ConnectionHandler {
    const { sessions } = this.#options;
    const link = sessions.enter(outlet, record);
    record.clusterConnections?.then((connections) => {
      if (exceedsPlaces(record, connections - 1)) link.closeTooMany();
    });
    return link;
  }

  #answer(request: HttpRequest, address: Address | undefined): HttpResponse {
    try {
      return this.#connectionRefusal(request, address) ?? this.#options.router.answer(request);
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #finishAsync(
    request: HttpRequest,
    address: Address | undefined,
    answer: HttpResponse | Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    const reply = await Promise.resolve(answer).catch((error) => this.#fail(error));
    return this.#finish(request, address, reply);
  }

  #fail(error: unknown): HttpResponse {
    this.#options.log.error("Unhandled error in a request.", describeError(error));
    return textResponse(500, "Something went wrong on the server.\n");
  }

  /** Tells a page why its handshake was refused. Browsers hide that response, so the page asks again by plain HTTP. */
  #connectionRefusal(
    request: HttpRequest,
    address: Address | undefined,
  ): HttpResponse | undefined {
    if (pathOf(request) !== SOCKET_PATH) return undefined;
    const refusal = this.#options.gate.refusalFor(address);
    if (refusal === undefined) return undefined;
    const headers = { "retry-after": `${refusal.seconds}` };
    return jsonResponse(REFUSAL_STATUS[refusal.code], refusal, headers);
  }

  #finish(request: HttpRequest, address: Address | undefined, reply: HttpResponse): HttpResponse {
    this.#record(request, address, reply);
    if (!this.#options.isBehindTls && !this.#isSecure(request)) return reply;
    return { ...reply, headers: { ...reply.headers, ...TRANSPORT_SECURITY } };
  }

  #record(
    { method, target, version, header }: HttpRequest,
    address: Address | undefined,
    { status, body }: Pick<HttpResponse, "status"> & Partial<HttpResponse>,
  ): void {
    const bytes = body?.length ?? 0;
    const userAgent = header("user-agent");
    this.#options.accessLog.record({ address, method, target, version, status, bytes, userAgent });
  }

  #clientAddress({ remote, header }: HttpRequest): Address | undefined {
    return clientAddress(remote, header("x-forwarded-for"), this.#options.hops);
  }

  /**
   * Whether the client is known to use TLS. A trusted proxy reports it in a header. Without a proxy, it depends on
   * whether this program terminates TLS. A platform doesn't report it, but redirects plain HTTP before it gets here.
   */
  #isSecure({ header }: HttpRequest): boolean {
    const { hops, speaksTls } = this.#options;
    const protocols = hops === 0 ? undefined : header("x-forwarded-proto");
    if (protocols === undefined) return speaksTls;
    return protocols.split(",")[0]?.trim().toLowerCase() === "https";
  }
}

function refusalResponse({ status, reason, retryAfter }: Refusal): HttpResponse {
  const headers: Headers = retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
  return textResponse(status, `${reason}\n`, headers);
}
