/**
 * The addresses of this machine at which the relay opens its sockets. An answer by UDP must come from the address that
 * was asked, or the client ignores it. A socket that is bound to a wildcard leaves that choice to the system, which
 * takes the address of the route back. A socket that is bound to one address always answers from there.
 *
 * The wildcard remains where the addresses can't be listed, and where there are too many.
 */

import { isIPv6 } from "node:net";

/** How many sockets are opened. A host of many containers has an address for each of their networks. */
export const MAX_LOCAL_ADDRESSES = 32;

const WILDCARD_IPV4 = "0.0.0.0";
const WILDCARD_IPV6 = "::";

/** IPv6 addresses of one link (fe80::/10), at which no page can look for the relay. */
const LINK_LOCAL = /^fe[89ab][\da-f]:/i;

/** Lists the addresses of the network interfaces. Throws if the program may not do that. */
export type ListInterfaces = () => readonly Pick<Deno.NetworkInterfaceInfo, "address">[];

/** Whether a host means all addresses. */
function isWildcard(host: string): boolean {
  return host === WILDCARD_IPV4 || host === WILDCARD_IPV6;
}

/** What the relay listens on: each of these addresses, or the host itself, perhaps for want of something better. */
export type Binding =
  | { readonly kind: "each"; readonly addresses: readonly string[] }
  | { readonly kind: "host"; readonly shortcoming?: "can't be listed" | "are too many" };

/** How the relay listens on a host. */
export function bindingOf(host: string, list?: ListInterfaces): Binding {
  if (!isWildcard(host)) return { kind: "host" };
  const addresses = localAddresses(host, list);
  if (addresses.length === 0) return { kind: "host", shortcoming: "can't be listed" };
  if (addresses.length > MAX_LOCAL_ADDRESSES) return { kind: "host", shortcoming: "are too many" };
  return { kind: "each", addresses };
}

/** The addresses that a wildcard means at this moment, in a fixed order. Empty if they can't be listed. */
export function localAddresses(
  wildcard: string,
  list: ListInterfaces = () => Deno.networkInterfaces(),
): readonly string[] {
  const addresses = listed(list).filter((address) =>
    (wildcard === WILDCARD_IPV6 || !isIPv6(address)) && !LINK_LOCAL.test(address)
  );
  return [...new Set(addresses)].sort();
}

function listed(list: ListInterfaces): readonly string[] {
  try {
    return list().map(({ address }) => address);
  } catch {
    return []; // A permission is missing, or the system refuses it to the service.
  }
}
