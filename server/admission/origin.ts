/**
 * Compares the origin of a page with the host that its handshake names (RFC 6454, RFC 6455 section 10.2).
 *
 * Both name the same server in a browser that connects directly. A proxy may name it differently in `Host`, and the
 * comparison accepts every spelling of the same origin: a default port, upper case, a dot at the end, an
 * internationalized name, another notation of an IPv6 address. It also accepts the hosts that trusted proxies received
 * (`X-Forwarded-Host` and `X-Forwarded-Port`), and the operator's `--public-url`. No page can set these headers in a
 * browser, so a page of another site can't use them. A client that is not a browser can send any Origin anyway.
 */

import { Buffer } from "node:buffer";

/** What the operator has configured. */
export interface OriginOptions {
  /** Number of trusted proxies in front of the server. */
  readonly hops: number;
  /** The URL of the home page, as visitors enter it; "" if it isn't known. */
  readonly publicUrl?: string;
}

/** The part of a request that names the page and the host. */
export interface OriginRequest {
  /** The origin of the page. */
  readonly origin: string;
  /** Whether the client used TLS, as far as is known. */
  readonly isSecure: boolean;
  /** The value of a header. The name must be in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** In what an origin differs. `unnamed`: the origin is opaque or malformed, as in a sandboxed frame. */
export type OriginDifference = "host" | "port" | "scheme" | "unnamed";

/** A host and a port, in their standard forms. The port is "" for the default. */
interface Authority {
  readonly name: string;
  readonly port: string;
}

const DEFAULT_PORTS = ["80", "443"];

/** Returns what makes the page one of another origin; `undefined` if it is one of this server. */
export function originDifference(
  { origin, isSecure, header }: OriginRequest,
  { hops, publicUrl = "" }: OriginOptions,
): OriginDifference | undefined {
  if (namesHost(origin, isSecure, header("host"))) return undefined;
  const page = URL.canParse(origin) ? new URL(origin) : undefined;
  if (page === undefined || !/^https?:$/.test(page.protocol)) return "unnamed";
  if (publicUrl !== "" && new URL(publicUrl).origin === page.origin) return undefined;
  if (isSecure && page.protocol !== "https:") return "scheme";
  const { name, port } = authorityOf(page);
  const named = requestedHosts(header, hops).filter((host) => host.name === name);
  if (named.length === 0) return "host";
  return named.some((host) => host.port === port) ? undefined : "port";
}

/** A host and a port as browsers write them. */
const PLAIN_HOST = /^[a-z\d.-]+(:\d+)?$/;

/** Whether both are spelled alike, as in nearly every handshake. That needs no URL. */
function namesHost(origin: string, isSecure: boolean, host: string | undefined): boolean {
  if (host === undefined || !PLAIN_HOST.test(host) || !URL.canParse(origin)) return false;
  return origin === `https://${host}` || !isSecure && origin === `http://${host}`;
}

/** The hosts that the client may have asked for. */
function requestedHosts(header: OriginRequest["header"], hops: number): Authority[] {
  const trusted = (name: string): string[] =>
    hops === 0 ? [] : (header(name) ?? "").split(",").slice(-hops).map((item) => item.trim());
  const hosts = [header("host") ?? "", ...trusted("x-forwarded-host")]
    .map(parseAuthority).filter((host) => host !== undefined);
  const ports = trusted("x-forwarded-port").filter((port) => /^\d{1,5}$/.test(port));
  return [
    ...hosts,
    ...hosts.flatMap(({ name }) => ports.map((port) => ({ name, port: withoutDefault(port) }))),
  ];
}

/** Parses the value of a Host header; `undefined` if it names no host. */
function parseAuthority(text: string): Authority | undefined {
  const host = Buffer.from(text, "latin1").toString("utf8"); // A proxy may send an internationalized name as it is.
  const url = `http://${host}`;
  return /^[^\s/?#@\\]+$/.test(host) && URL.canParse(url) ? authorityOf(new URL(url)) : undefined;
}

function authorityOf({ hostname, port }: URL): Authority {
  return { name: hostname.replace(/\.$/, ""), port: withoutDefault(port) };
}

/**
 * Removes a default port of either scheme. A proxy that terminates TLS may name its own port, and an https page never
 * comes from port 80.
 */
function withoutDefault(port: string): string {
  return DEFAULT_PORTS.includes(port) ? "" : port;
}
