/**
 * What stands between a listener and everything else. Whatever comes in passes here once, with the address it comes
 * from; what goes on from here has none.
 *
 *   listener ── request ──> Door ──> Gate         may this handshake enter?
 *                             ├────> Site         every other answer
 *                             ├────> MetricsDesk  what an operator watches
 *                             ├────> Lobby        who has entered
 *                             └────> AccessLog    one line for each
 */

import type { AddressRecord } from "./admission/address_record.ts";
import { type Hindrance, SOCKET_PATH } from "../protocol.ts";
import type { AccessLog } from "./access_log/access_log.ts";
import { type Address, clientAddress } from "./admission/address.ts";
import type { Gate, GateDecision } from "./admission/gate.ts";
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

/** What a door needs. */
export interface RequestHandlerOptions {
  /** How many proxies of the operator's stand in front. */
  readonly hops: number;
  /** Whether this program itself ends TLS. */
  readonly speaksTls: boolean;
  /** Whether a platform in front lets nobody in without TLS. */
  readonly isBehindTls: boolean;
  readonly gate: Gate;
  readonly router: Pick<Router, "answer">;
  readonly metrics: Pick<MetricsEndpoint, "answer">;
  readonly sessions: Pick<SessionRegistry, "enter">;
  readonly accessLog: Pick<AccessLog, "record">;
  readonly proxyDetector: ProxyDetector;
  /** How many addresses are held. */
  readonly addressesHeld: () => number;
  readonly log: Log;
}

/** The answer to a handshake that was accepted, as the access log has it. */
const SWITCHING_PROTOCOLS = 101;

/** How each is said in HTTP. */
const HINDRANCE_STATUS: Readonly<Record<Hindrance["code"], number>> = {
  reported: 429,
  flooding: 429,
  denied: 403,
  crowded: 429,
  full: 503,
};

/** Serves a listener. */
export class RequestHandler implements Handler {
  readonly #options: RequestHandlerOptions;

  constructor(options: RequestHandlerOptions) {
    this.#options = options;
  }

  answer(request: HttpRequest): HttpResponse | Promise<HttpResponse> {
    const client = this.#clientAddress(request);
    const told = this.#options.metrics.answer(request, client);
    return told === undefined
      ? this.#finish(request, client, this.#answer(request))
      : this.#finishAsync(request, client, told);
  }

  async admit(request: HttpRequest): Promise<UpgradeDecision> {
    if (request.method !== "GET") return { kind: "refused", reply: await this.answer(request) };
    const { gate, proxyDetector, addressesHeld } = this.#options;
    const address = this.#clientAddress(request);
    const { header } = request;
    proxyDetector.check(header("x-forwarded-for"), addressesHeld());
    const isSecure = this.#isSecure(request);
    const admission = await gate.admitClusterWide(gate.admit({ address, isSecure, header }));
    if (admission.kind === "refused") {
      return { kind: "refused", reply: this.#finish(request, address, refusal(admission)) };
    }
    this.#record(request, address, { status: SWITCHING_PROTOCOLS });
    return { kind: "admitted", entrance: this.#entrance(admission.entry) };
  }

  /**
   * Serves a listener beside the main one: whatever comes is answered so and recorded like everything else, and nobody
   * is admitted.
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

  #entrance({ connect, record }: Entry<AddressRecord>): AcceptedHandshake {
    return { connect, enter: (outlet) => this.#enter(outlet, record) };
  }

  /** Of connections that come at once on several machines, those that are too many are known only now. */
  #enter(outlet: Outlet, record: AddressRecord): ConnectionHandler {
    const { sessions, gate } = this.#options;
    const link = sessions.enter(outlet, record);
    record.clusterConnections?.then((connections) => {
      if (gate.exceedsPerAddressLimit(connections - 1)) link.closeTooMany();
    });
    return link;
  }

  #answer(request: HttpRequest): HttpResponse {
    try {
      return this.#connectionRefusal(request) ?? this.#options.router.answer(request);
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #finishAsync(
    request: HttpRequest,
    client: Address | undefined,
    told: HttpResponse | Promise<HttpResponse>,
  ): Promise<HttpResponse> {
    const reply = await Promise.resolve(told).catch((error) => this.#fail(error));
    return this.#finish(request, client, reply);
  }

  #fail(error: unknown): HttpResponse {
    this.#options.log.error("Unhandled error in a request.", describeError(error));
    return textResponse(500, "Something went wrong on the server.\n");
  }

  /** Tells a page whose handshake was refused why. */
  #connectionRefusal(request: HttpRequest): HttpResponse | undefined {
    if (pathOf(request) !== SOCKET_PATH) return undefined;
    const hindrance = this.#options.gate.refusalFor(this.#clientAddress(request));
    if (hindrance === undefined) return undefined;
    const headers = { "retry-after": `${hindrance.seconds}` };
    return jsonResponse(HINDRANCE_STATUS[hindrance.code], hindrance, headers);
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
   * Whether the visitor is known to have come by TLS: a proxy of ours says how they came to it, and without one we see
   * it ourselves. A platform does not say; it sends whoever comes without to https before we hear of them.
   */
  #isSecure({ header }: HttpRequest): boolean {
    const { hops, speaksTls } = this.#options;
    const told = hops === 0 ? undefined : header("x-forwarded-proto");
    if (told === undefined) return speaksTls;
    return told.split(",")[0]?.trim().toLowerCase() === "https";
  }
}

function refusal({ status, reason, retryAfter }: GateDecision & { kind: "refused" }): HttpResponse {
  const headers: Headers = retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
  return textResponse(status, `${reason}\n`, headers);
}
