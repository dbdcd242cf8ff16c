/**
 * Where the pages of a request reach the relay: at the host name and port of the page itself, unless the operator names
 * others. So nothing needs to be configured, and a certificate for the page is also one for the relay.
 */

/** The relay as a page reaches it. */
export interface RelayLocation {
  /** A host name or an address. IPv6 is in brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether its streams use TLS. */
  readonly isTls: boolean;
}

/** What the operator says about it. */
export interface LocationOptions {
  /** "" for the page's host name. */
  readonly host: string;
  /** 0 for the page's port. */
  readonly port: number;
  readonly isTls: boolean;
}

/** A host name or an address, and a port. */
const HOST = /^(\[[\da-f:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?$/i;

/** Ports of pages whose URL has none. */
const [HTTP, HTTPS] = [80, 443];

/** The location of the relay for the value of a Host header; `undefined` if the header is missing or invalid. */
export function locateRelay(
  header: string | undefined,
  { host, port, isTls }: LocationOptions,
): RelayLocation | undefined {
  if (host !== "" && port !== 0) return { host, port, isTls };
  const [, name = "", given] = HOST.exec(header ?? "") ?? [];
  if (name === "") return undefined;
  const pagePort = given === undefined ? isTls ? HTTPS : HTTP : Number(given);
  return { host: host || name, port: port || pagePort, isTls };
}

/** Its URIs (RFC 7065): UDP, and TCP for networks that block UDP. */
export function relayUrls({ host, port, isTls }: RelayLocation): string[] {
  return [
    `turn:${host}:${port}?transport=udp`,
    `${isTls ? "turns" : "turn"}:${host}:${port}?transport=tcp`,
  ];
}
