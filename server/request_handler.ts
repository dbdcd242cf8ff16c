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
import { type Address, clientAddress, networkOf } from "./admission/address.ts";
import { exceedsPlaces, type Gate, type GateDecision, type Refusal } from "./admission/gate.ts";
import type { Entry, Guest } from "./admission/ip_registry.ts";
import { originDifference, type OriginOptions } from "./admission/origin.ts";
import { type Headers, TRANSPORT_SECURITY } from "./http/headers.ts";
import type { AcceptedHandshake, Handler, Outlet, UpgradeDecision } from "./transport.ts";
import type { Link } from "./chat/link.ts";
import type { SessionRegistry } from "./chat/session_registry.ts";
import { inSeconds } from "./base/clock.ts";
import { describeError, type Log } from "./base/log.ts";
import type { RequestAllowance, RequestBudget } from "./admission/request_budget.ts";
import type { ProxyDetector } from "./admission/proxy_detector.ts";
import { isForwarded, METRICS_PATH, type MetricsEndpoint } from "./metrics/endpoint.ts";
import {
  type HttpRequest,
  type HttpResponse,
  jsonResponse,
  pathOf,
  textResponse,
} from "./http/message.ts";
import type { Router } from "./site/router.ts";
import type { RelayLocation } from "./turn/relay_location.ts";

export interface RequestHandlerOptions {
  /** Number of trusted proxies in front of the server. */
  readonly hops: number;
  /** Whether this program terminates TLS. */
  readonly speaksTls: boolean;
  /** Whether a platform in front of the server accepts only TLS. */
  readonly isBehindTls: boolean;
  readonly gate: Gate;
  readonly budget: RequestBudget;
  readonly router: Pick<Router, "answer">;
  readonly metrics: Pick<MetricsEndpoint, "answer">;
  readonly sessions: Pick<SessionRegistry, "enter">;
  readonly accessLog: Pick<AccessLog, "record">;
  readonly proxyDetector: ProxyDetector;
  /** What the origin of a page is compared with, apart from the Host header. */
  readonly origins?: OriginOptions | undefined;
  /** Where a page reaches the embedded relay, by the Host header of its handshake. */
  readonly relayAt?: ((host: string | undefined) => RelayLocation | undefined) | undefined;
  /** Number of addresses held in memory. */
  readonly addressesHeld: () => number;
  readonly log: Log;
}

/** The path of health checks. */
const HEALTH_PATH = "/healthz";

/** The status of an accepted handshake, for the access log. */
const SWITCHING_PROTOCOLS = 101;

/** The HTTP status of each refusal. */
const REFUSAL_STATUS: Readonly<Record<ConnectionRefusal["code"], number>> = {
  reported: 429,
  flooding: 429,
  denied: 403,
  "too-many-connections": 429,
  full: 503,
  misconfigured: 403,
};

/** `Retry-After` in seconds when a proxy is misconfigured: how soon visitors benefit from a correction. */
export const RETRY_AFTER_MISCONFIGURED = 30;

/** Handles the requests and handshakes of a listener. */
export class RequestHandler implements Handler {
  readonly #options: RequestHandlerOptions;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  answer(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const address = this.#clientAddress(request);
    const metrics = this.#options.metrics.answer(request, address);
    if (metrics instanceof Promise) return this.#finishAsync(request, address, metrics);
    const reply = this.#answerWithin(this.#allowance(request, address), () => {
      return metrics ?? this.#answer(request, address);
    });
    return this.#finish(request, address, reply);
  }

  admit(request: HttpRequest): UpgradeDecision | Promise<UpgradeDecision> {
    if (request.method !== "GET") return this.#refuseAsRequest(request);
    const address = this.#clientAddress(request);
    this.#observe(request, address);
    const { gate } = this.#options;
    const { header } = request;
    const local = gate.evaluate({ address, isSecure: this.#isSecure(request), header });
    const decision = gate.admit(local);
    return decision instanceof Promise
      ? decision.then((later) => this.#conclude(request, address, later))
      : this.#conclude(request, address, decision);
  }

  async #refuseAsRequest(request: HttpRequest): Promise<UpgradeDecision> {
    return { kind: "refused", reply: await this.answer(request) };
  }

  /** Looks for signs of a proxy that is not set up as it should be. */
  #observe({ header }: HttpRequest, address: Address | undefined): void {
    const { proxyDetector, addressesHeld } = this.#options;
    proxyDetector.check({
      forwardedFor: header("x-forwarded-for"),
      userAgent: header("user-agent"),
      addresses: addressesHeld(),
    });
    proxyDetector.checkCdn(header, address);
  }

  #conclude(
    request: HttpRequest,
    address: Address | undefined,
    decision: GateDecision,
  ): UpgradeDecision {
    if (decision.kind === "refused") {
      const { difference } = decision;
      if (difference !== undefined) this.#options.proxyDetector.originRefused(difference);
      return { kind: "refused", reply: this.#finish(request, address, refusalResponse(decision)) };
    }
    this.#record(request, address, { status: SWITCHING_PROTOCOLS });
    const relay = this.#options.relayAt?.(request.header("host"));
    return { kind: "admitted", handshake: this.#accept(decision.entry, address, relay) };
  }

  /**
   * A handler for a second listener. `answerTo` makes every response. Requests are recorded in the access log as usual,
   * and no handshake is admitted.
   */
  redirectHandler(answerTo: (request: HttpRequest) => HttpResponse): Handler {
    const answer = (request: HttpRequest): HttpResponse => {
      const address = this.#clientAddress(request);
      const allowance = this.#allowance(request, address);
      const reply = this.#answerWithin(allowance, () => answerTo(request));
      this.#record(request, address, reply);
      return reply;
    };
    const admit = (request: HttpRequest): Promise<UpgradeDecision> =>
      Promise.resolve({ kind: "refused", reply: answer(request) });
    return { answer, admit };
  }

  /** The handler of a program that relays calls for other servers: health and metrics, and no page and no chat. */
  relayOnlyHandler(answerTo: (request: HttpRequest) => HttpResponse): Handler {
    const others = this.redirectHandler(answerTo);
    return {
      answer: (request) =>
        [HEALTH_PATH, METRICS_PATH].includes(pathOf(request))
          ? this.answer(request)
          : others.answer(request),
      admit: others.admit,
    };
  }

  #accept(
    { connect, record }: Entry<AddressRecord>,
    address: Address | undefined,
    relay: RelayLocation | undefined,
  ): AcceptedHandshake {
    const guest: Guest | undefined = address && { address, deny: () => {} };
    return {
      connect: () => connect(guest),
      enter: (outlet) => {
        const link = this.#enter(outlet, record, relay);
        if (guest !== undefined) this.#watch(guest, link);
        return link;
      },
    };
  }

  /** Ends the session when the operator denies its address, which may have happened since the handshake. */
  #watch(guest: Guest, link: Link): void {
    guest.deny = () => link.deny();
    if (this.#options.gate.isDenied(guest.address)) queueMicrotask(() => link.deny());
  }

  /** The budget of a client. A health check by a proxy itself doesn't share that of the proxy's clients. */
  #allowance(request: HttpRequest, address: Address | undefined): RequestAllowance | undefined {
    if (address === undefined) return undefined;
    const isHealthCheck = pathOf(request) === HEALTH_PATH && !isForwarded(request);
    return this.#options.budget.of(networkOf(address), isHealthCheck ? "health-check" : "page");
  }

  /** Answers a request if the budget of its client allows that. */
  #answerWithin(allowance: RequestAllowance | undefined, answer: () => HttpResponse): HttpResponse {
    const wait = allowance?.take() ?? 0;
    if (wait > 0) return tooManyRequests(wait);
    const reply = answer();
    allowance?.charge(reply.body?.length ?? 0);
    return reply;
  }

  /** Connections that open on several nodes at the same time can exceed the limit together. That is known only now. */
  #enter(outlet: Outlet, record: AddressRecord, relay: RelayLocation | undefined): Link {
    const { sessions } = this.#options;
    const link = sessions.enter(outlet, record, relay);
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
    const { gate, proxyDetector } = this.#options;
    proxyDetector.checkUpgrade(request.header);
    const refusal = gate.refusalFor(address) ?? this.#misconfiguration(request);
    if (refusal === undefined) return undefined;
    const headers = { "retry-after": `${refusal.seconds}` };
    return jsonResponse(REFUSAL_STATUS[refusal.code], refusal, headers);
  }

  /** Compares a page's origin as its handshake would. The page sends its origin, and nothing else, as its `Referer`. */
  #misconfiguration(request: HttpRequest): ConnectionRefusal | undefined {
    const { header } = request;
    const page = header("referer");
    if (page === undefined || !URL.canParse(page)) return undefined;
    const { hops, origins = { hops } } = this.#options;
    const isSecure = this.#isSecure(request);
    return originDifference({ origin: new URL(page).origin, isSecure, header }, origins) &&
      { code: "misconfigured", seconds: RETRY_AFTER_MISCONFIGURED };
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

/** The client must open another connection for its next request. */
function tooManyRequests(wait: number): HttpResponse {
  const headers = { "retry-after": `${inSeconds(wait)}`, connection: "close" };
  return textResponse(429, "Too many requests from this address.\n", headers);
}

function refusalResponse({ status, reason, retryAfter }: Refusal): HttpResponse {
  const headers: Headers = retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
  return textResponse(status, `${reason}\n`, headers);
}
