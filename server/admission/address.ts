/**
 * IP addresses: one way to read them, one way to tell whose a connection is.
 *
 * Behind a reverse proxy every connection comes from the proxy, which names its client in `X-Forwarded-For`. Each proxy
 * on the way appends whom it saw, so the list grows to the right, and only what our own proxies appended can be
 * believed:
 *
 *     X-Forwarded-For: forged, 203.0.113.9, 10.0.0.2        remote: 10.0.0.1
 *                                    └ seen by proxy 2 ┘ └ seen by proxy 1 ┘ └ seen by us
 *
 * With `hops` proxies of ours in front, the client is the entry `hops` places left of the connection's own address
 * (here 2: 203.0.113.9); what stands further left was written by the client and is ignored. With 0 the header is not
 * looked at. An entry that is no address ends the walk: the last one that was believed stands.
 */

import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** An address in its standard form: IPv4 in four parts, IPv6 as in RFC 5952. IPv4-mapped IPv6 is IPv4. */
export type Address = string & { readonly kind: unique symbol };

/** A block of addresses, such as 10.0.0.0/8 (RFC 4632). */
export type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Bits of an IPv6 address that name one customer's network; the rest is theirs to change at will. */
const IPV6_NETWORK_BITS = 64;

/** Bits of an IPv4-mapped address that say that it is one. */
const MAPPED_BITS = 96;

/** Bits that are left of an address when it is truncated, as in the policy. */
const TRUNCATED_BITS = { ipv4: 24, ipv6: 48 };

/** Reads an address; `undefined` when the text is none. A port or a zone after it is no part of it. */
export function parseAddress(text: string): Address | undefined {
  const bare = withoutPort(text.trim());
  if (!isStrict(bare)) return undefined;
  return addressOf(ipaddr.process(bare.split("%", 1)[0] ?? ""));
}

/** Whose a connection from `remote` is, with `hops` trusted proxies in front. */
export function clientAddress(
  remote: string,
  forwardedFor: string | undefined,
  hops: number,
): Address | undefined {
  let believed = parseAddress(remote);
  const entries = (forwardedFor ?? "").split(",");
  for (let hop = 0; hop < hops; hop++) {
    const entry = parseAddress(entries.pop() ?? "");
    if (entry === undefined) break;
    believed = entry;
  }
  return believed;
}

/** Whether an address is this machine's own: 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return ipaddr.parse(address).range() === "loopback";
}

/** What counts as one visitor's place: an IPv4 address itself, of an IPv6 address its /64. */
export function networkOf(address: Address): Address {
  return truncate(address, { ipv4: 32, ipv6: IPV6_NETWORK_BITS });
}

/** An address without the part that tells one household from the next: IPv4 /24, IPv6 /48. */
export function truncateAddress(address: Address): Address {
  return truncate(address, TRUNCATED_BITS);
}

/** Reads a range: an address, a slash and a number of bits, or one address alone. IPv4-mapped IPv6 is IPv4 here, too. */
export function parseRange(text: string): Range | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  if (rest.length > 0 || !isStrict(address)) return undefined;
  const whole = address.includes(":") ? "128" : "32";
  try {
    const [base, length] = ipaddr.parseCIDR(`${address}/${bits ?? whole}`);
    const isMapped = base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress();
    return isMapped && length >= MAPPED_BITS
      ? [base.toIPv4Address(), length - MAPPED_BITS]
      : [base, length];
  } catch {
    return undefined; // More bits than there are, or none that can be counted.
  }
}

/** Whether an address lies in any of these ranges. */
export function isWithin(address: Address, ranges: readonly Range[]): boolean {
  const parsed = ipaddr.parse(address);
  return ranges.some(([base, bits]) => base.kind() === parsed.kind() && parsed.match(base, bits));
}

function truncate(address: Address, bits: { ipv4: number; ipv6: number }): Address {
  return address.includes(":")
    ? addressOf(ipaddr.IPv6.networkAddressFromCIDR(`${address}/${bits.ipv6}`))
    : addressOf(ipaddr.IPv4.networkAddressFromCIDR(`${address}/${bits.ipv4}`));
}

function addressOf(parsed: ipaddr.IPv4 | ipaddr.IPv6): Address {
  return parsed.toString() as Address;
}

/** Whether a text is an address as people write it; the library also takes `0x7f.1` and `::ffff:01.2.3.4`. */
function isStrict(text: string): boolean {
  return isIP(text) !== 0;
}

/** `203.0.113.9:4711` and `[2001:db8::9]:4711` without the port, which some proxies add. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
