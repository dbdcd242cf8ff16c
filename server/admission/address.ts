/**
 * IP addresses: the only place that parses them, and that decides which address a connection belongs to.
 *
 * Behind a reverse proxy every connection comes from the proxy, which names its client in `X-Forwarded-For`. Each
 * proxy on the way appends the address that connected to it, so the list grows to the right. Only entries that trusted
 * proxies appended can be believed:
 *
 *     X-Forwarded-For: forged, 203.0.113.9, 10.0.0.2        remote: 10.0.0.1
 *                                    └ seen by proxy 2 ┘ └ seen by proxy 1 ┘ └ seen by us
 *
 * With `hops` trusted proxies in front, the client is the entry `hops` places left of the connection's own address
 * (here 2: 203.0.113.9). Entries further left were written by the client and are ignored. With 0 hops the header is not
 * read. The walk stops at an entry that is not an address, and the last address that was believed is the result.
 */

import { isIP, isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";

/** An address in its standard form: IPv4 in four parts, IPv6 as in RFC 5952. IPv4-mapped IPv6 becomes IPv4. */
export type Address = string & { readonly kind: unique symbol };

/** A block of addresses, such as 10.0.0.0/8 (RFC 4632). */
export type Range = ReturnType<typeof ipaddr.parseCIDR>;

/** Bits of an IPv6 address that identify a customer's network. The customer can change the rest at will. */
const IPV6_NETWORK_BITS = 64;

/** Length of the prefix that marks an IPv4-mapped address, in bits. */
const MAPPED_BITS = 96;

/** Bits that remain of a truncated address, as stated in the policy. */
const TRUNCATED_BITS = { ipv4: 24, ipv6: 48 };

/** Parses an address, or returns `undefined`. Ignores a port or a zone after it. */
export function parseAddress(text: string): Address | undefined {
  const bare = withoutPort(text.trim());
  if (!isStrict(bare)) return undefined;
  return addressOf(ipaddr.process(bare.split("%", 1)[0] ?? ""));
}

/**
 * Parses a text that is no part of a longer one. Such a text can be the address itself. A part of a longer text would
 * keep all of that in memory.
 */
function parseOwn(text: string): Address | undefined {
  return isIPv4(text) ? text as Address : parseAddress(text); // IPv4 is in its standard form.
}

/** The address of the client behind a connection from `remote`, with `hops` trusted proxies in front. */
export function clientAddress(
  remote: string,
  forwardedFor: string | undefined,
  hops: number,
): Address | undefined {
  let believed = parseOwn(remote);
  const entries = (forwardedFor ?? "").split(",");
  const parse = entries.length === 1 ? parseOwn : parseAddress;
  for (let hop = 0; hop < hops; hop++) {
    const entry = parse(entries.pop() ?? "");
    if (entry === undefined) break;
    believed = entry;
  }
  return believed;
}

/** Whether an address is a loopback address: 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return ipaddr.parse(address).range() === "loopback";
}

/** The unit that limits and blocks apply to: an IPv4 address, or the /64 of an IPv6 address. */
export function networkOf(address: Address): Address {
  return address.includes(":")
    ? truncate(address, { ...TRUNCATED_BITS, ipv6: IPV6_NETWORK_BITS })
    : address;
}

/** An address without the part that distinguishes one customer from another: IPv4 /24, IPv6 /48. */
export function truncateAddress(address: Address): Address {
  return truncate(address, TRUNCATED_BITS);
}

/** Parses a range: an address and a number of bits (`10.0.0.0/8`), or one address. IPv4-mapped IPv6 becomes IPv4. */
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
    return undefined; // The number of bits is too large, or not a number.
  }
}

/** A range that contains the networks of its addresses. Limits apply to a whole IPv6 /64, so a smaller one is widened. */
export function networksOf([base, bits]: Range): Range {
  if (base.kind() === "ipv4" || bits <= IPV6_NETWORK_BITS) return [base, bits] as Range;
  return ipaddr.parseCIDR(`${networkOf(addressOf(base))}/${IPV6_NETWORK_BITS}`);
}

/** Whether an address is in any of these ranges. */
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

/** Whether a text is an address in the usual notation. The library also accepts `0x7f.1` and `::ffff:01.2.3.4`. */
function isStrict(text: string): boolean {
  return isIP(text) !== 0;
}

/** Removes the port, which some proxies add: `203.0.113.9:4711`, `[2001:db8::9]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
