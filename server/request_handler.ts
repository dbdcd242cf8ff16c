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

import type { Conduct } from "./admission/address_record.ts";
import { type Hindrance, SOCKET_PATH } from "../protocol.ts";
import type { AccessLog } from "./access_log/access_log.ts";
import { type Address, clientAddress } from "./admission/address.ts";
import type { Admission, Gate } from "./admission/gate.ts";
import type { Entry } from "./admission/ip_registry.ts";
import { type Headers, TRANSPORT_SECURITY } from "./http/headers.ts";
import type { Admittance, Entrance, Outlet, Service, Visitor } from "./transport.ts";
import type { Lobby } from "./chat/session_registry.ts";
import { describeError, type Log } from "./base/log.ts";
import type { ProxyWatch } from "./admission/proxy_detector.ts";
import type { MetricsDesk } from "./metrics/endpoint.ts";
import { type HttpReply, type HttpRequest, jsonReply, pathOf, textReply } from "./http/message.ts";
import type { Site } from "./site/router.ts";

/** What a door needs. */
export interface DoorOptions {
  /** How many proxies of the operator's stand in front. */
  readonly hops: number;
  /** Whether this program itself ends TLS. */
  readonly speaksTls: boolean;
  /** Whether a platform in front lets nobody in without TLS. */
  readonly isBehindTls: boolean;
  readonly gate: Gate;
  readonly site: Pick<Site, "answer">;
  readonly metrics: Pick<MetricsDesk, "answer">;
  readonly lobby: Pick<Lobby, "enter">;
  readonly accessLog: Pick<AccessLog, "record">;
  readonly proxyWatch: ProxyWatch;
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
export class Door implements Service {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  answer(request: HttpRequest): HttpReply | Promise<HttpReply> {
    const client = this.#client(request);
    const told = this.#options.metrics.answer(request, client);
    return told === undefined
      ? this.#finish(request, client, this.#answer(request))
      : this.#tell(request, client, told);
  }

  async admit(request: HttpRequest): Promise<Admittance> {
    if (request.method !== "GET") return { kind: "refused", reply: await this.answer(request) };
    const { gate, proxyWatch, addressesHeld } = this.#options;
    const address = this.#client(request);
    const { header } = request;
    proxyWatch.see(header("x-forwarded-for"), addressesHeld());
    const isSecure = this.#cameByTls(request);
    const admission = await gate.confirm(gate.admit({ address, isSecure, header }));
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
  beside(answerTo: (request: HttpRequest) => HttpReply): Service {
    const answer = (request: HttpRequest): HttpReply => {
      const reply = answerTo(request);
      this.#record(request, this.#client(request), reply);
      return reply;
    };
    const admit = (request: HttpRequest): Promise<Admittance> =>
      Promise.resolve({ kind: "refused", reply: answer(request) });
    return { answer, admit };
  }

  #entrance({ connect, record }: Entry<Conduct>): Entrance {
    return { connect, enter: (outlet) => this.#enter(outlet, record) };
  }

  /** Of connections that come at once on several machines, those that are too many are known only now. */
  #enter(outlet: Outlet, conduct: Conduct): Visitor {
    const { lobby, gate } = this.#options;
    const link = lobby.enter(outlet, conduct);
    conduct.everywhere?.then((connections) => {
      if (gate.isCrowd(connections - 1)) link.crowd();
    });
    return link;
  }

  #answer(request: HttpRequest): HttpReply {
    try {
      return this.#explain(request) ?? this.#options.site.answer(request);
    } catch (error) {
      return this.#fail(error);
    }
  }

  async #tell(
    request: HttpRequest,
    client: Address | undefined,
    told: HttpReply | Promise<HttpReply>,
  ): Promise<HttpReply> {
    const reply = await Promise.resolve(told).catch((error) => this.#fail(error));
    return this.#finish(request, client, reply);
  }

  #fail(error: unknown): HttpReply {
    this.#options.log.error("Cannot answer a request.", describeError(error));
    return textReply(500, "Something went wrong on the server.\n");
  }

  /** Tells a page whose handshake was refused why. */
  #explain(request: HttpRequest): HttpReply | undefined {
    if (pathOf(request) !== SOCKET_PATH) return undefined;
    const hindrance = this.#options.gate.hindrance(this.#client(request));
    if (hindrance === undefined) return undefined;
    const headers = { "retry-after": `${hindrance.seconds}` };
    return jsonReply(HINDRANCE_STATUS[hindrance.code], hindrance, headers);
  }

  #finish(request: HttpRequest, address: Address | undefined, reply: HttpReply): HttpReply {
    this.#record(request, address, reply);
    if (!this.#options.isBehindTls && !this.#cameByTls(request)) return reply;
    return { ...reply, headers: { ...reply.headers, ...TRANSPORT_SECURITY } };
  }

  #record(
    { method, target, version, header }: HttpRequest,
    address: Address | undefined,
    { status, body }: Pick<HttpReply, "status"> & Partial<HttpReply>,
  ): void {
    const bytes = body?.length ?? 0;
    const userAgent = header("user-agent");
    this.#options.accessLog.record({ address, method, target, version, status, bytes, userAgent });
  }

  #client({ remote, header }: HttpRequest): Address | undefined {
    return clientAddress(remote, header("x-forwarded-for"), this.#options.hops);
  }

  /**
   * Whether the visitor is known to have come by TLS: a proxy of ours says how they came to it, and without one we see
   * it ourselves. A platform does not say; it sends whoever comes without to https before we hear of them.
   */
  #cameByTls({ header }: HttpRequest): boolean {
    const { hops, speaksTls } = this.#options;
    const told = hops === 0 ? undefined : header("x-forwarded-proto");
    if (told === undefined) return speaksTls;
    return told.split(",")[0]?.trim().toLowerCase() === "https";
  }
}

function refusal({ status, reason, retryAfter }: Admission & { kind: "refused" }): HttpReply {
  const headers: Headers = retryAfter === undefined ? {} : { "retry-after": `${retryAfter}` };
  return textReply(status, `${reason}\n`, headers);
}
