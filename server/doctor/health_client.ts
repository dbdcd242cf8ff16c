/**
 * Requests the health of the server that runs with these options: for `health`, and for the doctor if a port is in use.
 */

import { type ClientRequest, type IncomingMessage, request } from "node:http";
import { connect } from "node:tls";
import { SECOND } from "../base/clock.ts";
import { errorCode } from "../base/error_code.ts";
import { deadline } from "../base/timeout.ts";
import { COMPONENTS, type Health, STATUSES } from "../health.ts";

/** Timeout of a request, in milliseconds. */
export const HEALTH_TIMEOUT = 3 * SECOND;

/** Maximum length of a response, in characters. */
const MAX_RESPONSE = 4096;

/** Where a server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

/** The outcome of a request. */
export type HealthResult =
  | { kind: "answered"; health: Health }
  /** Another program listens there. */
  | { kind: "other" }
  /** Why there was no response, as a short code. */
  | { kind: "unreachable"; code: string };

/** Requests it from a server on this machine. */
export async function fetchHealth(where: ServerAddress): Promise<HealthResult> {
  return await atEachHost(where, fetchHealthAt);
}

async function fetchHealthAt(where: ServerAddress): Promise<HealthResult> {
  try {
    const health = healthIn((await get(where, { path: "/healthz", maxLength: MAX_RESPONSE })).text);
    return health === undefined ? { kind: "other" } : { kind: "answered", health };
  } catch (error) {
    return { kind: "unreachable", code: errorCode(error) };
  }
}

/**
 * The addresses at which a server that listens on `host` can be reached from this machine. One that listens on `::` also
 * accepts IPv4. Where IPv6 is switched off, which is usual in containers, it accepts nothing else.
 */
export function reachableHosts(host: string): readonly string[] {
  switch (host) {
    case "0.0.0.0":
    case "":
      return ["127.0.0.1"];
    case "::":
      return ["::1", "127.0.0.1"];
    default:
      return [host];
  }
}

/** Where a server is, for messages. */
export function describeAddress({ host, port }: ServerAddress): string {
  return `${reachableHosts(host).join(" or ")} port ${port}`;
}

/** No answer at any address. */
interface Unreachable {
  readonly kind: "unreachable";
  /** Why no server answered, as a short code. */
  readonly code: string;
}

/** Asks at each of the addresses until one answers. */
async function atEachHost<T extends { readonly kind: string }>(
  where: ServerAddress,
  ask: (at: ServerAddress) => Promise<T | Unreachable>,
): Promise<T | Unreachable> {
  let result: T | Unreachable = { kind: "unreachable", code: "" };
  for (const host of reachableHosts(where.host)) {
    result = await ask({ ...where, host });
    if (result.kind !== "unreachable") break;
  }
  return result;
}

/** The outcome of a request for the metrics. */
export type MetricsResult =
  | { kind: "answered"; text: string }
  /** The server doesn't show them to this client. */
  | { kind: "refused"; status: number }
  | { kind: "unreachable"; code: string };

/** Maximum length of the metrics, in characters. */
const MAX_METRICS = 256 * 1024;

/** Requests the metrics from a server on this machine. `token` may be "". */
export async function fetchMetrics(where: ServerAddress, token: string): Promise<MetricsResult> {
  return await atEachHost(where, (at) => fetchMetricsAt(at, token));
}

async function fetchMetricsAt(where: ServerAddress, token: string): Promise<MetricsResult> {
  try {
    const page = { path: "/metrics", maxLength: MAX_METRICS, token };
    const { status, text } = await get(where, page);
    return status === 200 ? { kind: "answered", text } : { kind: "refused", status };
  } catch (error) {
    return { kind: "unreachable", code: errorCode(error) };
  }
}

/** What to request. */
interface Wanted {
  readonly path: string;
  /** In characters. */
  readonly maxLength: number;
  readonly token?: string;
}

async function get(
  where: ServerAddress,
  wanted: Wanted,
): Promise<{ status: number; text: string }> {
  const request = open(where, wanted);
  try {
    return await deadline(HEALTH_TIMEOUT, responseTo(request, wanted));
  } finally {
    request.destroy();
  }
}

async function responseTo(
  request: ClientRequest,
  { maxLength }: Wanted,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.once("response", resolve).once("error", reject).end();
  const response = await promise;
  let text = "";
  for await (const part of response) {
    text += part;
    if (text.length > maxLength) break;
  }
  return { status: response.statusCode ?? 0, text };
}

/** The certificate is not verified: it is for another name, and another check covers it. */
function open(
  { host, port, isTls }: ServerAddress,
  { path, token = "" }: Wanted,
): ClientRequest {
  const to = { host, port };
  const authorization = token === "" ? {} : { authorization: `Bearer ${token}` };
  const headers = { host: `localhost:${port}`, connection: "close", ...authorization };
  const options = { ...to, path, headers };
  return isTls
    ? request({ ...options, createConnection: () => connect({ ...to, rejectUnauthorized: false }) })
    : request(options);
}

function healthIn(text: string): Health | undefined {
  try {
    const { status, failing } = JSON.parse(text);
    const isOurs = STATUSES.includes(status) && Array.isArray(failing) &&
      failing.every((part) => COMPONENTS.includes(part));
    return isOurs ? { status, failing } : undefined;
  } catch {
    return undefined;
  }
}
